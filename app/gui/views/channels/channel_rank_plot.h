// The same channels sorted by size, each series by itself, over their rank on a log axis.
#pragma once

#include <memory>

#include "app/gui/plots/plot_widget.h"
#include "app/gui/views/channels/channel_order_plot.h"

namespace oscope::gui {

class ChannelRankPlot : public PlotWidget {
  Q_OBJECT

 public:
  explicit ChannelRankPlot(QWidget* parent = nullptr);
  void setSeries(std::shared_ptr<const ChannelSeries> series);
  void setShown(const ShownSeries& shown);
  void setSelected(std::optional<std::int64_t> channel);
  /// Alone it carries the value axis; beside the other pane only the grid.
  void setAlone(bool alone);

 signals:
  void channelClicked(std::int64_t channel);

 protected:
  void paintData(QPainter& painter, const PlotFrame& frame) override;
  void paintFront(QPainter& painter, const PlotFrame& frame) override;
  void hoverAt(std::optional<QPointF> pixel) override;

 private:
  /// The values over their rank, as a line of steps in pixels.
  QPolygonF curveOf(const Ranked& ranked) const;
  void paintCurve(QPainter& painter, const Ranked& ranked, const QColor& color, bool dashed) const;
  void paintNames(QPainter& painter) const;
  /// Of the selected channel on the line of values before.
  std::optional<QPointF> selectedPlace() const;
  std::optional<std::int64_t> rankAt(QPointF pixel) const;

  std::shared_ptr<const ChannelSeries> m_series;
  ShownSeries m_shown;
  std::optional<std::int64_t> m_selectedRank, m_hoveredRank, m_selected;
};

}  // namespace oscope::gui
