#include "app/gui/plots/save_picture.h"

#include <QBuffer>
#include <QImage>
#include <QPainter>
#include <QSvgGenerator>
#include <vector>

#include "analysis/base/atomic_file.h"
#include "analysis/base/error.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

QByteArray base64Png(const QImage& image) {
  QBuffer bytes;
  if (!bytes.open(QIODevice::WriteOnly) || !image.save(&bytes, "PNG")) return {};
  return bytes.data().toBase64();
}

/// What stands in a drawing for an image that comes later.
const QImage& standIn() {
  static const QImage image = [] {
    QImage dot(1, 1, QImage::Format_RGB32);
    dot.fill(QColor(1, 2, 3));
    return dot;
  }();
  return image;
}

class Drawing : public QSvgGenerator {
 public:
  std::vector<QImage> later;  ///< in the order of their stand-ins
};

void putImages(QByteArray& drawing, const std::vector<QImage>& images, const JobContext& context) {
  const QByteArray dot = base64Png(standIn());
  qsizetype at = 0;
  for (const QImage& image : images) {
    context.checkCancelled();
    at = drawing.indexOf(dot, at);
    if (at < 0) return;
    const QByteArray encoded = base64Png(image);
    drawing.replace(at, dot.size(), encoded);
    at += encoded.size();
  }
}

void write(const std::string& path, const QByteArray& bytes, const JobContext& context) {
  AtomicFile file(path);
  file.write(std::string_view(bytes.data(), static_cast<std::size_t>(bytes.size())));
  context.checkCancelled();
  file.commit();
}

}  // namespace

void drawLargeImage(QPainter& painter, const QRectF& target, const QImage& image) {
  auto* drawing = dynamic_cast<Drawing*>(painter.device());
  if (drawing != nullptr) drawing->later.push_back(image);
  painter.drawImage(target, drawing != nullptr ? standIn() : image);
}

FileWork savePicture(const QString& path, const QSize& size, const std::function<void(QPainter&)>& paint) {
  const QRect all(QPoint(0, 0), size);
  if (path.endsWith(QLatin1String(".svg"), Qt::CaseInsensitive)) {
    QBuffer drawing;
    Drawing generator;
    generator.setOutputDevice(&drawing);
    generator.setSize(size);
    generator.setViewBox(all);
    QPainter painter(&generator);
    painter.fillRect(all, theme().surface);
    paint(painter);
    painter.end();
    return [path = path.toStdString(), bytes = drawing.data(), images = generator.later](const JobContext& context) {
      QByteArray whole = bytes;
      putImages(whole, images, context);
      write(path, whole, context);
    };
  }
  QImage image(size * 2, QImage::Format_ARGB32_Premultiplied);
  image.setDevicePixelRatio(2);
  image.fill(theme().surface);
  QPainter painter(&image);
  paint(painter);
  painter.end();
  return [path = path.toStdString(), image](const JobContext& context) {
    QBuffer bytes;
    if (!bytes.open(QIODevice::WriteOnly) || !image.save(&bytes, "PNG")) {
      throw Error(ErrorCode::WriteFailed, path, "the picture could not be encoded", "save it as SVG");
    }
    write(path, bytes.data(), context);
  };
}

}  // namespace oscope::gui
