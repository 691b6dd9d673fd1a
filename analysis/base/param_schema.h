// Parameters that a method, observer or export format declares once; the form of the window, the flags of the
// command line and the keys of the recipe are all made from this declaration.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "analysis/base/json.h"

namespace oscope {

using ParamValue = std::variant<bool, std::int64_t, double, std::string>;

/// One parameter. The alternative held by `defaultValue` is its type.
struct ParamSpec {
  std::string key;    ///< recipe key and command line name, snake_case
  std::string label;  ///< words of the form
  std::string help;   ///< one sentence, with the source of the default
  std::string unit;   ///< "", "bits", "channels", ...
  ParamValue defaultValue;
  std::optional<double> min, max;    ///< inclusive, for numbers
  std::vector<std::string> choices;  ///< for strings: the allowed ones; empty: any
};

using ParamSchema = std::vector<ParamSpec>;

/// Values of one schema: complete (defaults filled in) and checked.
class ParamSet {
 public:
  ParamSet() = default;
  explicit ParamSet(const ParamSchema& schema);

  /// Reads an object of key: value. Unknown keys, wrong types and values out of range are errors that name `where`.
  static ParamSet fromJson(const ParamSchema& schema, const Json& object, const std::string& where);
  Json toJson() const;

  /// Sets one value from its text ("0.5", "true", "static"), as the command line gives it.
  void setFromText(const ParamSchema& schema, std::string_view key, std::string_view text, const std::string& where);

  bool flag(std::string_view key) const { return std::get<bool>(at(key)); }
  std::int64_t integer(std::string_view key) const { return std::get<std::int64_t>(at(key)); }
  double number(std::string_view key) const { return std::get<double>(at(key)); }
  const std::string& text(std::string_view key) const { return std::get<std::string>(at(key)); }
  const ParamValue& at(std::string_view key) const;

  friend bool operator==(const ParamSet&, const ParamSet&) = default;

 private:
  std::map<std::string, ParamValue, std::less<>> m_values;
};

}  // namespace oscope
