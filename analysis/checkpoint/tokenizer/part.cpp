#include "analysis/checkpoint/tokenizer/part.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/base/error.h"
#include "analysis/checkpoint/tokenizer/utf8.h"

namespace oscope::checkpoint {

std::string Part::type() const {
  return text("type");
}

void Part::checkKeys(std::initializer_list<std::string_view> known) const {
  for (const auto& [key, value] : json.items()) {
    if (key != "type" && std::find(known.begin(), known.end(), key) == known.end()) {
      refuse(fmt::format("the key \"{}\"", key));
    }
  }
}

void Part::refuse(const std::string& what) const {
  throw Error(ErrorCode::Unsupported, where, what + " is not known to this program",
              "give the tokens as ids instead of text");
}

char32_t Part::character(const char* key) const {
  const std::string value = text(key);
  std::size_t position = 0;
  if (!value.empty()) {
    const char32_t c = nextCodePoint(value, position);
    if (position == value.size()) return c;
  }
  throw Error(ErrorCode::Malformed, where, fmt::format("\"{}\" must be a single character", key));
}

std::vector<Part> Part::list(const char* key) const {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_array()) {
    throw Error(ErrorCode::Malformed, where, fmt::format("\"{}\" must be an array", key));
  }
  std::vector<Part> parts;
  for (std::size_t i = 0; i < found->size(); ++i) {
    parts.push_back({(*found)[i], fmt::format("{}.{}[{}]", where, key, i)});
    if (!parts.back().json.is_object()) throw Error(ErrorCode::Malformed, parts.back().where, "must be an object");
  }
  return parts;
}

}  // namespace oscope::checkpoint
