// The strict header parser. Reads the JSON as a stream of events, so that a hostile header costs no more than its own
// bytes and a few entries.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "analysis/base/error.h"
#include "analysis/base/json.h"
#include "analysis/checkpoint/safetensors_reader.h"

namespace oscope::checkpoint {
namespace {

constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;  // the reference implementation's limit
constexpr std::size_t kMaxTensors = 1'000'000;
constexpr std::size_t kMaxRank = 8;
constexpr std::size_t kMaxNameBytes = 1024;
constexpr std::size_t kMaxMetadata = 65'536;
constexpr std::size_t kMaxTokenBytes = 16u << 20;
constexpr std::uint64_t kMaxNumber = std::uint64_t{1} << 48;
constexpr const char* kRemedy = "the file is damaged or no safetensors file; download or convert it again";

class HeaderEvents final : public nlohmann::json_sax<Json> {
 public:
  std::vector<TensorEntry> tensors;
  std::map<std::string, std::string> metadata;
  std::string problem;

  bool null() override { return fail("null is not allowed"); }
  bool boolean(bool) override { return fail("true and false are not allowed"); }
  bool number_float(number_float_t, const string_t& text) override {
    return fail("number " + clipped(text) + " is no integer");
  }
  bool number_integer(number_integer_t value) override { return fail(fmt::format("number {} is negative", value)); }
  bool number_unsigned(number_unsigned_t value) override {
    if (m_place != Place::Numbers) return fail("a number stands where none belongs");
    if (value > kMaxNumber) return fail(fmt::format("number {} is larger than 2^48", value));
    m_numbers.push_back(value);
    if (m_numbers.size() > kMaxRank) return fail(fmt::format("more than {} numbers in \"{}\"", kMaxRank, m_field));
    return true;
  }
  bool string(string_t& value) override {
    if (m_place == Place::Metadata) {
      metadata[m_field] = value;
      return true;
    }
    if (m_place != Place::Tensor || m_field != "dtype") return fail("a text stands where none belongs");
    const auto dtype = parseDType(value);
    if (!dtype) return fail("unknown dtype \"" + clipped(value) + "\"");
    m_entry.dtype = *dtype;
    return true;
  }
  bool binary(binary_t&) override { return fail("binary data is not allowed"); }

  bool start_object(std::size_t) override {
    switch (m_place) {
      case Place::Start:
        m_place = Place::Top;
        return true;
      case Place::Top:
        m_fields.clear();
        if (m_name == "__metadata__") {
          if (m_hasMetadata) return fail("the name occurs twice");
          m_hasMetadata = true;
          m_place = Place::Metadata;
          return true;
        }
        m_place = Place::Tensor;
        m_entry = TensorEntry{};
        m_entry.name = m_name;
        return true;
      default:
        return fail("an object stands where none belongs");
    }
  }
  bool key(string_t& name) override {
    if (m_place == Place::Top) {
      if (name.size() > kMaxNameBytes) return fail(fmt::format("a tensor name is longer than {} bytes", kMaxNameBytes));
      m_name = name;
      if (tensors.size() >= kMaxTensors) return fail(fmt::format("more than {} tensors", kMaxTensors));
      return true;
    }
    m_field = name;
    if (!m_fields.insert(name).second) return fail("key \"" + clipped(name) + "\" occurs twice");
    if (m_fields.size() > kMaxMetadata) return fail(fmt::format("more than {} keys", kMaxMetadata));
    if (m_place == Place::Tensor && name != "dtype" && name != "shape" && name != "data_offsets") {
      return fail("unknown key \"" + clipped(name) + "\"");
    }
    return true;
  }
  bool end_object() override {
    if (m_place == Place::Top) {
      m_place = Place::End;
      return true;
    }
    if (m_place == Place::Tensor) {
      if (m_fields.size() != 3) return fail("dtype, shape or data_offsets is missing");
      tensors.push_back(std::move(m_entry));
    }
    m_place = Place::Top;
    return true;
  }
  bool start_array(std::size_t) override {
    if (m_place != Place::Tensor || (m_field != "shape" && m_field != "data_offsets")) {
      return fail("an array stands where none belongs");
    }
    m_place = Place::Numbers;
    m_numbers.clear();
    return true;
  }
  bool end_array() override {
    m_place = Place::Tensor;
    if (m_field == "shape") {
      m_entry.shape.assign(m_numbers.begin(), m_numbers.end());
      return true;
    }
    if (m_numbers.size() != 2) return fail("data_offsets must hold two numbers");
    m_entry.begin = m_numbers[0];
    m_entry.end = m_numbers[1];
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    problem = fmt::format("header is no valid JSON at byte {}: {}", std::max<std::size_t>(position, 1) + 7,
                          clipped(error.what()));
    return false;
  }

 private:
  enum class Place { Start, Top, Tensor, Numbers, Metadata, End };

  bool fail(const std::string& text) {
    problem = m_name.empty() ? "header: " + text : fmt::format("header entry \"{}\": {}", m_name, text);
    return false;
  }

  Place m_place = Place::Start;
  std::string m_name, m_field;
  bool m_hasMetadata = false;
  std::set<std::string> m_fields;  ///< keys of the object that is open
  TensorEntry m_entry;
  std::vector<std::uint64_t> m_numbers;
};

/// Whether a text or number is longer than any honest one: the lexer would keep several copies of it.
bool hasOverlongToken(std::string_view json) {
  std::size_t length = 0;
  bool inText = false;
  for (std::size_t i = 0; i < json.size() && length <= kMaxTokenBytes; ++i) {
    const char c = json[i];
    const bool ends = inText ? c == '"' : std::string_view("\" ,:[]{}\t\r\n").find(c) != std::string_view::npos;
    if (inText && c == '\\') ++i;
    length = ends ? 0 : length + 1;
    if (c == '"') inText = !inText;
  }
  return length > kMaxTokenBytes;
}

void checkNamesDiffer(const std::vector<TensorEntry>& tensors, const std::string& where) {
  std::vector<const std::string*> names;
  names.reserve(tensors.size());
  for (const TensorEntry& entry : tensors) names.push_back(&entry.name);
  std::sort(names.begin(), names.end(), [](const std::string* a, const std::string* b) { return *a < *b; });
  const auto twice = std::adjacent_find(names.begin(), names.end(),
                                        [](const std::string* a, const std::string* b) { return *a == *b; });
  if (twice == names.end()) return;
  throw Error(ErrorCode::Malformed, where, fmt::format("header entry \"{}\": the name occurs twice", **twice), kRemedy);
}

void checkLayout(const std::vector<TensorEntry>& tensors, std::uint64_t dataBytes, const std::string& where) {
  std::uint64_t expected = 0;
  for (const TensorEntry& entry : tensors) {
    const std::string place = where + ": tensor " + entry.name;
    if (entry.begin != expected || entry.end < entry.begin) {
      throw Error(
          ErrorCode::Malformed, place,
          fmt::format("data_offsets [{}, {}] where the data must begin at {}", entry.begin, entry.end, expected),
          kRemedy);
    }
    const auto bytes = tensorBytes(entry.dtype, entry.shape);
    if (!bytes || *bytes != entry.end - entry.begin) {
      throw Error(ErrorCode::Malformed, place,
                  fmt::format("{} of shape [{}] does not fill data_offsets [{}, {}]", toString(entry.dtype),
                              fmt::join(entry.shape, ", "), entry.begin, entry.end),
                  kRemedy);
    }
    if (entry.end > dataBytes) {
      throw Error(
          ErrorCode::FileTruncated, place,
          fmt::format("its data ends at byte {} of the data section, which holds {} bytes", entry.end, dataBytes),
          "the download is incomplete: fetch the file again");
    }
    expected = entry.end;
  }
  if (expected != dataBytes) {
    throw Error(ErrorCode::Malformed, where,
                fmt::format("{} bytes follow the last tensor's end at {}", dataBytes - expected, expected), kRemedy);
  }
}

}  // namespace

std::optional<std::uint64_t> tensorBytes(DType dtype, const std::vector<std::int64_t>& shape) {
  auto bits = static_cast<std::uint64_t>(bitSize(dtype));
  for (std::int64_t extent : shape) {
    if (extent < 0 || __builtin_mul_overflow(bits, static_cast<std::uint64_t>(extent), &bits)) return std::nullopt;
  }
  if (bits % 8 != 0) return std::nullopt;
  return bits / 8;
}

SafetensorsHeader parseSafetensorsHeader(std::span<const std::byte> head, std::uint64_t fileSize,
                                         const std::string& where) {
  if (head.size() < 8 || fileSize < 8) {
    throw Error(ErrorCode::FileTruncated, where, fmt::format("{} bytes are too few for a header", fileSize), kRemedy);
  }
  std::uint64_t length = 0;
  for (int i = 7; i >= 0; --i) length = length << 8 | static_cast<std::uint64_t>(head[static_cast<std::size_t>(i)]);
  if (length > kMaxHeaderBytes) {
    throw Error(ErrorCode::Malformed, where,
                fmt::format("header length {} at byte 0 is larger than {}", length, kMaxHeaderBytes), kRemedy);
  }
  if (length + 8 > fileSize || length + 8 > head.size()) {
    throw Error(ErrorCode::FileTruncated, where,
                fmt::format("the header claims {} bytes, the file holds {}", length, fileSize - 8),
                "the download is incomplete: fetch the file again");
  }
  const std::string_view text(reinterpret_cast<const char*>(head.data()) + 8, length);
  if (text.empty() || text.front() != '{') {
    throw Error(ErrorCode::Malformed, where, "the header does not begin with '{' at byte 8", kRemedy);
  }
  refuseNulBytes(text, where, 8);
  if (hasOverlongToken(text)) {
    throw Error(ErrorCode::Malformed, where,
                fmt::format("header: a text or number of more than {} bytes", kMaxTokenBytes), kRemedy);
  }
  HeaderEvents events;
  if (!Json::sax_parse(text.begin(), text.end(), &events)) {
    throw Error(ErrorCode::Malformed, where, events.problem, kRemedy);
  }
  SafetensorsHeader header;
  header.tensors = std::move(events.tensors);
  header.metadata = std::move(events.metadata);
  header.dataStart = length + 8;
  std::stable_sort(header.tensors.begin(), header.tensors.end(), [](const TensorEntry& a, const TensorEntry& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  checkNamesDiffer(header.tensors, where);
  checkLayout(header.tensors, fileSize - header.dataStart, where);
  return header;
}

}  // namespace oscope::checkpoint
