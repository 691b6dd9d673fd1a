// max |x| by token position over all samples: a band from the lowest to the highest sample, a line for the median.
#pragma once

#include "analysis/stats/position_profile.h"
#include "app/gui/plots/plot_widget.h"

namespace oscope::gui {

class PositionPlot : public PlotWidget {
  Q_OBJECT

 public:
  explicit PositionPlot(QWidget* parent = nullptr);
  void setProfile(stats::PositionProfile profile, stats::SnapshotPtr snapshot);
  /// A token to mark with its value; nullopt: none.
  void setSelected(std::optional<std::int64_t> token, double value);

 signals:
  /// The token that made the largest value at the clicked position.
  void tokenClicked(std::int64_t token);

 protected:
  void paintData(QPainter& painter, const PlotFrame& frame) override;
  void paintFront(QPainter& painter, const PlotFrame& frame) override;
  void hoverAt(std::optional<QPointF> pixel) override;

 private:
  /// The position whose `high` is the largest near the pixel.
  std::optional<std::size_t> positionAt(QPointF pixel) const;
  QString describe(std::size_t position) const;
  void paintLabels(QPainter& painter) const;

  stats::PositionProfile m_profile;
  stats::SnapshotPtr m_snapshot;
  std::size_t m_top = 0;  ///< position of the largest value
  std::optional<std::int64_t> m_selected;
  double m_selectedValue = 0;
  std::optional<std::size_t> m_hovered;
};

}  // namespace oscope::gui
