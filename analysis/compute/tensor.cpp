#include "analysis/compute/tensor.h"

#include <algorithm>

namespace oscope::compute {

SequenceLayout SequenceLayout::uniform(std::int64_t sequences, std::int64_t length, std::int64_t firstSample) {
  SequenceLayout layout;
  layout.firstSample = firstSample;
  layout.starts.resize(static_cast<std::size_t>(sequences) + 1);
  for (std::int64_t i = 0; i <= sequences; ++i) layout.starts[static_cast<std::size_t>(i)] = i * length;
  return layout;
}

std::int64_t SequenceLayout::longest() const {
  std::int64_t result = 0;
  for (std::int64_t i = 0; i < sequences(); ++i) result = std::max(result, length(i));
  return result;
}

}  // namespace oscope::compute
