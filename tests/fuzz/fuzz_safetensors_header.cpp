// The input is read twice: as a whole file, and as [u64 data bytes][header JSON] of a file whose length field is right,
// so that mutations reach the JSON and the layout rules behind it.
#include <algorithm>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "analysis/base/error.h"
#include "analysis/checkpoint/safetensors_reader.h"
#include "tests/fuzz/fuzz_check.h"

namespace {

using namespace oscope;

/// What every accepted header promises to the code behind: tensors tile the data, and each fits its shape.
void checkPromises(const checkpoint::SafetensorsHeader& header, std::uint64_t fileSize) {
  std::uint64_t end = 0;
  std::set<std::string> names;
  for (const checkpoint::TensorEntry& entry : header.tensors) {
    OSCOPE_FUZZ_CHECK(entry.begin == end && entry.end >= entry.begin);
    OSCOPE_FUZZ_CHECK(checkpoint::tensorBytes(entry.dtype, entry.shape) == entry.end - entry.begin);
    OSCOPE_FUZZ_CHECK(names.insert(entry.name).second && entry.name.size() <= 1024 && entry.shape.size() <= 8);
    end = entry.end;
  }
  OSCOPE_FUZZ_CHECK(header.dataStart + end == fileSize);
}

void parse(std::span<const std::byte> head, std::uint64_t fileSize) {
  try {
    checkPromises(checkpoint::parseSafetensorsHeader(head, fileSize, "input"), fileSize);
  } catch (const Error& error) {
    OSCOPE_FUZZ_CHECK(error.code() == ErrorCode::Malformed || error.code() == ErrorCode::FileTruncated);
    OSCOPE_FUZZ_CHECK(!error.text().empty() && error.text().size() < 4096);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  parse(bytes, size);
  if (size < 8) return 0;
  std::uint64_t dataBytes = 0;
  std::memcpy(&dataBytes, data, 8);
  std::vector<std::byte> head(bytes.begin(), bytes.end());
  const std::uint64_t length = size - 8;
  std::memcpy(head.data(), &length, 8);
  parse(head, size + std::min(dataBytes, std::uint64_t{1} << 50));
  return 0;
}
