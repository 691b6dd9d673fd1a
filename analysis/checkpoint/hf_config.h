// config.json with the aliases that real files use (architectures.md section 1).
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>

#include "analysis/base/json.h"

namespace oscope::checkpoint {

/// Typed, checked access to a Hugging Face config. Keys are given as lists of aliases, first match wins.
class HfConfig {
 public:
  static HfConfig load(const std::filesystem::path& modelFolder);
  HfConfig(Json values, std::string where) : m_values(std::move(values)), m_where(std::move(where)) {}

  const std::string& where() const { return m_where; }
  const Json& values() const { return m_values; }
  std::string modelType() const;  ///< as written, e.g. "llama"; falls back to `architectures[0]`

  using Aliases = std::initializer_list<const char*>;
  std::int64_t integer(Aliases keys) const;  ///< missing, null or not an integer: Malformed, naming all aliases
  std::int64_t integer(Aliases keys, std::int64_t fallback) const;
  double number(Aliases keys) const;
  double number(Aliases keys, double fallback) const;
  bool flag(Aliases keys, bool fallback) const;
  std::string text(Aliases keys, const std::string& fallback) const;
  /// Like integer() but checked to lie in [low, high].
  std::int64_t dimension(Aliases keys, std::int64_t low = 1, std::int64_t high = std::int64_t{1} << 32) const;
  /// The object under the first alias that is present and not null.
  const Json* object(Aliases keys) const;

 private:
  const Json* find(Aliases keys) const;

  Json m_values;
  std::string m_where;
};

}  // namespace oscope::checkpoint
