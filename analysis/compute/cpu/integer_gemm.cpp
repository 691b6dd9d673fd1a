// The integer-true path: int8 activations times int4 or int8 weights, exact in int32 per group.
#include <algorithm>

#include "analysis/compute/cpu/kernels.h"
#include "analysis/compute/cpu/ops.h"

namespace oscope::compute::cpu {
namespace {

constexpr std::int64_t kOutputs = 64;                   ///< outputs per item, a multiple of kBlockCols
constexpr std::int64_t kBlockRows = 2, kBlockCols = 4;  // of Kernels::dotBlock

// Codes minus zero points of `count` rows of W, as int16; missing rows of the last block are zeros.
void widenWeights(const QuantizedWeight& w, std::int64_t first, std::int64_t count, std::vector<std::int16_t>& wide) {
  const std::int64_t padded = (count + kBlockCols - 1) / kBlockCols * kBlockCols;
  wide.assign(static_cast<std::size_t>(padded * w.in), 0);
  for (std::int64_t row = 0; row < count; ++row) {
    const std::int8_t* codes = w.codes.data() + (first + row) * w.in;
    std::int16_t* target = wide.data() + row * w.in;
    for (std::int64_t g = 0; g < w.groups(); ++g) {
      const int zero = w.zeros.empty() ? 0 : w.zeros[static_cast<std::size_t>((first + row) * w.groups() + g)];
      for (std::int64_t k = g * w.group; k < (g + 1) * w.group; ++k) {
        target[k] = static_cast<std::int16_t>(codes[k] - zero);
      }
    }
  }
}

}  // namespace

void integerLinear(Parallel& parallel, const std::int8_t* codes, std::int64_t rows, const float* scales,
                   const QuantizedWeight& w, const float* bias, float* y) {
  const std::int64_t paddedRows = (rows + kBlockRows - 1) / kBlockRows * kBlockRows;
  std::vector<std::int16_t> wideCodes(static_cast<std::size_t>(paddedRows * w.in), 0);
  std::copy(codes, codes + rows * w.in, wideCodes.begin());
  std::vector<std::vector<std::int16_t>> wideWeights(static_cast<std::size_t>(parallel.threads()));

  parallel.forEach((w.out + kOutputs - 1) / kOutputs, [&](std::int64_t item, int worker) {
    const std::int64_t firstOut = item * kOutputs, count = std::min(kOutputs, w.out - firstOut);
    std::vector<std::int16_t>& wide = wideWeights[static_cast<std::size_t>(worker)];
    widenWeights(w, firstOut, count, wide);
    for (std::int64_t row = 0; row < rows; row += kBlockRows) {
      if (row % 64 == 0) parallel.checkCancelled();
      for (std::int64_t col = 0; col < count; col += kBlockCols) {
        double sums[kBlockRows * kBlockCols] = {};
        const std::int64_t liveRows = std::min(kBlockRows, rows - row), liveCols = std::min(kBlockCols, count - col);
        for (std::int64_t g = 0; g < w.groups(); ++g) {
          std::int32_t acc[kBlockRows * kBlockCols];
          kernels().dotBlock(wideCodes.data() + row * w.in + g * w.group, w.in, wide.data() + col * w.in + g * w.group,
                             w.in, w.group, acc);
          for (std::int64_t r = 0; r < liveRows; ++r) {
            for (std::int64_t c = 0; c < liveCols; ++c) {
              const float scale = w.scales[static_cast<std::size_t>((firstOut + col + c) * w.groups() + g)];
              sums[r * kBlockCols + c] += static_cast<double>(scale) * acc[r * kBlockCols + c];
            }
          }
        }
        for (std::int64_t r = 0; r < liveRows; ++r) {
          for (std::int64_t c = 0; c < liveCols; ++c) {
            const std::int64_t out = firstOut + col + c;
            const double offset = bias == nullptr ? 0.0 : bias[out];
            y[(row + r) * w.out + out] = static_cast<float>(scales[row + r] * sums[r * kBlockCols + c] + offset);
          }
        }
      }
    }
  });
}

}  // namespace oscope::compute::cpu
