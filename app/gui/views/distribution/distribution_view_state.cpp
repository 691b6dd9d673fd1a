// What the way back and the workspace keep of the Distribution view.
#include <QCheckBox>
#include <algorithm>
#include <utility>

#include "app/gui/frame/legend_row.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/plots/zoom_state.h"
#include "app/gui/views/distribution/distribution_view.h"
#include "app/gui/views/distribution/histogram_plot.h"
#include "app/gui/views/distribution/position_plot.h"

namespace oscope::gui {

Json DistributionView::state() const {
  Json state{
      {"grid", m_gridShown->isChecked()}, {"one_channel", m_scope->current() == 1}, {"shown", m_legend->state()}};
  if (!m_answer) return state;
  state["site"] = toString(m_answer->question.site);
  state["clip"] = m_clip;
  state["zoom"] = zoomOf(*m_histogram);
  state["position_zoom"] = zoomOf(*m_positions);
  return state;
}

void DistributionView::restore(const Json& state) {
  if (!state.is_object()) return;
  try {
    const std::string where = "distribution view";
    m_gridShown->setChecked(optionalKey<bool>(state, "grid", true, where));
    m_scope->setCurrent(optionalKey<bool>(state, "one_channel", false, where) ? 1 : 0);
    m_legend->restore(optionalKey<Json>(state, "shown", {}, where));
    m_wanted = state;
    showAnswer();
  } catch (const std::exception&) {
    return;  // of another version: what could be read stays
  }
}

void DistributionView::restoreZoom() {
  if (!m_wanted.is_object()) return;
  if (m_wanted.value("site", Json()) != Json(toString(m_answer->question.site))) return;
  const Json wanted = std::exchange(m_wanted, Json());
  zoomTo(*m_histogram, wanted.value("zoom", Json()));
  zoomTo(*m_positions, wanted.value("position_zoom", Json()));
  const Json clip = wanted.value("clip", Json());
  if (clip.is_number()) m_clip = std::clamp(clip.get<double>(), 0.01, 1.0);
}

}  // namespace oscope::gui
