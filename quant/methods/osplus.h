// Outlier Suppression+ (arXiv 2304.09145): shifted and scaled channels behind norms. Pieces are public for tests.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "quant/methods/method.h"

namespace oscope::quant {

/// z_j = (max_j + min_j) / 2: centres every channel.
std::vector<float> osplusShift(std::span<const float> max, std::span<const float> min);

/// One site of a search. x [rows, channels] are activations before shift and scale.
struct OsplusSite {
  std::span<const float> max, min;  ///< [channels]
  std::span<const float> shift;     ///< z [channels]; empty: none
  std::span<const float> rows;
  struct Reader {
    std::span<const float> weight;  ///< [out, channels]
    std::int64_t out = 0;
    WeightScheme scheme;
  };
  std::vector<Reader> readers;
  int activationBits = 8;
  DType scaleDtype = DType::BF16;
};

/// What the search over one threshold t found: channels that reach beyond t are scaled down to it, none is amplified.
struct OsplusChoice {
  std::vector<double> losses;  ///< of t_i = a - i (a - 0.1) / n, a the largest centred range, n = max(100, a / 0.5)
  double threshold = 0;        ///< t of lowest loss; ties: the largest
  std::vector<float> scale;    ///< s_j = max(1, (max_j - z_j) / t, (z_j - min_j) / t)
  double rangeAfter = 0;       ///< largest |x - z| / s
};

/// Loss: mean over rows of sum over readers of ||Q((x - z) / s) Q(W s)^T - (x - z) W^T||^2, Q(x) static per tensor.
OsplusChoice osplusSearch(const OsplusSite& site, const JobContext& context);

std::unique_ptr<QuantMethod> makeOsplus();

}  // namespace oscope::quant
