#include "quant/export/ct_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace oscope::quant {
namespace {

using Granularity = ActivationPlan::Granularity;

class Checker {
 public:
  Checker(const model::ModelGraph& graph, const Plan& plan) : m_plan(plan) {
    for (const model::BlockGraph& block : graph.blocks) {
      for (const model::SiteDesc& site : block.sites) {
        if (site.tokensFlattened) m_flattened.insert(site.id);
      }
      for (const model::LinearDesc& linear : block.linears) m_hasBias[linear.module] = !linear.bias.empty();
    }
  }

  Diagnostics run() {
    for (const SitePlan& site : m_plan.sites) {
      checkActivation(site);
      checkFold(site);
      checkLinears(site);
    }
    const bool dynamic = std::any_of(m_plan.sites.begin(), m_plan.sites.end(), [](const SitePlan& site) {
      return site.activation.granularity == Granularity::Token && site.activation.divisor != kClientDivisor;
    });
    if (dynamic) {
      add(Severity::Info, "export.dynamic_divisor", "dynamic sites",
          fmt::format("transformers + compressed-tensors divides by {}, the plan by {}", kClientDivisor,
                      m_plan.recipe.rules.dynamicDivisor),
          "verify with the divisor of the runtime that you will use");
    }
    return std::move(m_found);
  }

 private:
  static constexpr double kClientDivisor = 127.5;

  void add(Severity severity, const char* code, const std::string& where, std::string text, std::string remedy) {
    m_found.push_back({severity, code, where, std::move(text), std::move(remedy)});
  }
  void refuse(const char* code, const std::string& where, std::string text, std::string remedy) {
    add(Severity::Error, code, where, std::move(text), std::move(remedy));
  }

  void checkActivation(const SitePlan& site) {
    const std::string where = toString(site.id);
    const ActivationPlan& activation = site.activation;
    if (activation.granularity == Granularity::Float) return;
    if (activation.granularity == Granularity::Cluster) {
      refuse("export.clusters", where, "clusters of channels with a scale each can't be said in this format",
             "choose another method or policy for the site");
    } else if (activation.granularity == Granularity::Sequence) {
      refuse("export.per_sequence", where, "one scale per sequence at run time can't be said in this format",
             "use per-token scales");
    }
    if (activation.granularity == Granularity::Token && m_flattened.contains(site.id)) {
      add(Severity::Warning, "export.flattened_tokens", where,
          "transformers flattens the tokens in front of its linears: compressed-tensors takes one scale for all of "
          "them",
          "make the site static, or run it in a client that scales each token");
    }
    if (activation.bits != 4 && activation.bits != 8) {
      refuse("export.activation_bits", where, fmt::format("activations of {} bits can't be carried", activation.bits),
             "use 8 bits");
    }
  }

  void checkFold(const SitePlan& site) {
    if (site.foldEdge == kRuntimeEdge) {  // planned already where the scale is still to be searched
      refuse("export.runtime_scale", toString(site.id), "its channels are scaled at run time, which no client does",
             "forbid run-time scales in the recipe, or make the site dynamic");
    }
    if (site.shift.empty()) return;
    for (const LinearPlan& linear : site.linears) {
      const auto bias = m_hasBias.find(linear.module);
      if (bias != m_hasBias.end() && bias->second) continue;
      refuse("export.new_bias", linear.module, "the shift needs a bias that the architecture does not have",
             "use a method without shift");
    }
  }

  void checkLinears(const SitePlan& site) {
    for (const LinearPlan& linear : site.linears) {
      const WeightScheme& scheme = linear.scheme;
      if (scheme.isFloat()) {
        if (site.activation.granularity == Granularity::Float) continue;
        refuse("export.float_weight", linear.module,
               fmt::format("has float weights, but the input {} is quantized: a client would leave it in float",
                           toString(site.id)),
               "set the site's policy to none and leave all of its linears in float, or quantize the weights");
      } else if (scheme.bits != 4 && scheme.bits != 8) {
        refuse("export.weight_bits", linear.module, fmt::format("weights of {} bits can't be carried", scheme.bits),
               "use 4 or 8 bits");
      }
    }
  }

  const Plan& m_plan;
  std::map<std::string, bool> m_hasBias;
  std::set<SiteId> m_flattened;
  Diagnostics m_found;
};

}  // namespace

Diagnostics checkCt(const model::ModelGraph& graph, const Plan& plan) {
  return Checker(graph, plan).run();
}

}  // namespace oscope::quant
