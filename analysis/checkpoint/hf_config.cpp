#include "analysis/checkpoint/hf_config.h"

#include <fmt/format.h>

#include "analysis/base/error.h"

namespace oscope::checkpoint {
namespace {

std::string namesOf(HfConfig::Aliases keys) {
  return fmt::format("\"{}\"", fmt::join(keys, "\" or \""));
}

[[noreturn]] void fail(const std::string& where, HfConfig::Aliases keys, const std::string& text) {
  throw Error(ErrorCode::Malformed, where, fmt::format("{} {}", namesOf(keys), text), "check the model's config.json");
}

}  // namespace

HfConfig HfConfig::load(const std::filesystem::path& modelFolder) {
  const std::filesystem::path path = modelFolder / "config.json";
  std::error_code error;
  if (std::filesystem::is_regular_file(modelFolder, error)) {
    throw Error(ErrorCode::FileNotFound, modelFolder.string(), "is a file, not the folder of a model",
                "give the folder that holds config.json and the safetensors files");
  }
  if (!std::filesystem::exists(path, error)) {
    throw Error(ErrorCode::FileNotFound, modelFolder.string(), "config.json is not here",
                "give the model's folder in Hugging Face layout");
  }
  Json values = readJsonFile(path, {.maxBytes = 16u << 20});
  if (!values.is_object()) throw Error(ErrorCode::Malformed, path.string(), "the config must be a JSON object");
  return HfConfig(std::move(values), path.string());
}

const Json* HfConfig::find(Aliases keys) const {
  for (const char* key : keys) {
    const auto found = m_values.find(key);
    if (found != m_values.end() && !found->is_null()) return &*found;
  }
  return nullptr;
}

std::string HfConfig::modelType() const {
  if (const Json* type = find({"model_type"}); type != nullptr && type->is_string()) return type->get<std::string>();
  if (const Json* classes = find({"architectures"});
      classes != nullptr && classes->is_array() && !classes->empty() && classes->front().is_string()) {
    return classes->front().get<std::string>();
  }
  fail(m_where, {"model_type", "architectures"}, "is missing: the architecture is unknown");
}

std::int64_t HfConfig::integer(Aliases keys) const {
  const Json* value = find(keys);
  if (value == nullptr) fail(m_where, keys, "is missing");
  if (!fitsInt64(*value)) {
    fail(m_where, keys, "must be an integer, found " + clipped(value->dump()));
  }
  return value->get<std::int64_t>();
}

std::int64_t HfConfig::integer(Aliases keys, std::int64_t fallback) const {
  return find(keys) == nullptr ? fallback : integer(keys);
}

double HfConfig::number(Aliases keys) const {
  const Json* value = find(keys);
  if (value == nullptr) fail(m_where, keys, "is missing");
  if (!value->is_number()) fail(m_where, keys, "must be a number, found " + clipped(value->dump()));
  return value->get<double>();
}

double HfConfig::number(Aliases keys, double fallback) const {
  return find(keys) == nullptr ? fallback : number(keys);
}

bool HfConfig::flag(Aliases keys, bool fallback) const {
  const Json* value = find(keys);
  if (value == nullptr) return fallback;
  if (!value->is_boolean()) fail(m_where, keys, "must be true or false, found " + clipped(value->dump()));
  return value->get<bool>();
}

std::string HfConfig::text(Aliases keys, const std::string& fallback) const {
  const Json* value = find(keys);
  if (value == nullptr) return fallback;
  if (!value->is_string()) fail(m_where, keys, "must be a text, found " + clipped(value->dump()));
  return value->get<std::string>();
}

std::int64_t HfConfig::dimension(Aliases keys, std::int64_t low, std::int64_t high) const {
  const std::int64_t value = integer(keys);
  if (value < low || value > high) fail(m_where, keys, fmt::format("is {}, outside [{}, {}]", value, low, high));
  return value;
}

const Json* HfConfig::object(Aliases keys) const {
  const Json* value = find(keys);
  if (value != nullptr && !value->is_object())
    fail(m_where, keys, "must be an object, found " + clipped(value->dump()));
  return value;
}

}  // namespace oscope::checkpoint
