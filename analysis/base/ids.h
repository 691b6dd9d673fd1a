// Identities of the domain. Strings appear at the file border only.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace oscope {

/// The four activations of a decoder block that linears read (DESIGN: the words of the domain).
enum class SiteKind : std::uint8_t { AttnIn, AttnOut, FfnIn, FfnMid };

inline constexpr std::array<SiteKind, 4> kSiteKinds{SiteKind::AttnIn, SiteKind::AttnOut, SiteKind::FfnIn,
                                                    SiteKind::FfnMid};

/// "attn_in", "attn_out", "ffn_in", "ffn_mid".
std::string_view toString(SiteKind kind);
std::optional<SiteKind> parseSiteKind(std::string_view text);

/// One activation of the model: block index (from 0) and kind. Ordered by depth.
struct SiteId {
  std::int32_t block = 0;
  SiteKind kind = SiteKind::AttnIn;
  friend auto operator<=>(const SiteId&, const SiteId&) = default;  // NOLINT(modernize-use-nullptr): not a pointer
};

/// "blocks.3.ffn_mid", and back. Anything else gives nullopt.
std::string toString(SiteId id);
std::optional<SiteId> parseSiteId(std::string_view text);

}  // namespace oscope

template <>
struct std::hash<oscope::SiteId> {
  std::size_t operator()(const oscope::SiteId& id) const noexcept {
    return std::hash<std::int64_t>{}(static_cast<std::int64_t>(id.block) * 8 + static_cast<std::int64_t>(id.kind));
  }
};
