#include "app/gui/icons.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QSvgRenderer>

namespace oscope::gui {
namespace {

/// Paints the SVG at the moment that it is needed: a change of theme or screen needs no new icons.
class ThemedIconEngine : public QIconEngine {
 public:
  ThemedIconEngine(QString name, QColor Theme::*role) : m_name(std::move(name)), m_role(role) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override {
    const int edge = std::min(rect.width(), rect.height());
    const QPointF corner(rect.x() + (rect.width() - edge) / 2.0, rect.y() + (rect.height() - edge) / 2.0);
    painter->drawPixmap(corner, iconPixmap(m_name, color(mode, state), edge, painter->device()->devicePixelRatioF()));
  }
  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
    return iconPixmap(m_name, color(mode, state), std::min(size.width(), size.height()));
  }
  QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State state, qreal ratio) override {
    return iconPixmap(m_name, color(mode, state), qRound(std::min(size.width(), size.height()) / ratio), ratio);
  }
  QIconEngine* clone() const override { return new ThemedIconEngine(*this); }

 private:
  QColor color(QIcon::Mode mode, QIcon::State state) const {
    if (mode == QIcon::Disabled) return theme().disabled;
    return state == QIcon::On ? theme().accent : theme().*m_role;
  }
  QString m_name;
  QColor Theme::*m_role;
};

}  // namespace

QPixmap iconPixmap(const QString& name, const QColor& color, int pixels, double devicePixelRatio) {
  QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
  const bool opened = file.open(QIODevice::ReadOnly);
  Q_ASSERT_X(opened, "iconPixmap", qPrintable(name));
  QByteArray svg = opened ? file.readAll() : QByteArray();
  svg.replace("currentColor", color.name().toLatin1());
  QSvgRenderer renderer(svg);
  QPixmap pixmap((QSizeF(pixels, pixels) * devicePixelRatio).toSize());
  pixmap.setDevicePixelRatio(devicePixelRatio);
  pixmap.fill(Qt::transparent);
  QPainter painter(&pixmap);
  renderer.render(&painter, QRectF(0, 0, pixels, pixels));
  return pixmap;
}

QIcon themedIcon(const QString& name, QColor Theme::*role) {
  return QIcon(new ThemedIconEngine(name, role));
}

IconLabel::IconLabel(const QString& name, QColor Theme::*role, int pixels, QWidget* parent)
    : QWidget(parent), m_name(name), m_role(role) {
  setFixedSize(pixels, pixels);
}

void IconLabel::setIcon(const QString& name, QColor Theme::*role) {
  m_name = name;
  m_role = role;
  update();
}

void IconLabel::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.drawPixmap(0, 0, iconPixmap(m_name, theme().*m_role, width(), devicePixelRatioF()));
}

}  // namespace oscope::gui
