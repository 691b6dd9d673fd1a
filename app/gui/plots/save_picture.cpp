#include "app/gui/plots/save_picture.h"

#include <QImage>
#include <QPainter>
#include <QSaveFile>
#include <QSvgGenerator>

#include "analysis/base/error.h"
#include "app/gui/theme.h"

namespace oscope::gui {

void savePicture(const QString& path, const QSize& size, const std::function<void(QPainter&)>& paint) {
  QSaveFile file(path);
  const auto require = [&](bool good) {
    if (good) return;
    throw Error(ErrorCode::WriteFailed, path.toStdString(),
                "the picture could not be saved: " + file.errorString().toStdString(), "choose another folder");
  };
  require(file.open(QIODevice::WriteOnly));
  const QRect all(QPoint(0, 0), size);
  if (path.endsWith(QLatin1String(".svg"), Qt::CaseInsensitive)) {
    QSvgGenerator generator;
    generator.setOutputDevice(&file);
    generator.setSize(size);
    generator.setViewBox(all);
    QPainter painter(&generator);
    painter.fillRect(all, theme().surface);
    paint(painter);
  } else {
    QImage image(size * 2, QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(2);
    image.fill(theme().surface);
    QPainter painter(&image);
    paint(painter);
    painter.end();
    require(image.save(&file, "PNG"));
  }
  require(file.commit());
}

}  // namespace oscope::gui
