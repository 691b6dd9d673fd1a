// Predicted quality against the share of static sites: all threshold pairs as pale dots, the Pareto front, and where
// the recipe stands now.
#pragma once

#include <QPixmap>

#include "app/gui/plots/plot_widget.h"
#include "app/gui/views/sensitivity/front_geometry.h"
#include "quant/policy/sensitivity.h"

namespace oscope::gui {

/// "37.5 dB" with the pair's thresholds, compared with now; lines as paintTooltip() wants them.
QString pairTooltip(const quant::ThresholdPair& pair, const quant::Outlook& now, quant::Quality quality);
QString qualityTitle(quant::Quality quality);

/// Arrows move along the front, Home and End go to its ends, Enter or a click adopts, Esc leaves the cursor.
class FrontPlot : public PlotWidget {
  Q_OBJECT

 public:
  explicit FrontPlot(QWidget* parent = nullptr);
  void setQuality(quant::Quality quality);
  void setPairs(const std::vector<quant::ThresholdPair>& pairs);
  void addPairs(const std::vector<quant::ThresholdPair>& pairs);
  /// Of all pairs so far. The pair under the cursor keeps it where it is still there.
  void setFront(std::vector<quant::ThresholdPair> front);
  void setNow(const quant::Outlook& now);

  const std::vector<quant::ThresholdPair>& front() const { return m_front; }
  std::optional<std::size_t> cursor() const { return m_cursor; }
  void setCursorTo(std::optional<std::size_t> frontIndex);
  bool escape() override;
  /// Where a pair and the ring stand, in pixels.
  QPointF pixelOf(const quant::ThresholdPair& pair) const;
  QPointF pixelOfNow() const;

 signals:
  void cursorMoved(std::optional<std::size_t> frontIndex);
  void adopted(const oscope::quant::ThresholdPair& pair);

 protected:
  void paintData(QPainter& painter, const PlotFrame& frame) override;
  void paintFront(QPainter& painter, const PlotFrame& frame) override;
  bool hitTest(QPointF pixel) const override;
  void hoverAt(std::optional<QPointF> pixel) override;
  void keyPressEvent(QKeyEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void refit(bool keepZoom);
  void paintDots(QPainter& painter, const PlotFrame& frame);
  const quant::ThresholdPair* pairAt(QPointF pixel) const;
  std::vector<QPointF> frontPixels() const;

  quant::Quality m_quality = quant::Quality::Median;
  std::vector<quant::ThresholdPair> m_pairs, m_front;
  quant::Outlook m_now;
  std::optional<std::size_t> m_cursor;
  std::optional<quant::ThresholdPair> m_hovered;
  QPixmap m_dots;  ///< the cloud at m_dotsFrame
  PlotFrame m_dotsFrame;
};

}  // namespace oscope::gui
