#include "app/gui/icons.h"

#include <QFile>
#include <QPainter>
#include <QSvgRenderer>

#include "app/gui/theme.h"

namespace oscope::gui {

QPixmap iconPixmap(const QString& name, const QColor& color, int pixels, double devicePixelRatio) {
  QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
  const bool opened = file.open(QIODevice::ReadOnly);
  Q_ASSERT_X(opened, "iconPixmap", qPrintable(name));
  QByteArray svg = opened ? file.readAll() : QByteArray();
  svg.replace("currentColor", color.name().toLatin1());
  QSvgRenderer renderer(svg);
  QPixmap pixmap(QSize(pixels, pixels) * devicePixelRatio);
  pixmap.setDevicePixelRatio(devicePixelRatio);
  pixmap.fill(Qt::transparent);
  QPainter painter(&pixmap);
  renderer.render(&painter, QRectF(0, 0, pixels, pixels));
  return pixmap;
}

QIcon themedIcon(const QString& name, int pixels) {
  QIcon icon;
  for (double ratio : {1.0, 2.0}) {
    icon.addPixmap(iconPixmap(name, theme().ink2, pixels, ratio), QIcon::Normal, QIcon::Off);
    icon.addPixmap(iconPixmap(name, theme().disabled, pixels, ratio), QIcon::Disabled, QIcon::Off);
    icon.addPixmap(iconPixmap(name, theme().accent, pixels, ratio), QIcon::Normal, QIcon::On);
  }
  return icon;
}

}  // namespace oscope::gui
