// Inner loops of the CPU backend, chosen at run time for the CPU at hand.
//
// One source (kernels_body.inc) is compiled for the baseline and for AVX2. The loops are plain C with a fixed order of
// operations and no fused multiply-add, so both give the same bits.
#pragma once

#include <cstdint>

namespace oscope::compute::cpu {

/// All functions work on `n` contiguous elements; in and out may be the same where both are float.
struct Kernels {
  const char* name;  ///< "generic", "avx2"

  void (*bf16ToFloat)(const std::uint16_t* in, std::int64_t n, float* out);
  void (*fp16ToFloat)(const std::uint16_t* in, std::int64_t n, float* out);

  /// y = x / sqrt(mean(x^2) + eps) * (offset + w)
  void (*rmsNormRow)(const float* x, std::int64_t n, float eps, const float* w, float offset, float* y);
  /// y = (x - mean) / sqrt(var + eps) * w + b; w, b may be null
  void (*layerNormRow)(const float* x, std::int64_t n, float eps, const float* w, const float* b, float* y);
  /// s = softmax(s + slope * (firstPosition + index))
  void (*softmaxRow)(float* s, std::int64_t n, float slope, std::int64_t firstPosition);
  /// y = x * sigmoid(x * (linear + cubic * x^2)): SiLU (1, 0), quick GeLU (1.702, 0), tanh GeLU (2k, 2k * 0.044715)
  void (*sigmoidGate)(const float* x, std::int64_t n, float linear, float cubic, float* y);
  void (*relu)(const float* x, std::int64_t n, float* y);
  void (*multiplyInto)(float* y, const float* x, std::int64_t n);  ///< y *= x
  void (*divideBy)(float* y, const float* x, std::int64_t n);      ///< y /= x
  void (*addInto)(float* y, const float* x, std::int64_t n);       ///< y += x
  /// (a, b) = (a cos - b sin, b cos + a sin)
  void (*rotate)(float* a, float* b, const float* cosines, const float* sines, std::int64_t n);

  /// Bits of max |x| (NaN above infinity above all finite values).
  std::uint32_t (*absMaxBits)(const float* x, std::int64_t n);
  /// codes = clamp(rne(x / scale), low, high); NaN gives low
  void (*quantizeRow)(const float* x, std::int64_t n, float scale, float low, float high, std::int8_t* codes);
  /// y = scale * clamp(rne(x / scale), low, high); NaN stays NaN
  void (*fakeQuantRow)(const float* x, std::int64_t n, float scale, float low, float high, float* y);

  /// The same with scale and low of each element, and high = low + levels.
  void (*fakeQuantChannels)(const float* x, std::int64_t n, const float* scales, const float* lows, float levels,
                            float* y);

  /// absBits, min, max per channel; absRow = row of the first |x| that beats what stood there.
  void (*rangeRow)(const float* x, std::int64_t n, std::int32_t row, std::int32_t* absBits, std::int32_t* absRow,
                   float* min, float* max);
  void (*momentsRow)(const float* x, std::int64_t n, double* sum, double* sumAbs, double* sumSq);
  /// counts[channel * 64 + histogramBin(x)] += 1
  void (*histogramRow)(const float* x, std::int64_t n, std::uint32_t* counts);
  /// sums[0..3] += {a^2, (a-b)^2, a b, b^2}
  void (*pairSums)(const float* a, const float* b, std::int64_t n, double* sums);

  /// out[r * 4 + c] = sum_k x[r * xStride + k] * w[c * wStride + k] for 2 rows and 4 columns, exact in int32.
  void (*dotBlock)(const std::int16_t* x, std::int64_t xStride, const std::int16_t* w, std::int64_t wStride,
                   std::int64_t n, std::int32_t* out);
};

/// The fastest set that this CPU can run.
const Kernels& kernels();
/// Every set that this CPU can run, the baseline first. For tests, which compare them bit by bit.
const Kernels* const* availableKernels(int& count);

}  // namespace oscope::compute::cpu
