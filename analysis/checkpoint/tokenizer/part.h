// What the readers of tokenizer.json's parts share: types that we don't know are refused by name.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/base/json.h"

namespace oscope::checkpoint {

/// One object of tokenizer.json, with the place it stands at.
struct Part {
  const Json& json;
  std::string where;  ///< "/m/tokenizer.json: pre_tokenizer.pretokenizers[1]"

  /// The object's "type"; Malformed where there is none.
  std::string type() const;
  /// Refuses keys other than "type" and `known`.
  void checkKeys(std::initializer_list<std::string_view> known) const;
  /// Throws Unsupported for a value or type that this program doesn't know.
  [[noreturn]] void refuse(const std::string& what) const;
  [[noreturn]] void refuseType() const { refuse("the type \"" + type() + "\""); }

  std::string text(const char* key) const { return requireKey<std::string>(json, key, where); }
  std::string text(const char* key, const std::string& fallback) const {
    return optionalKey<std::string>(json, key, fallback, where);
  }
  bool flag(const char* key, bool fallback) const { return optionalKey<bool>(json, key, fallback, where); }
  std::int64_t integer(const char* key) const { return requireKey<std::int64_t>(json, key, where); }
  /// A text of exactly one code point.
  char32_t character(const char* key) const;
  /// The member objects of the array `key`.
  std::vector<Part> list(const char* key) const;
};

}  // namespace oscope::checkpoint
