// Error budgets of the op tests: how far a backend may stay from the float64 reference. One table for all devices.
#pragma once

namespace oscope::compute::test {

/// Relative to the largest |reference| of the op's output, unless said otherwise.
inline constexpr double kNormTolerance = 1e-6;
inline constexpr double kRopeTolerance = 1e-6;
inline constexpr double kActivationTolerance = 5e-7;
/// Of matrix products, by how a backend makes them.
struct ProductTolerances {
  /// linear(), by the weight's type: relative to sum_k |x_k w_k| of the element.
  double linearF32, linearBf16, linearF16;
  double attention;
};
/// Float32 products and sums, in any order.
inline constexpr ProductTolerances kFloat32Products{3e-6, 3e-6, 3e-6, 3e-6};
/// MatmulPrecision::Full on a GPU: operands in terms that keep float32's bits, sums in the float32 of the matrix units.
inline constexpr ProductTolerances kFullProducts{3e-6, 2e-5, 2e-5, 1e-5};
/// MatmulPrecision::Fast: x rounded once to bf16 (2^-8) or fp16 (2^-11), both operands to TF32 (2^-10 where cut off),
/// heads and softmax weights to fp16.
inline constexpr ProductTolerances kFastProducts{2e-3, 4e-3, 5e-4, 5e-3};
/// Integer sums are exact: what is left is the rounding of scales, sum over groups and bias.
inline constexpr double kIntegerLinearTolerance = 1e-6;
/// The same product through fake quantization: float32 sums over all of K.
inline constexpr double kFakeLinearTolerance = 5e-6;
/// Fake quantization: the grid value in float32.
inline constexpr double kFakeQuantTolerance = 1e-7;
/// Sums of squares of a quantized weight: float32 inside a group, float64 beyond.
inline constexpr double kSquareSumTolerance = 2e-7;
/// Sums in float64 over float32 data, relative.
inline constexpr double kSumTolerance = 1e-12;
inline constexpr double kLogitTolerance = 1e-9;
/// Gram tiles are summed in float32 within one sequence.
inline constexpr double kGramTolerance = 2e-6;

/// A whole calibration on a GPU against the CPU's. Ranges, with MatmulPrecision::Full: errors of all blocks together.
inline constexpr double kRangeTolerance = 1e-4;
/// Share of int4 codes that may fall to the other side of a tie (Full).
inline constexpr double kTieShare = 1e-4;
/// Perplexities of float and quantized models, with statistics from Fast products.
inline constexpr double kPerplexityTolerance = 5e-3;
/// Integer-true against fake-quant outputs, relative to the largest.
inline constexpr double kIntegerAgreement = 1e-4;

}  // namespace oscope::compute::test
