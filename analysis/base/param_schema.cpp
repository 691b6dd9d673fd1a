#include "analysis/base/param_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "analysis/base/error.h"

namespace oscope {
namespace {

const ParamSpec& findSpec(const ParamSchema& schema, std::string_view key, const std::string& where) {
  const auto found = std::find_if(schema.begin(), schema.end(), [&](const ParamSpec& spec) { return spec.key == key; });
  if (found != schema.end()) return *found;
  std::string known;
  for (const ParamSpec& spec : schema) known += (known.empty() ? "" : ", ") + spec.key;
  throw Error(ErrorCode::InvalidArgument, where, fmt::format("unknown parameter \"{}\"", key),
              known.empty() ? "it takes no parameters" : "known parameters: " + known);
}

void check(const ParamSpec& spec, const ParamValue& value, const std::string& where) {
  const auto fail = [&](const std::string& text) {
    throw Error(ErrorCode::InvalidArgument, where, fmt::format("parameter \"{}\" {}", spec.key, text));
  };
  const auto checkNumber = [&](double number) {
    if (!std::isfinite(number)) fail("is not finite");
    if (spec.min && !(number >= *spec.min)) fail(fmt::format("is {}, less than {}", number, *spec.min));
    if (spec.max && !(number <= *spec.max)) fail(fmt::format("is {}, more than {}", number, *spec.max));
  };
  if (const auto* integer = std::get_if<std::int64_t>(&value)) checkNumber(static_cast<double>(*integer));
  if (const auto* number = std::get_if<double>(&value)) checkNumber(*number);
  if (const auto* text = std::get_if<std::string>(&value); text != nullptr && !spec.choices.empty()) {
    if (std::find(spec.choices.begin(), spec.choices.end(), *text) == spec.choices.end()) {
      fail(fmt::format("is \"{}\", must be one of: {}", *text, fmt::join(spec.choices, ", ")));
    }
  }
}

template <typename T>
T parseNumber(std::string_view text, const ParamSpec& spec, const std::string& where) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw Error(ErrorCode::InvalidArgument, where,
                fmt::format("parameter \"{}\": \"{}\" is no number", spec.key, text));
  }
  return value;
}

}  // namespace

ParamSet::ParamSet(const ParamSchema& schema) {
  for (const ParamSpec& spec : schema) m_values[spec.key] = spec.defaultValue;
}

ParamSet ParamSet::fromJson(const ParamSchema& schema, const Json& object, const std::string& where) {
  ParamSet set(schema);
  if (object.is_null()) return set;
  if (!object.is_object()) throw Error(ErrorCode::Malformed, where, "parameters must be an object");
  for (const auto& [key, value] : object.items()) {
    const ParamSpec& spec = findSpec(schema, key, where);
    ParamValue& target = set.m_values[spec.key];
    const bool fits = (std::holds_alternative<bool>(target) && value.is_boolean()) ||
                      (std::holds_alternative<std::int64_t>(target) && fitsInt64(value)) ||
                      (std::holds_alternative<double>(target) && value.is_number()) ||
                      (std::holds_alternative<std::string>(target) && value.is_string());
    if (!fits) {
      throw Error(ErrorCode::Malformed, where,
                  fmt::format("parameter \"{}\" has the wrong type {}", key, value.type_name()));
    }
    std::visit([&value = value](auto& held) { held = value.template get<std::decay_t<decltype(held)>>(); }, target);
    check(spec, target, where);
  }
  return set;
}

Json ParamSet::toJson() const {
  Json object = Json::object();
  for (const auto& [key, value] : m_values) {
    std::visit([&object, name = key](const auto& held) { object[name] = held; }, value);
  }
  return object;
}

void ParamSet::setFromText(const ParamSchema& schema, std::string_view key, std::string_view text,
                           const std::string& where) {
  const ParamSpec& spec = findSpec(schema, key, where);
  ParamValue value = spec.defaultValue;
  if (std::holds_alternative<bool>(value)) {
    if (text != "true" && text != "false") {
      throw Error(ErrorCode::InvalidArgument, where,
                  fmt::format("parameter \"{}\": \"{}\" is neither true nor false", key, text));
    }
    value = text == "true";
  } else if (std::holds_alternative<std::int64_t>(value)) {
    value = parseNumber<std::int64_t>(text, spec, where);
  } else if (std::holds_alternative<double>(value)) {
    value = parseNumber<double>(text, spec, where);
  } else {
    value = std::string(text);
  }
  check(spec, value, where);
  m_values[spec.key] = std::move(value);
}

const ParamValue& ParamSet::at(std::string_view key) const {
  const auto found = m_values.find(key);
  if (found == m_values.end()) {
    throw Error(ErrorCode::Internal, "parameters", fmt::format("\"{}\" was never declared", key));
  }
  return found->second;
}

}  // namespace oscope
