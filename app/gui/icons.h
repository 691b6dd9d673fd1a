// Icons: SVG files with `currentColor`, drawn in the colour that is asked for, sharp at every device pixel ratio.
#pragma once

#include <QIcon>
#include <QPixmap>
#include <QString>
#include <QWidget>

#include "app/gui/theme.h"

namespace oscope::gui {

/// `name` without folder and suffix ("ranges"). `pixels` is the edge in logical pixels.
QPixmap iconPixmap(const QString& name, const QColor& color, int pixels, double devicePixelRatio = 1.0);
/// An icon in ink2, disabled in the theme's disabled colour, checked in the accent. It is drawn when it is painted, in
/// the theme of that moment and at the ratio of that screen. `role` is another colour for the normal state.
QIcon themedIcon(const QString& name, QColor Theme::*role = &Theme::ink2);

/// An icon that stands alone beside text, in a colour of the theme.
class IconLabel : public QWidget {
  Q_OBJECT

 public:
  IconLabel(const QString& name, QColor Theme::*role, int pixels, QWidget* parent = nullptr);
  void setIcon(const QString& name, QColor Theme::*role);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QString m_name;
  QColor Theme::*m_role;
};

}  // namespace oscope::gui
