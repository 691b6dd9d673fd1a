// Per-channel absmax of one site in two snapshots, laid over each other on one log axis.
#pragma once

#include <optional>
#include <vector>

#include "app/gui/plots/plot_widget.h"

namespace oscope::gui {

class ChannelOverlay : public PlotWidget {
  Q_OBJECT

 public:
  explicit ChannelOverlay(QWidget* parent = nullptr);
  /// Empty: the site is not in that snapshot.
  void setSeries(std::vector<float> a, std::vector<float> b);
  /// Each series in descending order of its own values.
  void setSorted(bool sorted);

 protected:
  void paintData(QPainter& painter, const PlotFrame& frame) override;
  void paintFront(QPainter& painter, const PlotFrame& frame) override;
  void hoverAt(std::optional<QPointF> pixel) override;

 private:
  void refresh();

  std::vector<float> m_a, m_b, m_shownA, m_shownB;
  bool m_sorted = false;
  std::optional<QPointF> m_hover;
};

/// "— A  — B" in the overlay's colours.
class OverlayLegend : public QWidget {
  Q_OBJECT

 public:
  explicit OverlayLegend(QWidget* parent = nullptr);
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
};

}  // namespace oscope::gui
