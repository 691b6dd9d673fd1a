// `quantization_config` of compressed-tensors (formats.md section 2.1): which linear is stored and run how.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "analysis/base/json.h"
#include "analysis/model/model_graph.h"
#include "quant/numerics/scheme.h"
#include "quant/policy/plan.h"

namespace oscope::quant {

/// Where the integer codes of a linear lie.
enum class CtContainer : std::uint8_t {
  Packed,  ///< "pack-quantized": I32 words of 32 / bits codes
  Int8     ///< "int-quantized": one I8 per code
};
std::string_view formatName(CtContainer container);

/// How one linear stands in the files and what its input gets at run time: one config group is made of all linears
/// that agree in this.
struct CtScheme {
  WeightScheme weights;
  CtContainer container = CtContainer::Packed;
  ActivationPlan::Granularity activation = ActivationPlan::Granularity::Float;
  int activationBits = 8;
  friend bool operator==(const CtScheme&, const CtScheme&) = default;
};

struct CtConfig {
  std::vector<std::pair<CtScheme, std::vector<std::string>>> groups;  ///< scheme and its modules, by HF name
  std::vector<std::string> ignore;                                    ///< linears left in float, the head included

  /// null where `module` is in no group.
  const CtScheme* find(const std::string& module) const;
};

/// The config of a plan. `preferred` is the container of int4 codes; int8 codes with quantized activations always use
/// Int8, the one spelling of W8A8 that every client reads. So do asymmetric weights: compressed-tensors 0.20 expects
/// zero points of packed weights unpacked and refuses the file.
CtConfig makeCtConfig(const model::ModelGraph& graph, const Plan& plan, CtContainer preferred);

Json toJson(const CtConfig& config);
/// Reads what toJson() writes. Anything else that the format allows (patterns as targets, float types, act-order) is an
/// Unsupported error; broken rules (a module in two groups, a missing format) are Malformed errors that name the key.
CtConfig ctConfigFromJson(const Json& json, const std::string& where);

}  // namespace oscope::quant
