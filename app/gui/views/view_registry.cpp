#include "app/gui/views/channels/channels_view.h"
#include "app/gui/views/compare/compare_view.h"
#include "app/gui/views/distribution/distribution_view.h"
#include "app/gui/views/export/export_view.h"
#include "app/gui/views/heatmap/heatmap_view.h"
#include "app/gui/views/memory/memory_view.h"
#include "app/gui/views/policy/policy_view.h"
#include "app/gui/views/ranges/ranges_view.h"
#include "app/gui/views/sensitivity/sensitivity_view.h"
#include "app/gui/views/verify/verify_view.h"
#include "app/gui/views/view.h"

namespace oscope::gui {
namespace {

template <typename T>
ViewEntry entry(const char* id, const QString& title, ViewGroup group, bool sideDocks, bool needsSnapshot) {
  ViewEntry view;
  view.id = view.icon = QString::fromLatin1(id);
  view.title = title;
  view.help = QStringLiteral(":/help/%1.html").arg(view.id);
  view.group = group;
  view.sideDocks = sideDocks;
  view.needsSnapshot = needsSnapshot;
  view.make = [](const ViewServices& services, QWidget* parent) -> View* { return new T(services, parent); };
  return view;
}

}  // namespace

const std::vector<ViewEntry>& views() {
  static const std::vector<ViewEntry> all{
      entry<RangesView>("ranges", QObject::tr("Ranges"), ViewGroup::See, true, true),
      entry<ChannelsView>("channels", QObject::tr("Channels"), ViewGroup::See, true, true),
      entry<DistributionView>("distribution", QObject::tr("Distribution"), ViewGroup::See, true, true),
      entry<HeatmapView>("heatmap", QObject::tr("Heat map"), ViewGroup::See, true, true),
      entry<PolicyView>("policy", QObject::tr("Policy"), ViewGroup::Decide, false, true),
      entry<SensitivityView>("sensitivity", QObject::tr("Sensitivity"), ViewGroup::Decide, false, true),
      entry<MemoryView>("memory", QObject::tr("Memory"), ViewGroup::Decide, false, false),
      entry<CompareView>("compare", QObject::tr("Compare"), ViewGroup::Decide, false, true),
      entry<ExportView>("export", QObject::tr("Export"), ViewGroup::Deliver, false, true),
      entry<VerifyView>("verify", QObject::tr("Verify"), ViewGroup::Deliver, false, false),
  };
  return all;
}

}  // namespace oscope::gui
