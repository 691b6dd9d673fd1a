#include "app/gui/frame/site_steps.h"

#include <algorithm>

#include "app/gui/document.h"
#include "app/gui/models/site_filter.h"
#include "app/gui/view_context.h"
#include "app/gui/views/view.h"

namespace oscope::gui {
namespace {

const QString kRanges = QStringLiteral("ranges"), kChannels = QStringLiteral("channels"),
              kDistribution = QStringLiteral("distribution");

bool go(ViewContext& context, const QString& view) {
  if (!hasView(view)) return false;
  context.show(view);
  return true;
}

}  // namespace

bool hasView(const QString& id) {
  return std::any_of(views().begin(), views().end(), [&](const ViewEntry& entry) { return entry.id == id; });
}

void stepSite(const Document& document, ViewContext& context, int direction) {
  const SiteFilter filter = SiteFilter::parse(context.filter());
  std::vector<SiteId> shown;
  for (const SiteRow& row : document.rows()) {
    if (filter.matches(row)) shown.push_back(row.id);
  }
  if (shown.empty()) return;
  const auto count = static_cast<std::ptrdiff_t>(shown.size());
  std::ptrdiff_t place = direction > 0 ? 0 : count - 1;
  if (const auto current = context.selection().current) {
    // The current site may be one that the filter hides: go on from its place.
    const auto after = std::lower_bound(shown.begin(), shown.end(), *current);
    const bool isShown = after != shown.end() && *after == *current;
    place = (after - shown.begin()) + (direction > 0 ? (isShown ? 1 : 0) : -1);
  }
  context.selectSite(shown[static_cast<std::size_t>((place + count) % count)]);
}

bool drillDown(ViewContext& context) {
  if (!context.selection().current) return false;
  if (context.view() != kChannels && context.view() != kDistribution) return go(context, kChannels);
  return context.view() == kChannels && context.selection().channel && go(context, kDistribution);
}

bool drillUp(ViewContext& context) {
  if (context.view() == kDistribution) return go(context, kChannels);
  if (context.view() != kChannels) return false;
  if (!context.selection().channel) return go(context, kRanges);
  context.selectChannel(std::nullopt);
  return true;
}

}  // namespace oscope::gui
