// Any plot as PNG (at twice its size) or SVG.
#pragma once

#include <QString>
#include <functional>

#include "app/gui/jobs/file_work.h"

class QImage;
class QPainter;
class QRectF;
class QSize;

namespace oscope::gui {

/// Calls `paint` on a picture of `size`, at once; what is returned encodes it and writes it to `path` (.svg, else PNG).
FileWork savePicture(const QString& path, const QSize& size, const std::function<void(QPainter&)>& paint);

/// Draws an image of many pixels: SVG holds it as PNG, and that, too, is encoded by the job.
void drawLargeImage(QPainter& painter, const QRectF& target, const QImage& image);

}  // namespace oscope::gui
