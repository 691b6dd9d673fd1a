// Error budgets of the op tests: how far a backend may stay from the float64 reference. One table for all devices.
#pragma once

namespace oscope::compute::test {

/// Relative to the largest |reference| of the op's output, unless said otherwise.
inline constexpr double kNormTolerance = 1e-6;
inline constexpr double kRopeTolerance = 1e-6;
inline constexpr double kActivationTolerance = 5e-7;
inline constexpr double kAttentionTolerance = 3e-6;
/// Relative to sum_k |x_k w_k| of the element: float32 sums of K products, in any order.
inline constexpr double kLinearTolerance = 3e-6;
/// Integer sums are exact: what is left is the rounding of scales, sum over groups and bias.
inline constexpr double kIntegerLinearTolerance = 1e-6;
/// The same product through fake quantization: float32 sums over all of K.
inline constexpr double kFakeLinearTolerance = 5e-6;
/// Fake quantization: the grid value in float32.
inline constexpr double kFakeQuantTolerance = 1e-7;
/// Sums in float64 over float32 data, relative.
inline constexpr double kSumTolerance = 1e-12;
inline constexpr double kLogitTolerance = 1e-9;
/// Gram tiles are summed in float32 within one sequence.
inline constexpr double kGramTolerance = 2e-6;

}  // namespace oscope::compute::test
