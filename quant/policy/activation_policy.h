// What a site's activations get (DESIGN: the words of the domain).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace oscope::quant {

enum class Policy : std::uint8_t { Static, LaeStatic, Dynamic, None };

inline constexpr std::array<Policy, 4> kPolicies{Policy::Static, Policy::LaeStatic, Policy::Dynamic, Policy::None};

/// "static", "lae_static", "dynamic", "none": recipe words.
std::string_view toString(Policy policy);
std::optional<Policy> parsePolicy(std::string_view text);

}  // namespace oscope::quant
