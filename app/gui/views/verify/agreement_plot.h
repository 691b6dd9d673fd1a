// Measured against predicted output SQNR: a mark per site, the line of equality and a band of ±2 dB.
#pragma once

#include "app/gui/plots/plot_widget.h"
#include "quant/verify/verify.h"

namespace oscope::gui {

class ViewContext;

class AgreementPlot : public PlotWidget {
  Q_OBJECT

 public:
  explicit AgreementPlot(ViewContext& context, QWidget* parent = nullptr);
  void setSites(const std::vector<quant::SiteMeasure>& sites);
  /// The site whose mark is within reach of `pixel`.
  std::optional<SiteId> siteAt(QPointF pixel) const;
  QPointF placeOf(SiteId site) const;

 protected:
  void paintGround(QPainter& painter, const PlotFrame& frame) override;
  void paintData(QPainter& painter, const PlotFrame& frame) override;
  void paintFront(QPainter& painter, const PlotFrame& frame) override;
  bool hitTest(QPointF pixel) const override { return siteAt(pixel).has_value(); }
  void hoverAt(std::optional<QPointF> pixel) override;

 private:
  ViewContext& m_context;
  std::vector<quant::SiteMeasure> m_sites;  ///< those with both figures
  std::optional<SiteId> m_hovered;
};

/// "Block 1 · ffn_mid", the two figures and the policy: the tooltip of a site in the report.
QString siteTooltip(const quant::SiteMeasure& site);

}  // namespace oscope::gui
