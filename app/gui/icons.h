// Icons: SVG files with `currentColor`, drawn in the colour that is asked for, sharp at every device pixel ratio.
#pragma once

#include <QColor>
#include <QIcon>
#include <QPixmap>
#include <QString>

namespace oscope::gui {

/// `name` without folder and suffix ("ranges"). `pixels` is the edge in logical pixels.
QPixmap iconPixmap(const QString& name, const QColor& color, int pixels, double devicePixelRatio = 1.0);
/// An icon in ink2, disabled in the theme's disabled colour, checked in the accent.
QIcon themedIcon(const QString& name, int pixels = 16);

}  // namespace oscope::gui
