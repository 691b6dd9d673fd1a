// GPTQ (arXiv 2210.17323).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "quant/methods/method.h"

namespace oscope::quant {

struct GptqOptions {
  double damping = 0.01;      ///< > 0: share of the mean diagonal that is added to the diagonal
  bool actOrder = false;      ///< columns by falling diagonal; groups are then static
  bool staticGroups = false;  ///< all scales from the matrix before the first column
};

/// H = (2 / tokens) * gram of the input (x - z) / s [channels, channels], from the gram of x: `scale` empty: s = 1;
/// `shift` empty: z = 0, else `mean` is that of x.
std::vector<double> hessian(const compute::GramMatrix& gram, std::int64_t tokens, std::span<const float> scale,
                            const JobContext& context = {}, std::span<const float> shift = {},
                            std::span<const float> mean = {});

/// Quantizes column by column and spreads each column's error over the columns that follow (float64). Dead columns
/// (H_jj = 0) become 0. Where H can't be factored the damping is raised tenfold, and a diagnostic says so.
compute::QuantizedWeight gptqQuantize(std::span<const float> weight, std::int64_t out, std::int64_t in,
                                      const WeightScheme& scheme, DType scaleDtype, std::vector<double> hessian,
                                      const GptqOptions& options, const JobContext& context);

std::unique_ptr<QuantMethod> makeGptq();

}  // namespace oscope::quant
