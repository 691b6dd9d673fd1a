// What the way back and the workspace keep of the Channels view.
#include <QCheckBox>
#include <QDoubleSpinBox>
#include <utility>

#include "app/gui/frame/legend_row.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/plots/zoom_state.h"
#include "app/gui/views/channels/channel_order_plot.h"
#include "app/gui/views/channels/channel_rank_plot.h"
#include "app/gui/views/channels/channel_tables.h"
#include "app/gui/views/channels/channels_view.h"

namespace oscope::gui {

Json ChannelsView::state() const {
  Json state{{"panes", m_panes->current()},
             {"log", m_scaleKind->current() == 1},
             {"by_cluster", m_grouped->isChecked()},
             {"shown", m_legend->state()},
             {"listed_above", m_tables->threshold()->value()}};
  if (!m_series) return state;
  state["site"] = toString(m_series->site);
  state["zoom"] = zoomOf(*m_order);
  state["rank_zoom"] = zoomOf(*m_rank);
  return state;
}

void ChannelsView::restore(const Json& state) {
  if (!state.is_object()) return;
  try {
    const std::string where = "channels view";
    const auto panes = optionalKey<std::int64_t>(state, "panes", 2, where);
    m_panes->setCurrent(panes >= 0 && panes <= 2 ? static_cast<int>(panes) : 2);
    m_scaleKind->setCurrent(optionalKey<bool>(state, "log", true, where) ? 1 : 0);
    m_grouped->setChecked(optionalKey<bool>(state, "by_cluster", false, where));
    m_legend->restore(optionalKey<Json>(state, "shown", {}, where));
    m_tables->threshold()->setValue(optionalKey<double>(state, "listed_above", m_tables->threshold()->value(), where));
    m_wanted = state;
    arrange();
    if (!m_stale) showSeries(true);
  } catch (const std::exception&) {
    return;  // of another version: what could be read stays
  }
}

void ChannelsView::restoreZoom() {
  if (!m_wanted.is_object() || m_stale) return;
  if (m_wanted.value("site", Json()) != Json(toString(m_series->site))) return;
  const Json wanted = std::exchange(m_wanted, Json());
  zoomTo(*m_order, wanted.value("zoom", Json()));
  zoomTo(*m_rank, wanted.value("rank_zoom", Json()));
}

}  // namespace oscope::gui
