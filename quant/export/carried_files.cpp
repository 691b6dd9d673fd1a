#include "quant/export/carried_files.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "analysis/base/error.h"

namespace oscope::quant {
namespace {

constexpr std::array<std::string_view, 8> kNames{
    "added_tokens.json", "chat_template.json",      "chat_template.jinja", "generation_config.json",
    "merges.txt",        "special_tokens_map.json", "spiece.model",        "vocab.json"};
constexpr std::array<std::string_view, 4> kPrefixes{"tokenizer", "LICENSE", "NOTICE", "USE_POLICY"};

bool isCarried(const std::string& name) {
  if (std::find(kNames.begin(), kNames.end(), name) != kNames.end()) return true;
  return std::any_of(kPrefixes.begin(), kPrefixes.end(),
                     [&](std::string_view prefix) { return name.compare(0, prefix.size(), prefix) == 0; });
}

}  // namespace

std::vector<std::string> carriedFiles(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && isCarried(name)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

void copyFile(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  std::filesystem::copy_file(from, to, error);
  if (error) throw systemError(error.value(), to.string(), "copy from " + from.string());
}

}  // namespace oscope::quant
