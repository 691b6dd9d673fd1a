// The base of plots that are painted by hand: axes, zoom at the cursor, pan, rubber band, fit, hover, keyboard,
// picture.
#pragma once

#include <QWidget>
#include <optional>

#include "app/gui/plots/plot_paint.h"

namespace oscope::gui {

/// Wheel zooms at the cursor (Shift: x only), dragging on empty ground draws a rubber band, Space or the middle button
/// pans, a double-click fits, + and − zoom and the arrows pan when the plot has the focus. Esc leaves the band.
class PlotWidget : public QWidget {
  Q_OBJECT

 public:
  explicit PlotWidget(QWidget* parent = nullptr);

  /// The whole of the data; the visible part follows unless the user has zoomed in and `keepZoom` is set.
  void setScales(const Scale& x, const Scale& y, bool keepZoom = false);
  void setTitles(const QString& x, const QString& y);
  void setMargins(const QMarginsF& margins);
  /// Room between the plot area and its x labels (PlotFrame::xGap); not part of the margins.
  void setXGap(double pixels);
  /// Shows all of the data again.
  void fit();
  bool isZoomed() const { return m_frame.x != m_wholeX || m_frame.y != m_wholeY; }
  /// The visible part, and where it stands.
  const PlotFrame& frame() const { return m_frame; }
  void setVisible(const Scale& x, const Scale& y);
  const Scale& wholeX() const { return m_wholeX; }
  const Scale& wholeY() const { return m_wholeY; }
  using QWidget::setVisible;
  /// Leaves a rubber band; false where there was none.
  virtual bool escape();
  /// Paints the plot without hover and band, for pictures.
  void renderTo(QPainter& painter);

 signals:
  /// The visible part has changed by the user.
  void zoomed();
  /// Released rubber band, in data coordinates (x and y ascending).
  void banded(double xLow, double xHigh, double yLow, double yHigh);
  void clicked(QPointF pixel, Qt::KeyboardModifiers modifiers);
  void activated(QPointF pixel);  ///< double-click on an item (hitTest)

 protected:
  /// Data, clipped to the plot area; the painter is antialiased.
  virtual void paintData(QPainter& painter, const PlotFrame& frame) = 0;
  /// Behind the grid (zones) and in front of everything, not clipped (direct labels, handles).
  virtual void paintGround(QPainter& painter, const PlotFrame& frame) { (void)painter, (void)frame; }
  virtual void paintFront(QPainter& painter, const PlotFrame& frame) { (void)painter, (void)frame; }
  /// Ticks of the x axis where the scale's own don't fit (whole blocks, names).
  virtual std::optional<std::vector<Tick>> xTicks() const { return std::nullopt; }
  /// Whether something that can be clicked lies here: then no rubber band starts and double-clicks activate it.
  virtual bool hitTest(QPointF pixel) const { return (void)pixel, false; }
  /// The mouse is over this pixel (nullopt: it left). Remember what lies there and update().
  virtual void hoverAt(std::optional<QPointF> pixel) { (void)pixel; }
  /// A drag of the plot's own (a handle): true takes the press; then dragTo and dragEnd follow.
  virtual bool dragStart(QPointF pixel) { return (void)pixel, false; }
  virtual void dragTo(QPointF pixel, Qt::KeyboardModifiers modifiers) { (void)pixel, (void)modifiers; }
  virtual void dragEnd(bool commit) { (void)commit; }

  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void keyReleaseEvent(QKeyEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  void place();
  void paintAll(QPainter& painter, bool withHover);
  void zoomAt(QPointF pixel, double factor, bool xOnly);
  void panBy(double xShare, double yShare);

  PlotFrame m_frame;
  Scale m_wholeX, m_wholeY;
  QMarginsF m_margins{72, 14, 16, 50};
  std::optional<QRectF> m_band;
  QPointF m_pressed, m_last;
  bool m_panning = false, m_spaceDown = false, m_dragging = false;
};

}  // namespace oscope::gui
