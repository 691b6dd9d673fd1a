#include "analysis/base/ids.h"

#include <charconv>

namespace oscope {

std::string_view toString(SiteKind kind) {
  switch (kind) {
    case SiteKind::AttnIn:
      return "attn_in";
    case SiteKind::AttnOut:
      return "attn_out";
    case SiteKind::FfnIn:
      return "ffn_in";
    case SiteKind::FfnMid:
      return "ffn_mid";
  }
  return "?";
}

std::optional<SiteKind> parseSiteKind(std::string_view text) {
  for (SiteKind kind : kSiteKinds) {
    if (toString(kind) == text) return kind;
  }
  return std::nullopt;
}

std::string toString(SiteId id) {
  std::string text = "blocks." + std::to_string(id.block) + ".";
  text += toString(id.kind);
  return text;
}

std::optional<SiteId> parseSiteId(std::string_view text) {
  constexpr std::string_view kPrefix = "blocks.";
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  SiteId id;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id.block);
  if (error != std::errc{} || id.block < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.starts_with('.')) return std::nullopt;
  const auto kind = parseSiteKind(text.substr(1));
  if (!kind) return std::nullopt;
  id.kind = *kind;
  return id;
}

}  // namespace oscope
