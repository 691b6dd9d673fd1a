// Per-channel absmax over the channels: minimum to maximum of each pixel column, the spikes drawn last and named.
#pragma once

#include <memory>

#include "app/gui/plots/plot_widget.h"
#include "app/gui/views/channels/channel_series.h"

namespace oscope::gui {

/// Which series stand on the picture.
struct ShownSeries {
  bool before = true, after = true, reference = true;
  friend bool operator==(const ShownSeries&, const ShownSeries&) = default;
};

class ChannelOrderPlot : public PlotWidget {
  Q_OBJECT

 public:
  explicit ChannelOrderPlot(QWidget* parent = nullptr);
  /// `spikes`: channels to name, largest first. `grouped`: clusters side by side instead of channel order.
  void setSeries(std::shared_ptr<const ChannelSeries> series, std::vector<std::int64_t> spikes, bool grouped);
  void setShown(const ShownSeries& shown);
  void setSelected(std::optional<std::int64_t> channel);
  /// What a click here would select: a spike near the pixel, else the largest channel of the pixel column.
  std::optional<std::int64_t> channelAt(QPointF pixel) const;
  /// Channels whose labels stood without touching when last painted.
  const std::vector<std::int64_t>& labelled() const { return m_labelled; }
  QPointF tipOf(std::int64_t channel) const;

 signals:
  void channelClicked(std::int64_t channel);

 protected:
  void paintData(QPainter& painter, const PlotFrame& frame) override;
  void paintFront(QPainter& painter, const PlotFrame& frame) override;
  std::optional<std::vector<Tick>> xTicks() const override;
  bool hitTest(QPointF pixel) const override;
  void hoverAt(std::optional<QPointF> pixel) override;

 private:
  struct Label {
    std::int64_t channel = 0;
    QPointF tip;
    QRectF box;
  };
  /// `filled`: down to the lower edge, for columns of so few channels that minimum to maximum would be dots.
  void paintColumns(QPainter& painter, const std::vector<float>& values, const QColor& color, bool filled) const;
  void paintBars(QPainter& painter) const;
  void paintSpikes(QPainter& painter, bool ofBefore);
  void paintDead(QPainter& painter) const;
  void paintClusterRug(QPainter& painter) const;
  double pixelsPerChannel() const;
  std::int64_t placeOf(std::int64_t channel) const;
  std::optional<std::int64_t> spikeNear(QPointF pixel) const;

  std::shared_ptr<const ChannelSeries> m_series;
  std::vector<std::int64_t> m_spikes, m_labelled;
  std::vector<std::int32_t> m_order;                  ///< place -> channel where grouped; empty: the same
  std::vector<std::int64_t> m_places;                 ///< channel -> place where grouped
  std::vector<float> m_before, m_after, m_reference;  ///< by place
  ShownSeries m_shown;
  std::optional<std::int64_t> m_selected, m_hovered;
  QPointF m_hoverPixel;
};

/// Lines of the tooltip of one channel, the same in both panes.
QString channelTooltip(const ChannelSeries& series, std::int64_t channel);

}  // namespace oscope::gui
