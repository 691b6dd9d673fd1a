// RPTQ (arXiv 2304.01089).
#pragma once

#include <memory>

#include "quant/methods/method.h"

namespace oscope::quant {

/// (max, min) clusters of one site. `kvHeads` > 0: clusters inside each key/value head, `clusters` per head; the query
/// heads of one key/value head pool their channels' ranges. Labels count on from head to head.
ActivationClusters rptqClusters(std::span<const float> max, std::span<const float> min, int clusters, int bits,
                                std::int64_t kvHeads = 0, std::int64_t headDim = 0);

std::unique_ptr<QuantMethod> makeRptq();

}  // namespace oscope::quant
