// The ops of the CPU backend, one file each, on plain pointers. Shapes are checked by cpu_backend.cpp.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/compute/backend.h"
#include "analysis/compute/cpu/cpu_weight.h"
#include "analysis/compute/cpu/parallel.h"

namespace oscope::compute::cpu {

/// Rows of a weight that one thread converts and multiplies at once, at the most.
inline constexpr std::int64_t kWidestPanel = 512;
/// y [rows, w.rows()] = x [rows, w.cols()] W^T + bias (may be null).
void linear(Parallel& parallel, const float* x, const SequenceLayout& layout, const CpuWeight& w, const float* bias,
            float* y);

/// cos and sin of every position, kept between calls with the same parameters.
class RopeTable {
 public:
  void prepare(const RopeParams& params, std::int64_t length);
  std::int64_t half() const { return m_half; }
  const float* cosines(std::int64_t position) const { return m_cosines.data() + position * m_half; }
  const float* sines(std::int64_t position) const { return m_sines.data() + position * m_half; }

 private:
  RopeParams m_params;
  std::int64_t m_half = 0, m_length = 0;
  std::vector<float> m_cosines, m_sines;
};
void rope(Parallel& parallel, const RopeTable& table, const HeadView& x, const SequenceLayout& layout);

void attention(Parallel& parallel, const HeadView& q, const HeadView& k, const HeadView& v,
               const SequenceLayout& layout, const AttentionParams& params, float* out);

/// y = act(x), n elements; y may be x.
void activateRange(Activation act, const float* x, std::int64_t n, float* y);

/// Backend::quantizeWeight.
WeightCodes quantizeWeight(Parallel& parallel, const CpuWeight& weight, const WeightFold& fold,
                           const WeightQuant& quant, std::span<const float> clipLimits);

/// Backend::fakeQuant.
void fakeQuant(Parallel& parallel, Tensor& x, const SequenceLayout& layout, const ActivationQuant& quant);
/// Scale of every row: one value per row, whatever the mode; PerCluster has none.
std::vector<float> activationScales(Parallel& parallel, const Tensor& x, const SequenceLayout& layout,
                                    const ActivationQuant& quant);

/// y [rows, w.out] from codes [rows, w.in] and one scale per row.
void integerLinear(Parallel& parallel, const std::int8_t* codes, std::int64_t rows, const float* scales,
                   const QuantizedWeight& w, const float* bias, float* y);

LogitComparison compareLogits(Parallel& parallel, const Tensor& a, const Tensor& b,
                              std::span<const std::int32_t> targets);

}  // namespace oscope::compute::cpu
