#include "analysis/base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <unordered_set>
#include <vector>

#include "analysis/base/atomic_file.h"
#include "analysis/base/error.h"

namespace oscope {
namespace {

constexpr const char* kRemedy = "the file is damaged: mend it or fetch it again";

/// Builds the value, and refuses what nlohmann's own builder lets pass: duplicate keys and over-deep nesting. Its
/// builder also looks through all members of an ordered object for every new key, which takes minutes on a large
/// vocabulary.
class StrictBuilder final : public nlohmann::json_sax<Json> {
 public:
  explicit StrictBuilder(int maxDepth) : m_maxDepth(maxDepth) {}

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t&) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t& value) override { return add(std::move(value)); }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool key(string_t& name) override {
    if (!m_open.back().keys.insert(name).second) {
      problem = "duplicate key \"" + clipped(name) + "\"";
      return false;
    }
    m_key = std::move(name);
    return true;
  }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    problem = fmt::format("not valid JSON at byte {}: {}", std::max<std::size_t>(position, 1) - 1,
                          clipped(words(error.what())));
    return false;
  }

  Json result;
  std::string problem;

 private:
  /// "[json.exception.parse_error.101] parse error at line 2, column 1: …" without its code.
  static std::string words(std::string what) {
    const std::size_t code = what.find("] ");
    if (what.starts_with('[') && code != std::string::npos) what.erase(0, code + 2);
    const std::string prefix = "parse error at ";
    if (what.starts_with(prefix)) what.erase(0, prefix.size());
    return what;
  }

  struct Container {
    Json* value;  ///< stays in place: its parent takes no other member before it is closed
    std::unordered_set<std::string> keys;
  };

  Json* place(Json value) {
    if (m_open.empty()) return &(result = std::move(value));
    Json& parent = *m_open.back().value;
    if (parent.is_array()) return &parent.get_ref<Json::array_t&>().emplace_back(std::move(value));
    std::vector<Json::object_t::value_type>& members = parent.get_ref<Json::object_t&>();
    return &members.emplace_back(std::move(m_key), std::move(value)).second;
  }
  bool add(Json value) {
    place(std::move(value));
    return true;
  }
  bool open(Json container) {
    if (static_cast<int>(m_open.size()) >= m_maxDepth) {
      problem = fmt::format("nested deeper than {} levels", m_maxDepth);
      return false;
    }
    m_open.push_back({place(std::move(container)), {}});
    return true;
  }
  bool close() {
    m_open.pop_back();
    return true;
  }

  int m_maxDepth;
  std::vector<Container> m_open;
  std::string m_key;
};

template <typename T>
constexpr const char* kTypeName = "value";
template <>
constexpr const char* kTypeName<bool> = "boolean";
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
  if constexpr (std::is_same_v<T, std::int64_t>) return fitsInt64(value);
  if constexpr (std::is_same_v<T, double>) return value.is_number();
  if constexpr (std::is_same_v<T, std::string>) return value.is_string();
  return true;
}

template <typename T>
T convert(const Json& value, const char* key, const std::string& where) {
  if (!holds<T>(value)) {
    throw Error(ErrorCode::Malformed, where,
                fmt::format("key \"{}\" must be of type {}, found {}", key, kTypeName<T>, value.type_name()));
  }
  return value.get<T>();
}

}  // namespace

void refuseNulBytes(std::string_view text, const std::string& where, std::size_t firstByte) {
  const std::size_t place = text.find('\0');
  if (place == std::string_view::npos) return;
  throw Error(ErrorCode::Malformed, where, fmt::format("not valid JSON at byte {}: a NUL byte", firstByte + place),
              kRemedy);
}

Json parseJson(std::string_view text, const std::string& where, const JsonLimits& limits) {
  if (text.size() > limits.maxBytes) {
    throw Error(ErrorCode::Malformed, where,
                fmt::format("JSON of {} bytes is larger than the limit of {}", text.size(), limits.maxBytes));
  }
  refuseNulBytes(text, where);
  StrictBuilder builder(limits.maxDepth);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) {
    throw Error(ErrorCode::Malformed, where, builder.problem, kRemedy);
  }
  return std::move(builder.result);
}

Json readJsonFile(const std::filesystem::path& path, const JsonLimits& limits) {
  std::error_code error;
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    throw Error(ErrorCode::FileUnreadable, path.string(), "not a regular file");  // opening a pipe would wait forever
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) throw systemError(errno, path.string(), "opening");
  const auto size = std::filesystem::file_size(path, error);
  if (error) throw systemError(error.value(), path.string(), "asking for the size");
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
