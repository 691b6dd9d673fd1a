#include "app/gui/marks.h"

#include <QFontMetricsF>
#include <QPolygonF>

#include "app/gui/theme.h"

namespace oscope::gui {

void paintMark(QPainter& painter, QPointF center, quant::Policy policy, double scale, QColor halo, const Theme& t) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  const QColor color = t.mark(policy);
  painter.setBrush(color);
  painter.setPen(halo.isValid() ? QPen(halo, 1.2) : QPen(Qt::NoPen));
  switch (policy) {
    case quant::Policy::Static:
      painter.drawEllipse(center, 4.5 * scale, 4.5 * scale);
      break;
    case quant::Policy::LaeStatic: {
      const double r = 5.5 * scale;
      painter.drawPolygon(QPolygonF(
          {center + QPointF(0, -r), center + QPointF(r, 0), center + QPointF(0, r), center + QPointF(-r, 0)}));
      break;
    }
    case quant::Policy::Dynamic: {
      const double r = 5.5 * scale;
      painter.drawPolygon(
          QPolygonF({center + QPointF(0, -0.9 * r), center + QPointF(r, 0.8 * r), center + QPointF(-r, 0.8 * r)}));
      break;
    }
    case quant::Policy::None:
      painter.setBrush(t.surface);
      painter.setPen(QPen(color, 1.6));
      painter.drawEllipse(center, 3.8 * scale, 3.8 * scale);
      break;
  }
  painter.restore();
}

QString policyTitle(quant::Policy policy) {
  switch (policy) {
    case quant::Policy::Static:
      return QStringLiteral("Static");
    case quant::Policy::LaeStatic:
      return QStringLiteral("LAE + static");
    case quant::Policy::Dynamic:
      return QStringLiteral("Dynamic");
    case quant::Policy::None:
      return QStringLiteral("Float");
  }
  return {};
}

double badgeWidth(quant::Policy policy) {
  return QFontMetricsF(uiFont(12, QFont::Medium)).horizontalAdvance(policyTitle(policy)) + 30;
}

double paintBadge(QPainter& painter, QPointF topLeft, quant::Policy policy, double height) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  const QRectF ground(topLeft, QSizeF(badgeWidth(policy), height));
  painter.setPen(Qt::NoPen);
  painter.setBrush(theme().soft(policy));
  painter.drawRoundedRect(ground, height / 2, height / 2);
  paintMark(painter, QPointF(ground.left() + 11, ground.center().y()), policy, 0.8);
  painter.setFont(uiFont(12, QFont::Medium));
  painter.setPen(theme().badgeText(policy));
  painter.drawText(ground.adjusted(20, 0, -8, 0), Qt::AlignVCenter | Qt::AlignLeft, policyTitle(policy));
  painter.restore();
  return ground.width();
}

}  // namespace oscope::gui
