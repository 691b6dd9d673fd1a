#include "quant/policy/activation_policy.h"

namespace oscope::quant {

std::string_view toString(Policy policy) {
  switch (policy) {
    case Policy::Static:
      return "static";
    case Policy::LaeStatic:
      return "lae_static";
    case Policy::Dynamic:
      return "dynamic";
    case Policy::None:
      return "none";
  }
  return "none";
}

std::optional<Policy> parsePolicy(std::string_view text) {
  for (Policy policy : kPolicies) {
    if (toString(policy) == text) return policy;
  }
  return std::nullopt;
}

}  // namespace oscope::quant
