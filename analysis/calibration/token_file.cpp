#include "analysis/calibration/token_file.h"

#include <fmt/format.h>

#include <charconv>
#include <string>
#include <type_traits>

#include "analysis/base/error.h"
#include "analysis/base/json.h"
#include "analysis/base/mapped_file.h"
#include "analysis/checkpoint/safetensors_reader.h"

namespace oscope::calibration {
namespace {

constexpr const char* kRemedy = "give a file of token ids that this model's tokenizer made";

class Collector {
 public:
  Collector(std::string where, std::int64_t vocabulary) : m_where(std::move(where)), m_vocabulary(vocabulary) {}

  /// `place` is called for the message only.
  template <typename Place>
  void add(std::int64_t id, const Place& place) {
    if (id < 0 || id >= m_vocabulary) {
      throw Error(ErrorCode::Mismatch, fmt::format("{}, {}", m_where, place()),
                  fmt::format("id {} is not in the vocabulary [0, {})", id, m_vocabulary), kRemedy);
    }
    file.ids.push_back(static_cast<std::int32_t>(id));
  }
  [[noreturn]] void malformed(const std::string& place, const std::string& text) const {
    throw Error(ErrorCode::Malformed, fmt::format("{}, {}", m_where, place), text, kRemedy);
  }

  TokenFile file;

 private:
  std::string m_where;
  std::int64_t m_vocabulary;
};

/// The tensor that holds the tokens.
std::string tokenTensor(const checkpoint::SafetensorsReader& reader) {
  std::vector<std::string> integers;
  for (const auto& tensor : reader.header().tensors) {
    const bool integer = tensor.dtype == DType::I64 || tensor.dtype == DType::I32 || tensor.dtype == DType::U32 ||
                         tensor.dtype == DType::U16 || tensor.dtype == DType::I16;
    if (integer) integers.push_back(tensor.name);
  }
  if (integers.size() == 1) return integers.front();
  for (const char* name : {"token_windows", "input_ids"}) {
    if (reader.contains(name)) return name;
  }
  throw Error(
      ErrorCode::MissingTensor, reader.path().string(),
      fmt::format("{} integer tensors (16 to 64 bits), and none is named token_windows or input_ids", integers.size()),
      kRemedy);
}

template <typename T>
void addAll(Collector& out, const compute::HostTensor& tensor) {
  const auto* values = static_cast<const T*>(tensor.data);
  for (std::int64_t i = 0; i < tensor.elements(); ++i) {
    std::int64_t id = -1;
    if constexpr (std::is_signed_v<T> || sizeof(T) < 8) id = static_cast<std::int64_t>(values[i]);
    out.add(id, [&] { return fmt::format("tensor {}, element {}", tensor.name, i); });
  }
}

void readSafetensors(Collector& out, const std::filesystem::path& path) {
  const checkpoint::SafetensorsReader reader(path);
  const std::string name = tokenTensor(reader);
  const compute::HostTensor tensor = reader.tensor(name);
  if (tensor.shape.empty() || tensor.shape.size() > 2) {
    throw Error(ErrorCode::WrongShape, fmt::format("{}, tensor {}", path.string(), name),
                "must have the shape [samples, length] or [n]", kRemedy);
  }
  if (tensor.shape.size() == 2) out.file.rowLength = tensor.shape[1];
  switch (tensor.dtype) {
    case DType::I64:
      addAll<std::int64_t>(out, tensor);
      break;
    case DType::I32:
      addAll<std::int32_t>(out, tensor);
      break;
    case DType::U32:
      addAll<std::uint32_t>(out, tensor);
      break;
    case DType::I16:
      addAll<std::int16_t>(out, tensor);
      break;
    case DType::U16:
      addAll<std::uint16_t>(out, tensor);
      break;
    default:
      throw Error(ErrorCode::WrongDType, fmt::format("{}, tensor {}", path.string(), name),
                  fmt::format("{} holds no token ids", toString(tensor.dtype)), kRemedy);
  }
  reader.verifyIntact();
}

void readJson(Collector& out, const std::filesystem::path& path) {
  const Json json = readJsonFile(path);
  if (!json.is_array()) out.malformed("byte 0", "must be an array of ids or of arrays of ids");
  const auto addId = [&](const Json& value, const std::string& place) {
    if (!value.is_number_integer()) out.malformed(place, "must be an integer");
    out.add(value.get<std::int64_t>(), [&] { return place; });
  };
  for (std::size_t row = 0; row < json.size(); ++row) {
    if (!json[row].is_array()) {
      if (out.file.rowLength != 0) out.malformed(fmt::format("[{}]", row), "must be an array, as those before it");
      addId(json[row], fmt::format("[{}]", row));
      continue;
    }
    const auto length = static_cast<std::int64_t>(json[row].size());
    const bool fits = row == 0 || length == out.file.rowLength;
    if (length == 0 || !fits) out.malformed(fmt::format("[{}]", row), "rows must be arrays of one length");
    out.file.rowLength = length;
    for (std::size_t i = 0; i < json[row].size(); ++i) addId(json[row][i], fmt::format("[{}][{}]", row, i));
  }
}

void readText(Collector& out, const std::filesystem::path& path) {
  const MappedFile file(path);
  const auto* text = reinterpret_cast<const char*>(file.bytes().data());
  const auto isSpace = [&](std::size_t i) { return text[i] == ' ' || (text[i] >= '\t' && text[i] <= '\r'); };
  const std::size_t size = file.bytes().size();
  for (std::size_t at = 0; at < size;) {
    if (isSpace(at)) {
      ++at;
      continue;
    }
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(text + at, text + size, id);
    const auto next = static_cast<std::size_t>(end - text);
    if (error != std::errc() || (next < size && !isSpace(next))) {
      out.malformed(fmt::format("byte {}", at), "must be integers between whitespace");
    }
    out.add(id, [&] { return fmt::format("byte {}", at); });
    at = next;
  }
  file.verifyIntact();
}

}  // namespace

TokenFile readTokenFile(const std::filesystem::path& path, std::int64_t vocabulary) {
  Collector out(path.string(), vocabulary);
  if (path.extension() == ".safetensors") {
    readSafetensors(out, path);
  } else if (path.extension() == ".json") {
    readJson(out, path);
  } else {
    readText(out, path);
  }
  return std::move(out.file);
}

}  // namespace oscope::calibration
