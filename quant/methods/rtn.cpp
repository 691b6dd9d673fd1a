#include "quant/methods/rtn.h"

#include <fmt/format.h>

#include "quant/policy/policy_rules.h"

namespace oscope::quant {
namespace {

class Rtn final : public QuantMethod {
 public:
  std::string id() const override { return "rtn"; }
  std::string title() const override { return "Round to nearest"; }
  std::string summary() const override {
    return "Weights by round to nearest; activations as earlier steps decided, or one policy for all sites.";
  }

  ParamSchema params() const override {
    return {{"activations",
             "Activations",
             "keep: as earlier steps decided (float where none did); else the same for every site.",
             "",
             std::string("keep"),
             {},
             {},
             {"keep", "none", "dynamic", "static"}}};
  }

  void plan(const PlanContext& context, Plan& plan) const override {
    const std::string& activations = context.params.text("activations");
    if (activations == "keep") return;
    for (SitePlan& site : plan.sites) {
      site.policy = *parsePolicy(activations);
      site.reason = fmt::format("the recipe's step rtn makes every site {}", activations);
      if (site.policy == Policy::Static) setStatic(site, context.recipe.rules);
      if (site.policy == Policy::Dynamic) setDynamic(site, context.recipe.rules);
      if (site.policy == Policy::None) setFloat(site);
    }
  }

  bool quantizesWeights() const override { return true; }
};

}  // namespace

std::unique_ptr<QuantMethod> makeRtn() {
  return std::make_unique<Rtn>();
}

}  // namespace oscope::quant
