// Every colour, font and distance of the window in one value, with a light and a dark instance.
#pragma once

#include <QColor>
#include <QFont>
#include <QPalette>
#include <QString>
#include <optional>

#include "quant/policy/activation_policy.h"

class QApplication;

namespace oscope::gui {

struct Theme {
  bool dark = false;
  QColor bg, surface, surface2, hover, selection, border, borderStrong;
  QColor ink, ink2, ink3, disabled;
  QColor accent, onAccent, accentSoft;
  QColor staticMark, staticSoft, laeMark, laeSoft, dynamicMark, dynamicSoft, floatMark;
  QColor before, reference;  ///< "before LAE" series; SmoothQuant reference
  QColor ok, warning, error;
  QColor gridMajor, gridMinor;

  /// Mark colour of a policy; its soft ground; and text on that ground (ink mixed into the mark colour).
  QColor mark(quant::Policy policy) const;
  QColor soft(quant::Policy policy) const;
  QColor badgeText(quant::Policy policy) const;

  QPalette palette() const;
  QString styleSheet() const;
};

const Theme& lightTheme();
const Theme& darkTheme();

/// The theme in force; changes only through applyTheme().
const Theme& theme();
enum class ThemeChoice { System, Light, Dark };
/// Sets palette and style sheet of the whole application. System: what the desktop prefers, else dark where its palette
/// is dark.
void applyTheme(QApplication& app, ThemeChoice choice);
/// The desktop's colours may have changed: applies the theme again where the choice is System.
void followSystemTheme(QApplication& app);
/// What the desktop says by itself, beside its palette; nullopt: it has no preference. Followed where the choice is
/// System.
void setDesktopPreference(QApplication& app, std::optional<bool> dark);

/// Loads the bundled fonts once; without them the system's fonts stand in.
void loadFonts();
/// Words: Inter. `pixels` and weight as in the design's type table.
QFont uiFont(double pixels, QFont::Weight weight = QFont::Normal);
/// Figures that stand under each other: JetBrains Mono.
QFont monoFont(double pixels, QFont::Weight weight = QFont::Normal);

/// `share` of `over` mixed into `ground`.
QColor mixed(const QColor& ground, const QColor& over, double share);

}  // namespace oscope::gui
