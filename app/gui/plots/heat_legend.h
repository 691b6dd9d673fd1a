// The colours of a heat map with their values, and where v0 and v1 stand among them.
#pragma once

#include <QWidget>

#include "app/gui/plots/heat_color.h"

namespace oscope::gui {

class HeatLegend : public QWidget {
  Q_OBJECT

 public:
  explicit HeatLegend(QWidget* parent = nullptr);
  void setScale(const QString& title, const HeatScale& scale);
  void setThresholds(double v0, double v1);
  /// Where a value stands, in widget coordinates.
  double positionOf(double value) const;
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return sizeHint(); }
  void renderTo(QPainter& painter) const;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QRectF bar() const;
  QString m_title;
  HeatScale m_scale;
  double m_v0 = 0, m_v1 = 0;
};

}  // namespace oscope::gui
