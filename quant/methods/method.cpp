#include "quant/methods/method.h"

#include "quant/numerics/quantize.h"

namespace oscope::quant {

compute::QuantizedWeight QuantMethod::quantizeWeight(const WeightInput& input, const ParamSet&,
                                                     const JobContext&) const {
  return quant::quantizeWeight(input.weight, input.plan.out, input.plan.in, input.plan.scheme, input.scaleDtype,
                               input.clipLimits);
}

}  // namespace oscope::quant
