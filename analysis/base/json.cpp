#include "analysis/base/json.h"

#include <fmt/format.h>

#include <fstream>
#include <set>
#include <sstream>
#include <vector>

#include "analysis/base/atomic_file.h"
#include "analysis/base/error.h"

namespace oscope {
namespace {

/// Checks what nlohmann's DOM parser lets pass: duplicate keys and over-deep nesting. Returns false where it found one.
class StrictnessCheck final : public nlohmann::json_sax<Json> {
 public:
  explicit StrictnessCheck(int maxDepth) : m_maxDepth(maxDepth) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return open(); }
  bool start_array(std::size_t) override { return open(); }
  bool key(string_t& name) override {
    if (m_keys.back().insert(name).second) return true;
    problem = "duplicate key \"" + name + "\"";
    return false;
  }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    problem = fmt::format("not valid JSON at byte {}: {}", position, error.what());
    return false;
  }

  std::string problem;

 private:
  bool open() {
    m_keys.emplace_back();
    if (static_cast<int>(m_keys.size()) <= m_maxDepth) return true;
    problem = fmt::format("nested deeper than {} levels", m_maxDepth);
    return false;
  }
  bool close() {
    m_keys.pop_back();
    return true;
  }

  int m_maxDepth;
  std::vector<std::set<std::string>> m_keys;
};

template <typename T>
constexpr const char* kTypeName = "value";
template <>
constexpr const char* kTypeName<bool> = "true or false";
template <>
constexpr const char* kTypeName<std::int64_t> = "integer";
template <>
constexpr const char* kTypeName<double> = "number";
template <>
constexpr const char* kTypeName<std::string> = "string";
template <>
constexpr const char* kTypeName<Json> = "value";

template <typename T>
bool holds(const Json& value) {
  if constexpr (std::is_same_v<T, bool>) return value.is_boolean();
  if constexpr (std::is_same_v<T, std::int64_t>) return value.is_number_integer();
  if constexpr (std::is_same_v<T, double>) return value.is_number();
  if constexpr (std::is_same_v<T, std::string>) return value.is_string();
  return true;
}

template <typename T>
T convert(const Json& value, const char* key, const std::string& where) {
  if (!holds<T>(value)) {
    throw Error(ErrorCode::Malformed, where,
                fmt::format("key \"{}\" must be a {}, found {}", key, kTypeName<T>, value.type_name()));
  }
  return value.get<T>();
}

}  // namespace

Json parseJson(std::string_view text, const std::string& where, const JsonLimits& limits) {
  if (text.size() > limits.maxBytes) {
    throw Error(ErrorCode::Malformed, where,
                fmt::format("JSON of {} bytes is larger than the limit of {}", text.size(), limits.maxBytes));
  }
  StrictnessCheck check(limits.maxDepth);
  if (!Json::sax_parse(text.begin(), text.end(), &check)) throw Error(ErrorCode::Malformed, where, check.problem);
  return Json::parse(text.begin(), text.end());
}

Json readJsonFile(const std::filesystem::path& path, const JsonLimits& limits) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw systemError(errno, path.string(), "opening");
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error || !std::filesystem::is_regular_file(path)) {
    throw Error(ErrorCode::FileUnreadable, path.string(), "not a regular file");
  }
  if (size > limits.maxBytes) {
    throw Error(ErrorCode::Malformed, path.string(),
                fmt::format("JSON of {} bytes is larger than the limit of {}", size, limits.maxBytes));
  }
  std::string text(size, '\0');
  file.read(text.data(), static_cast<std::streamsize>(size));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return parseJson(text, path.string(), limits);
}

void writeJsonFile(const std::filesystem::path& path, const Json& value) {
  AtomicFile file(path);
  file.write(value.dump(2));
  file.write("\n");
  file.commit();
}

template <typename T>
T requireKey(const Json& object, const char* key, const std::string& where) {
  if (!object.is_object() || !object.contains(key)) {
    throw Error(ErrorCode::Malformed, where, fmt::format("key \"{}\" is missing", key));
  }
  return convert<T>(object.at(key), key, where);
}

template <typename T>
T optionalKey(const Json& object, const char* key, T fallback, const std::string& where) {
  if (!object.is_object() || !object.contains(key) || object.at(key).is_null()) return fallback;
  return convert<T>(object.at(key), key, where);
}

template bool requireKey(const Json&, const char*, const std::string&);
template std::int64_t requireKey(const Json&, const char*, const std::string&);
template double requireKey(const Json&, const char*, const std::string&);
template std::string requireKey(const Json&, const char*, const std::string&);
template Json requireKey(const Json&, const char*, const std::string&);
template bool optionalKey(const Json&, const char*, bool, const std::string&);
template std::int64_t optionalKey(const Json&, const char*, std::int64_t, const std::string&);
template double optionalKey(const Json&, const char*, double, const std::string&);
template std::string optionalKey(const Json&, const char*, std::string, const std::string&);
template Json optionalKey(const Json&, const char*, Json, const std::string&);

}  // namespace oscope
