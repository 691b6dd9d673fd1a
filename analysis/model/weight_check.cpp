#include "analysis/model/weight_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "analysis/base/error.h"
#include "analysis/model/tensor_list.h"

namespace oscope::model {
namespace {

// All exponent bits set means NaN or infinity, in every IEEE type.
template <typename Word>
std::int64_t firstNonFinite(const std::byte* bytes, std::int64_t count, Word exponentMask) {
  constexpr std::int64_t kChunk = 1024;
  Word words[kChunk];
  for (std::int64_t start = 0; start < count; start += kChunk) {
    const std::int64_t length = std::min(kChunk, count - start);
    std::memcpy(words, bytes + start * static_cast<std::int64_t>(sizeof(Word)),
                static_cast<std::size_t>(length) * sizeof(Word));
    Word any = 0;
    for (std::int64_t i = 0; i < length; ++i) any |= static_cast<Word>((words[i] & exponentMask) == exponentMask);
    if (any == 0) continue;
    for (std::int64_t i = 0; i < length; ++i) {
      if ((words[i] & exponentMask) == exponentMask) return start + i;
    }
  }
  return -1;
}

std::int64_t firstNonFinite(const compute::HostTensor& tensor) {
  const auto* bytes = static_cast<const std::byte*>(tensor.data);
  switch (tensor.dtype) {
    case DType::F32:
      return firstNonFinite<std::uint32_t>(bytes, tensor.elements(), 0x7F800000u);
    case DType::BF16:
      return firstNonFinite<std::uint16_t>(bytes, tensor.elements(), 0x7F80u);
    case DType::F16:
      return firstNonFinite<std::uint16_t>(bytes, tensor.elements(), 0x7C00u);
    default:
      return -1;
  }
}

}  // namespace

void requireFinite(const compute::HostTensor& tensor) {
  const std::int64_t at = firstNonFinite(tensor);
  if (at < 0) return;
  const std::int64_t cols = tensor.cols();
  throw Error(ErrorCode::NonFinite, tensor.name,
              fmt::format("NaN or infinity at row {}, column {}", at / cols, at % cols),
              "the checkpoint is damaged: download it again");
}

void requireFiniteBlock(const ModelGraph& graph, int index, const checkpoint::TensorSource& source) {
  for (const std::string& name : graph.tensorsOf(index)) requireFinite(source.tensor(name));
}

void requireFiniteEnds(const ModelGraph& graph, const checkpoint::TensorSource& source) {
  std::set<std::string> inBlocks;
  for (const BlockGraph& block : graph.blocks) {
    for (const std::string& name : graph.tensorsOf(block.index)) inBlocks.insert(name);
  }
  for (const TensorNeed& need : allTensors(graph)) {
    if (!inBlocks.contains(need.name)) requireFinite(source.tensor(need.name));
  }
}

}  // namespace oscope::model
