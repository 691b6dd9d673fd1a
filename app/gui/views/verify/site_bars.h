// Measured output SQNR of every site over depth: a row of bars per site kind, the prediction as a tick.
#pragma once

#include <QWidget>
#include <optional>

#include "quant/verify/verify.h"

namespace oscope::gui {

class ViewContext;

/// Where bars stand: pure arithmetic, no widget.
struct SiteBarLayout {
  QRectF box;  ///< of all rows
  int blocks = 0;
  double top = 1;  ///< dB at the upper end of each row
  static constexpr double kRowGap = 20;

  double rowHeight() const;
  /// A bar of `db` in block `block` of the `row`-th site kind; 0 dB stands at the row's lower end.
  QRectF bar(int row, int block, double db) const;
  /// Row and block below a pixel.
  std::optional<std::pair<int, int>> at(QPointF pixel) const;
};

class SiteBars : public QWidget {
  Q_OBJECT

 public:
  explicit SiteBars(ViewContext& context, QWidget* parent = nullptr);
  void setSites(std::vector<quant::SiteMeasure> sites);
  SiteBarLayout layoutOf(const QRectF& area) const;
  void renderTo(QPainter& painter, const QRectF& area) const;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  const quant::SiteMeasure* find(SiteId id) const;
  void hover(std::optional<SiteId> site);

  ViewContext& m_context;
  std::vector<quant::SiteMeasure> m_sites;
  int m_blocks = 0;
  double m_top = 1;
  std::optional<SiteId> m_hovered;
};

}  // namespace oscope::gui
