// The one place that includes nlohmann-json. Order of keys is kept, so that written files read as they were made.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace oscope {

using Json = nlohmann::ordered_json;

/// Limits for JSON from outside files.
struct JsonLimits {
  std::size_t maxBytes = 256u << 20;
  int maxDepth = 32;
};

/// Throws Malformed where `text` holds a NUL byte: nlohmann's lexer takes it for the end and ignores what follows.
/// `firstByte` is the offset of `text` in its file.
void refuseNulBytes(std::string_view text, const std::string& where, std::size_t firstByte = 0);

/// Parses UTF-8 JSON strictly: duplicate keys, invalid UTF-8, trailing text, over-deep nesting are Malformed errors
/// that name `where` and the byte offset.
Json parseJson(std::string_view text, const std::string& where, const JsonLimits& limits = {});

/// parseJson on a whole file.
Json readJsonFile(const std::filesystem::path& path, const JsonLimits& limits = {});

/// Writes `value` pretty-printed through a temporary name that is renamed at the end.
void writeJsonFile(const std::filesystem::path& path, const Json& value);

/// An integer that std::int64_t holds.
inline bool fitsInt64(const Json& value) {
  return value.is_number_integer() &&
         !(value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{INT64_MAX});
}

/// `object[key]` as T, or a Malformed error that names `where`, the key and the type wanted.
template <typename T>
T requireKey(const Json& object, const char* key, const std::string& where);

/// `object[key]` as T, `fallback` where the key is missing or null; a wrong type is a Malformed error.
template <typename T>
T optionalKey(const Json& object, const char* key, T fallback, const std::string& where);

}  // namespace oscope
