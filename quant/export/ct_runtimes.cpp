#include <fmt/format.h>

#include <map>
#include <set>

#include "quant/export/ct_check.h"

namespace oscope::quant {
namespace {

using Granularity = ActivationPlan::Granularity;

struct Kind {
  int bits;
  Granularity activation;
  bool grouped, symmetric;
  CtContainer container;
  bool tokensFlattened;  ///< dynamic scales behind a 2-D input of transformers' implementation
  friend auto operator<=>(const Kind&, const Kind&) = default;  // NOLINT(modernize-use-nullptr): not a pointer
};

std::string words(const Kind& kind, int count) {
  const char* input = kind.activation == Granularity::Float    ? "A16"
                      : kind.activation == Granularity::Tensor ? "A8 static"
                                                               : "A8 dynamic";
  return fmt::format("{} linears W{}{}, weights {}{}, {}{}", count, kind.bits, input,
                     kind.grouped ? "in groups" : "per channel", kind.symmetric ? "" : ", asymmetric",
                     formatName(kind.container), kind.tokensFlattened ? ", tokens flattened" : "");
}

RuntimeTruth transformersTruth(const Kind& kind, const std::string& layers) {
  std::string executes = "weights dequantized on load, float GEMM";
  if (kind.activation == Granularity::Tensor) executes += ", input rounded to the static scale before each linear";
  if (kind.tokensFlattened) {
    executes += ", one scale for all tokens of the input: the model flattens them before these linears";
  } else if (kind.activation == Granularity::Token) {
    executes += ", input rounded per token, max |x| / 127.5";
  }
  return {"transformers + compressed-tensors", layers, executes, !kind.tokensFlattened};
}

RuntimeTruth vllmTruth(const Kind& kind, const std::string& layers) {
  const auto truth = [&](const char* executes, bool exact) { return RuntimeTruth{"vLLM", layers, executes, exact}; };
  if (kind.activation == Granularity::Float) {
    return truth("weight-only kernels (Machete, Marlin and others)", kind.container == CtContainer::Packed);
  }
  if (!kind.symmetric) return truth("no scheme for asymmetric weights with int8 activations: refused", false);
  if (kind.bits == 8) {
    if (kind.grouped) return truth("group-wise W8A8 is not accepted", false);
    return truth("int8 GEMM on CUDA before compute capability 10.0, ROCm and CPU; dynamic scales max |x| / 127", true);
  }
  if (kind.activation == Granularity::Tensor) {
    return truth("no scheme runs static int8 activations with int4 weights: export W8A8 or dynamic instead", false);
  }
  if (kind.container == CtContainer::Int8) {
    return truth("int4 x int8 on Arm CPU and Intel XPU; on compute capability 9.0 run with FP8 activations", false);
  }
  return truth("int4 x int8 through Humming in 2026 versions, weight-only before; FP8 activations on capability 9.0",
               false);
}

}  // namespace

std::vector<RuntimeTruth> ctRuntimes(const model::ModelGraph& graph, const Plan& plan, CtContainer preferred) {
  std::set<std::string> flattened;
  for (const model::BlockGraph& block : graph.blocks) {
    for (const model::LinearDesc& linear : block.linears) {
      if (block.site(linear.site).tokensFlattened) flattened.insert(linear.module);
    }
  }
  std::map<Kind, int> counts;
  for (const auto& [scheme, modules] : makeCtConfig(graph, plan, preferred).groups) {
    Kind kind{scheme.weights.bits,      scheme.activation, scheme.weights.group > 0,
              scheme.weights.symmetric, scheme.container,  false};
    for (const std::string& module : modules) {
      kind.tokensFlattened = scheme.activation == Granularity::Token && flattened.contains(module);
      ++counts[kind];
    }
  }
  std::vector<RuntimeTruth> truths;
  for (const auto& [kind, count] : counts) truths.push_back(transformersTruth(kind, words(kind, count)));
  for (const auto& [kind, count] : counts) truths.push_back(vllmTruth(kind, words(kind, count)));
  return truths;
}

}  // namespace oscope::quant
