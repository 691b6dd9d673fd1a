#include <cmath>

#include "analysis/compute/cpu/kernels.h"
#include "analysis/compute/cpu/ops.h"

namespace oscope::compute::cpu {

void RopeTable::prepare(const RopeParams& params, std::int64_t length) {
  const bool same =
      params.inverseFrequencies == m_params.inverseFrequencies && params.attentionFactor == m_params.attentionFactor;
  if (same && length <= m_length) return;
  m_params = params;
  m_length = length;
  m_half = static_cast<std::int64_t>(params.inverseFrequencies.size());
  m_cosines.resize(static_cast<std::size_t>(m_half * length));
  m_sines.resize(m_cosines.size());
  for (std::int64_t position = 0; position < length; ++position) {
    for (std::int64_t i = 0; i < m_half; ++i) {
      const double angle = static_cast<double>(position) * params.inverseFrequencies[static_cast<std::size_t>(i)];
      const auto at = static_cast<std::size_t>(position * m_half + i);
      m_cosines[at] = static_cast<float>(std::cos(angle) * params.attentionFactor);
      m_sines[at] = static_cast<float>(std::sin(angle) * params.attentionFactor);
    }
  }
}

void rope(Parallel& parallel, const RopeTable& table, const HeadView& x, const SequenceLayout& layout) {
  float* data = x.tensor.as<float>();
  const std::int64_t half = table.half();
  parallel.forEach(layout.sequences(), [&](std::int64_t sequence, int) {
    const std::int64_t start = layout.starts[static_cast<std::size_t>(sequence)];
    for (std::int64_t position = 0; position < layout.length(sequence); ++position) {
      float* row = data + (start + position) * x.tensor.cols + x.offset;
      for (std::int64_t head = 0; head < x.heads; ++head) {
        float* values = row + head * x.headStride;
        kernels().rotate(values, values + half, table.cosines(position), table.sines(position), half);
      }
    }
  });
}

}  // namespace oscope::compute::cpu
