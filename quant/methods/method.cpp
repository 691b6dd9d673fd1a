#include "quant/methods/method.h"

#include "quant/numerics/quantize.h"

namespace oscope::quant {

compute::WeightCodes QuantMethod::quantizeWeight(const WeightInput& input, const ParamSet&, const JobContext&) const {
  return input.weight.quantize(input.backend, weightQuant(input.plan.scheme, input.plan.in, input.scaleDtype),
                               input.clipLimits);
}

}  // namespace oscope::quant
