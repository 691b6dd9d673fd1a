#include "tests/export/schema_check.h"

#include <regex>
#include <set>

namespace oscope::test {
namespace {

bool hasType(const Json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  return type == "number" && value.is_number();
}

class Validator {
 public:
  explicit Validator(const Json& root) : m_root(root) {}

  std::string check(const Json& schema, const Json& value, const std::string& at) const {
    static const std::set<std::string> kKnown{
        "$schema",    "$defs", "$ref", "title", "description", "type",    "required", "additionalProperties",
        "properties", "items", "enum", "const", "pattern",     "minimum", "anyOf"};
    for (const auto& [key, unused] : schema.items()) {
      if (kKnown.count(key) == 0) return at + ": schema keyword " + key + " is not known";
    }
    if (schema.contains("$ref")) return checkReference(schema, value, at);
    if (schema.contains("const") && schema["const"] != value) return at + ": is not " + schema["const"].dump();
    if (schema.contains("enum") && !holds(schema["enum"], value)) return at + ": " + value.dump() + " is not allowed";
    if (schema.contains("type") && !hasType(value, schema["type"])) return at + ": is no " + schema["type"].dump();
    if (schema.contains("minimum") && value.get<double>() < schema["minimum"].get<double>()) return at + ": too small";
    if (schema.contains("pattern") &&
        !std::regex_search(value.get<std::string>(), std::regex(schema["pattern"].get<std::string>()))) {
      return at + ": " + value.dump() + " does not match";
    }
    if (schema.contains("anyOf")) return checkAny(schema["anyOf"], value, at);
    if (value.is_object()) return checkObject(schema, value, at);
    for (std::size_t i = 0; value.is_array() && schema.contains("items") && i < value.size(); ++i) {
      const std::string wrong = check(schema["items"], value[i], at + "[" + std::to_string(i) + "]");
      if (!wrong.empty()) return wrong;
    }
    return {};
  }

 private:
  static bool holds(const Json& list, const Json& value) {
    for (const Json& item : list) {
      if (item == value) return true;
    }
    return false;
  }

  std::string checkReference(const Json& schema, const Json& value, const std::string& at) const {
    const auto name = schema["$ref"].get<std::string>();  // "#/$defs/name"
    return check(m_root.at("$defs").at(name.substr(name.rfind('/') + 1)), value, at);
  }

  std::string checkAny(const Json& choices, const Json& value, const std::string& at) const {
    std::string wrong;
    for (const Json& choice : choices) {
      wrong = check(choice, value, at);
      if (wrong.empty()) return {};
    }
    return at + ": none of the choices fits; the last says " + wrong;
  }

  std::string checkObject(const Json& schema, const Json& value, const std::string& at) const {
    for (const Json& key : schema.value("required", Json::array())) {
      if (!value.contains(key.get<std::string>())) return at + ": lacks " + key.dump();
    }
    const Json properties = schema.value("properties", Json::object());
    const Json others = schema.value("additionalProperties", Json(true));
    for (const auto& [key, member] : value.items()) {
      const std::string place = at + "." + key;
      std::string wrong;
      if (properties.contains(key)) {
        wrong = check(properties[key], member, place);
      } else if (others.is_object()) {
        wrong = check(others, member, place);
      } else if (!others.get<bool>()) {
        wrong = place + ": is not allowed";
      }
      if (!wrong.empty()) return wrong;
    }
    return {};
  }

  const Json& m_root;
};

}  // namespace

std::string schemaViolation(const Json& schema, const Json& value) {
  return Validator(schema).check(schema, value, "$");
}

}  // namespace oscope::test
