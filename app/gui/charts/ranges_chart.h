// All sites over depth on a log axis, policy by colour and shape, v0 and v1 as lines to drag.
#pragma once

#include <QChartView>
#include <array>
#include <optional>
#include <set>
#include <vector>

#include "analysis/base/ids.h"
#include "quant/policy/activation_policy.h"

class QLineSeries;
class QScatterSeries;

namespace oscope::gui {

/// One mark of the chart. `low` and `median` are drawn as a thin bar where they are set (> 0).
struct RangePoint {
  SiteId site;
  double value = 0;
  double low = 0, median = 0;
  quant::Policy policy = quant::Policy::Static;
  bool changed = false;  ///< differs from the committed policy while a threshold is dragged
  QString tooltip;       ///< lines; the first one is the title
};

class RangesChart : public QChartView {
  Q_OBJECT

 public:
  explicit RangesChart(QWidget* parent = nullptr);

  void setPoints(std::vector<RangePoint> points, int blocks);
  void setThresholds(double v0, double v1);
  void setSelection(const std::set<SiteId>& sites, std::optional<SiteId> current);
  void setHovered(std::optional<SiteId> site);
  void fit();
  /// The visible part, in blocks and range.
  struct Visible {
    double xLow = 0, xHigh = 0, yLow = 0, yHigh = 0;
    friend bool operator==(const Visible&, const Visible&) = default;
  };
  Visible visible() const { return {m_xLow, m_xHigh, m_yLow, m_yHigh}; }
  bool isZoomed() const { return visible() != whole(); }
  /// A part of the data; what is no part of it is ignored.
  void show(const Visible& part);
  using QChartView::show;
  /// The line of a site kind, also for the legend.
  static Qt::PenStyle lineStyle(SiteKind kind);
  static double lineWidth(SiteKind kind);
  /// Leaves a drag, a rubber band or the focus of a threshold; false where there was none.
  bool escape();

  /// Centre of a site's mark and of a threshold's handle, in viewport coordinates.
  QPointF positionOf(SiteId site) const;
  QPointF handleOf(int threshold) const;
  double valueAt(double y) const;

 signals:
  void thresholdsDragged(double v0, double v1);
  void dragFinished(bool commit);
  void siteClicked(oscope::SiteId site, bool extend);
  void sitesBanded(const std::set<oscope::SiteId>& sites);
  void siteHovered(std::optional<oscope::SiteId> site);
  void valueWanted(int threshold);  ///< Enter or double-click on a threshold: the value shall be typed

 protected:
  void drawBackground(QPainter* painter, const QRectF& rect) override;
  void drawForeground(QPainter* painter, const QRectF& rect) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void keyReleaseEvent(QKeyEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void applyTheme();
  void updateAxes();
  Visible whole() const;
  void fillSeries();
  QRectF area() const { return chart()->plotArea(); }
  QPointF toPixel(double block, double value) const;
  double threshold(int which) const { return m_thresholds[static_cast<std::size_t>(which)]; }
  std::optional<int> thresholdAt(QPointF pixel) const;
  const RangePoint* pointAt(QPointF pixel, double radius) const;
  void moveThreshold(int which, double value);
  void stepToNextRange(bool up);
  void pan(QPointF to);
  /// The tinted grounds, and then, above the grid, their words.
  void paintZones(QPainter& painter, bool ground) const;
  bool crossesData(const QRectF& box) const;
  /// Where the words of a zone can stand without crossing the data; nullopt: nowhere, then they are left out.
  std::optional<QRectF> placeOfWords(double top, double bottom, const QString& words, quant::Policy policy) const;
  void paintAxes(QPainter& painter) const;
  void paintRings(QPainter& painter) const;
  void paintThreshold(QPainter& painter, int which) const;
  void paintDirectLabels(QPainter& painter) const;
  void paintTooltip(QPainter& painter) const;

  std::vector<RangePoint> m_points;
  int m_blocks = 0;
  std::array<double, 2> m_thresholds{15, 150};
  std::set<SiteId> m_selected;
  std::optional<SiteId> m_current, m_hovered;

  double m_xLow = -0.5, m_xHigh = 0.5, m_yLow = 0.1, m_yHigh = 1000;  ///< visible part
  std::array<QLineSeries*, 4> m_lines{};                              ///< by site kind
  std::array<QScatterSeries*, 4> m_marks{};                           ///< by policy
  std::optional<int> m_focused, m_dragged;                            ///< threshold 0 or 1
  double m_before = 0;               ///< the dragged threshold before the drag: the ghost
  double m_grabOffset = 0;           ///< decades between the mouse and the line when it was grabbed
  std::optional<double> m_fineFrom;  ///< y where Shift was pressed, for a tenth of the speed
  std::optional<QRectF> m_band;
  QPointF m_pressed;
  bool m_panning = false, m_spaceDown = false;
};

}  // namespace oscope::gui
