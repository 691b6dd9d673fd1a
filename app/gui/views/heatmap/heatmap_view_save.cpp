// What leaves the heat map, and what the way back and the workspace keep of it.
#include <fmt/format.h>

#include <QLabel>
#include <QPainter>

#include "app/gui/frame/widgets.h"
#include "app/gui/plots/heat_legend.h"
#include "app/gui/plots/save_picture.h"
#include "app/gui/plots/zoom_state.h"
#include "app/gui/theme.h"
#include "app/gui/views/heatmap/heat_csv.h"
#include "app/gui/views/heatmap/heatmap_view.h"

namespace oscope::gui {

TextWork HeatmapView::tableWork() const {
  if (tokensAlone()) {
    return [site = m_site, bands = m_sitePlot->bands(), window = m_sitePlot->window()](const JobContext& context) {
      const auto head = [&site](int, std::int64_t row) {
        const auto place = site->snapshot->place(site->tokens[static_cast<std::size_t>(row)]);
        return fmt::format("{},{},{},{}", toString(site->site), place.sample, place.position, place.id);
      };
      return heatCsv(bands, window, "site,sample,position,token", head, context);
    };
  }
  return
      [kinds = m_bandKinds, bands = m_modelPlot->bands(), window = m_modelPlot->window()](const JobContext& context) {
        const auto head = [&kinds](int band, std::int64_t row) {
          return fmt::format("{},{}", row, toString(kinds[static_cast<std::size_t>(band)]));
        };
        return heatCsv(bands, window, "block,site", head, context);
      };
}

FileWork HeatmapView::savePicture(const QString& path) {
  return gui::savePicture(path, size(), [this](QPainter& painter) {
    const auto at = [&](QWidget* widget, const auto& paint) {
      if (!widget->isVisible()) return;
      painter.save();
      painter.translate(widget->mapTo(this, QPoint(0, 0)));
      paint();
      painter.restore();
    };
    at(m_legend, [&] { m_legend->renderTo(painter); });
    at(m_modelPlot, [&] { m_modelPlot->renderTo(painter, 2); });
    at(m_siteTitle, [&] {
      painter.setFont(uiFont(13, QFont::DemiBold));
      painter.setPen(theme().ink);
      painter.drawText(QPointF(0, m_siteTitle->height() - 3), tr("Tokens × channels, %1").arg(m_siteTitle->text()));
    });
    at(m_sitePlot, [&] { m_sitePlot->renderTo(painter, 2); });
  });
}

Json HeatmapView::state() const {
  Json state{{"folded", isFolded()},
             {"rms", measure() == HeatMeasure::Rms},
             {"layout", m_layout->current()},
             {"zoom", zoomOf(*m_modelPlot)}};
  if (!m_site) return state;
  state["site"] = toString(m_site->site);
  state["site_zoom"] = zoomOf(*m_sitePlot);
  return state;
}

void HeatmapView::restoreZoom(const char* key, HeatPlot& plot) {
  if (!m_wanted.is_object() || !m_wanted.contains(key)) return;
  zoomTo(plot, m_wanted[key]);
  m_wanted.erase(key);
}

void HeatmapView::restore(const Json& state) {
  if (!state.is_object()) return;
  try {
    const std::string where = "heat map view";
    m_fold->setCurrent(optionalKey<bool>(state, "folded", false, where) ? 1 : 0);
    m_measure->setCurrent(optionalKey<bool>(state, "rms", false, where) ? 1 : 0);
    const auto layout = optionalKey<std::int64_t>(state, "layout", 1, where);
    m_layout->setCurrent(layout >= 0 && layout <= 2 ? static_cast<int>(layout) : 1);
    m_wanted = state;
    applyLayout();
    if (m_stale || !isVisible()) return;
    buildModel();
    buildSite();
  } catch (const std::exception&) {
    return;  // of another version: what could be read stays
  }
}

}  // namespace oscope::gui
