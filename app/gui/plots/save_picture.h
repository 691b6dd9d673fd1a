// Any plot as PNG (at twice its size) or SVG.
#pragma once

#include <QString>
#include <functional>

class QPainter;
class QSize;

namespace oscope::gui {

/// Calls `paint` on a picture of `size` that is written to `path` (.svg, else PNG) under a temporary name until it is
/// complete. Throws oscope::Error where it can't.
void savePicture(const QString& path, const QSize& size, const std::function<void(QPainter&)>& paint);

}  // namespace oscope::gui
