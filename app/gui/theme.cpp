#include "app/gui/theme.h"

#include <QApplication>
#include <QFontDatabase>
#include <QProxyStyle>
#include <QStyleFactory>
#include <QStyleHints>
#include <cmath>

/// The resources lie in a static library: somebody must ask for them by name. Has to stand outside of namespaces.
static void initResources() {
  Q_INIT_RESOURCE(outlierscope);
}

namespace oscope::gui {
namespace {

Theme makeLight() {
  Theme t;
  t.dark = false;
  t.bg = "#F4F5F7", t.surface = "#FFFFFF", t.surface2 = "#F7F8FA", t.hover = "#EEF0F3", t.selection = "#E3F1EF";
  t.border = "#E2E5EA", t.borderStrong = "#C8CDD6";
  t.ink = "#1B2028", t.ink2 = "#49515E", t.ink3 = "#636B78", t.disabled = "#A6ADB8";
  t.accent = "#0B766E", t.onAccent = "#FFFFFF", t.accentSoft = "#E3F1EF";
  t.staticMark = "#2A66C4", t.staticSoft = "#E9F0FB", t.laeMark = "#BF7600", t.laeSoft = "#FBF1DF";
  t.dynamicMark = "#B01E5A", t.dynamicSoft = "#FAE8EF", t.floatMark = "#7A828F";
  t.before = "#7C8797", t.reference = "#6B4FA8";
  t.ok = "#1B7A43", t.warning = "#9A5B00", t.error = "#B3261E";
  t.gridMajor = "#DADDE3", t.gridMinor = "#ECEEF2";
  return t;
}

Theme makeDark() {
  Theme t;
  t.dark = true;
  t.bg = "#111419", t.surface = "#181C22", t.surface2 = "#1E232A", t.hover = "#262C35", t.selection = "#1A3532";
  t.border = "#2A303A", t.borderStrong = "#414957";
  t.ink = "#E8EBF0", t.ink2 = "#B3BBC7", t.ink3 = "#9099A8", t.disabled = "#5C6573";
  t.accent = "#3DB8A9", t.onAccent = "#0C1413", t.accentSoft = "#17322F";
  t.staticMark = "#6FA8FF", t.staticSoft = "#1B2738", t.laeMark = "#F2B134", t.laeSoft = "#2E2715";
  t.dynamicMark = "#F2557F", t.dynamicSoft = "#381D28", t.floatMark = "#98A1AF";
  t.before = "#8A94A5", t.reference = "#B39DF0";
  t.ok = "#5CC98A", t.warning = "#F2B134", t.error = "#FF7468";
  t.gridMajor = "#2E3540", t.gridMinor = "#20262E";
  return t;
}

const Theme* g_theme = nullptr;
ThemeChoice g_choice = ThemeChoice::System;
std::optional<bool> g_desktopPrefersDark;
QString g_uiFamily, g_monoFamily;

QString familyOf(const QString& resource) {
  const int id = QFontDatabase::addApplicationFont(resource);
  const QStringList families = id < 0 ? QStringList() : QFontDatabase::applicationFontFamilies(id);
  return families.isEmpty() ? QString() : families.front();
}

/// Whether the desktop asks for dark windows. May leave the application with the desktop's own palette.
bool systemIsDark(QApplication& app) {
  if (g_desktopPrefersDark) return *g_desktopPrefersDark;
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
  if (app.styleHints()->colorScheme() != Qt::ColorScheme::Unknown) {
    return app.styleHints()->colorScheme() == Qt::ColorScheme::Dark;
  }
#endif
  // Without a word of it, a dark desktop is one whose own palette is dark.
  app.setPalette(QPalette());
  return app.palette().color(QPalette::Window).lightness() < 128;
}

/// Fusion; mnemonics work without their underlines.
class WindowStyle : public QProxyStyle {
 public:
  WindowStyle() : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))) {}
  int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                QStyleHintReturn* data) const override {
    return hint == SH_UnderlineShortcut ? 0 : QProxyStyle::styleHint(hint, option, widget, data);
  }
};

QFont sized(const QString& family, double pixels, QFont::Weight weight) {
  QFont font = family.isEmpty() ? QApplication::font() : QFont(family);
  // Half pixel sizes of the design (10.5) round to whole pixels: Qt sizes pixels in integers.
  font.setPixelSize(static_cast<int>(std::lround(pixels)));
  font.setWeight(weight);
  font.setHintingPreference(QFont::PreferNoHinting);
  return font;
}

void put(QApplication& app, bool dark) {
  g_theme = dark ? &darkTheme() : &lightTheme();
  loadFonts();
  app.setStyle(new WindowStyle);
  app.setFont(uiFont(12));
  app.setPalette(g_theme->palette());
  app.setStyleSheet(g_theme->styleSheet());
}

}  // namespace

QColor mixed(const QColor& ground, const QColor& over, double share) {
  const auto mix = [share](double a, double b) { return a + (b - a) * share; };
  return QColor::fromRgbF(mix(ground.redF(), over.redF()), mix(ground.greenF(), over.greenF()),
                          mix(ground.blueF(), over.blueF()));
}

QColor Theme::mark(quant::Policy policy) const {
  switch (policy) {
    case quant::Policy::Static:
      return staticMark;
    case quant::Policy::LaeStatic:
      return laeMark;
    case quant::Policy::Dynamic:
      return dynamicMark;
    case quant::Policy::None:
      return floatMark;
  }
  return floatMark;
}

QColor Theme::soft(quant::Policy policy) const {
  switch (policy) {
    case quant::Policy::Static:
      return staticSoft;
    case quant::Policy::LaeStatic:
      return laeSoft;
    case quant::Policy::Dynamic:
      return dynamicSoft;
    case quant::Policy::None:
      return hover;
  }
  return hover;
}

QColor Theme::badgeText(quant::Policy policy) const {
  return policy == quant::Policy::None ? ink2 : mixed(mark(policy), ink, dark ? 0.15 : 0.35);
}

QPalette Theme::palette() const {
  QPalette p;
  p.setColor(QPalette::Window, bg);
  p.setColor(QPalette::Base, surface);
  p.setColor(QPalette::AlternateBase, surface2);
  p.setColor(QPalette::WindowText, ink);
  p.setColor(QPalette::Text, ink);
  p.setColor(QPalette::ButtonText, ink);
  p.setColor(QPalette::Button, surface);
  p.setColor(QPalette::BrightText, error);
  p.setColor(QPalette::ToolTipBase, surface);
  p.setColor(QPalette::ToolTipText, ink);
  p.setColor(QPalette::PlaceholderText, ink3);
  p.setColor(QPalette::Highlight, accent);
  p.setColor(QPalette::HighlightedText, onAccent);
  p.setColor(QPalette::Link, accent);
  p.setColor(QPalette::Light, surface);
  p.setColor(QPalette::Mid, border);
  p.setColor(QPalette::Dark, borderStrong);
  for (auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    p.setColor(QPalette::Disabled, role, disabled);
  }
  return p;
}

const Theme& lightTheme() {
  static const Theme instance = makeLight();
  return instance;
}

const Theme& darkTheme() {
  static const Theme instance = makeDark();
  return instance;
}

const Theme& theme() {
  return g_theme != nullptr ? *g_theme : lightTheme();
}

void applyTheme(QApplication& app, ThemeChoice choice) {
  g_choice = choice;
  put(app, choice == ThemeChoice::Dark || (choice == ThemeChoice::System && systemIsDark(app)));
}

void followSystemTheme(QApplication& app) {
  if (g_choice != ThemeChoice::System) return;
  const bool dark = systemIsDark(app);
  dark == theme().dark ? app.setPalette(theme().palette()) : put(app, dark);  // asking took the palette away
}

void setDesktopPreference(QApplication& app, std::optional<bool> dark) {
  g_desktopPrefersDark = dark;
  followSystemTheme(app);
}

void loadFonts() {
  if (!g_uiFamily.isEmpty()) return;
  initResources();
  g_uiFamily = familyOf(QStringLiteral(":/fonts/Inter-Regular.otf"));
  familyOf(QStringLiteral(":/fonts/Inter-Medium.otf"));
  familyOf(QStringLiteral(":/fonts/Inter-SemiBold.otf"));
  g_monoFamily = familyOf(QStringLiteral(":/fonts/JetBrainsMono-Regular.ttf"));
  familyOf(QStringLiteral(":/fonts/JetBrainsMono-SemiBold.ttf"));
}

QFont uiFont(double pixels, QFont::Weight weight) {
  return sized(g_uiFamily, pixels, weight);
}

QFont monoFont(double pixels, QFont::Weight weight) {
  QFont font = sized(g_monoFamily, pixels, weight);
  if (g_monoFamily.isEmpty()) font.setStyleHint(QFont::Monospace);
  return font;
}

QString Theme::styleSheet() const {
  // Class names are given to widgets with setProperty("class", ...) and matched with [class="..."].
  QString sheet = QStringLiteral(R"(
QMainWindow, QDialog { background: @bg; }
QMainWindow::separator { background: @border; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: @accent; }
QStatusBar { background: @surface; border-top: 1px solid @border; }
QStatusBar::item { border: none; }
QToolTip { background: @surface; color: @ink; border: 1px solid @borderStrong; padding: 6px 8px; }
QMenuBar { background: @surface; color: @ink; spacing: 2px; }
QMenuBar::item { background: transparent; padding: 6px 9px; border-radius: 6px; }
QMenuBar::item:selected { background: @hover; }
QMenu { background: @surface; color: @ink; border: 1px solid @borderStrong; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: @hover; }
QMenu::item:disabled { color: @disabled; }
QMenu::separator { height: 1px; background: @border; margin: 4px 6px; }
QPushButton { background: @surface; color: @ink; border: 1px solid @borderStrong; border-radius: 6px; padding: 0 12px;
  min-height: 26px; font-weight: 500; }
QPushButton:hover { background: @hover; }
QPushButton:pressed { background: @border; }
QPushButton:focus { border: 1.5px solid @accent; }
QPushButton:disabled { color: @disabled; border-color: @border; }
QPushButton[class="primary"] { background: @accent; color: @onAccent; border: 1px solid @accent; font-weight: 600; }
QPushButton[class="primary"]:hover { background: @accentHover; }
QPushButton[class="primary"]:disabled { background: @hover; color: @disabled; border-color: @border; }
QPushButton[class="danger"] { color: @error; }
QPushButton[class="danger"]:disabled { color: @disabled; }
QPushButton[class="link"] { background: transparent; border: none; color: @accent; padding: 0 2px; }
QPushButton[class="link"]:hover { text-decoration: underline; }
QPushButton[class="link"]:disabled { color: @disabled; }
QPushButton[class="quiet"] { background: transparent; border: 1px solid transparent; color: @ink2; font-weight: 400; }
QPushButton[class="quiet"]:hover { background: @hover; }
QPushButton[class="quiet"]:focus { border: 1px solid @accent; }
QPushButton[class="row"] { background: @surface; border: 1px solid transparent; border-radius: 7px; min-height: 46px; }
QPushButton[class="row"]:hover { background: @hover; }
QPushButton[class="row"]:focus { border: 1px solid @accent; }
QToolButton { background: transparent; color: @ink2; border: 1px solid transparent; border-radius: 6px; padding: 4px; }
QToolButton:hover { background: @hover; }
QToolButton:checked { background: @accentSoft; color: @accent; }
QToolButton:focus { border: 1px solid @accent; }
QToolButton:disabled { color: @disabled; }
QToolButton::menu-indicator { image: none; }
QLineEdit, QSpinBox, QDoubleSpinBox, QPlainTextEdit, QTextEdit, QComboBox { background: @surface; color: @ink;
  border: 1px solid @borderStrong; border-radius: 6px; padding: 0 8px; min-height: 26px;
  selection-background-color: @accent; selection-color: @onAccent; }
QPlainTextEdit, QTextEdit { padding: 4px 6px; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QPlainTextEdit:focus, QComboBox:focus { border: 1.5px solid @accent; }
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled { color: @disabled; background: @surface2; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url(:/icons/field-down.svg); width: 12px; height: 12px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; background: transparent; width: 20px; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: @hover; }
QAbstractSpinBox::up-arrow { image: url(:/icons/field-up.svg); width: 11px; height: 11px; }
QAbstractSpinBox::down-arrow { image: url(:/icons/field-down.svg); width: 11px; height: 11px; }
QComboBox QAbstractItemView { background: @surface; color: @ink; border: 1px solid @borderStrong;
  selection-background-color: @hover; selection-color: @ink; }
QAbstractItemView { background: @surface; color: @ink; border: none; outline: none; alternate-background-color: @surface2;
  selection-background-color: @selection; selection-color: @ink; gridline-color: @border; }
QHeaderView { background: @surface2; border: none; }
QHeaderView::section { background: @surface2; color: @ink2; border: none; border-bottom: 1px solid @border;
  padding: 4px 8px; font-weight: 500; font-size: 11px; }
QHeaderView::up-arrow, QHeaderView::down-arrow { image: none; width: 0; height: 0; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @borderStrong; border-radius: 4px; min-height: 24px; min-width: 24px; margin: 1px; }
QScrollBar::handle:hover { background: @ink3; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: @border; }
QSplitter::handle:horizontal { width: 1px; } QSplitter::handle:vertical { height: 1px; }
QDockWidget { color: @ink; titlebar-close-icon: none; }
QProgressBar { background: @hover; border: none; border-radius: 2px; max-height: 4px; min-height: 4px; }
QProgressBar::chunk { background: @accent; border-radius: 2px; }
QCheckBox { color: @ink; spacing: 8px; }
QCheckBox::indicator, QListView::indicator { width: 14px; height: 14px; border: 1px solid @borderStrong; border-radius: 3px;
  background: @surface; }
QCheckBox::indicator:checked, QListView::indicator:checked { background: @accent; border-color: @accent;
  image: url(@tick); }
QCheckBox::indicator:focus { border-color: @accent; }
QCheckBox::indicator:disabled { border-color: @border; background: @surface2; }
QRadioButton { color: @ink; spacing: 8px; }
QRadioButton::indicator { width: 14px; height: 14px; border: 1px solid @borderStrong; border-radius: 8px;
  background: @surface; }
QRadioButton::indicator:checked { border: 4px solid @accent; width: 8px; height: 8px; background: @surface; }
QRadioButton::indicator:focus { border-color: @accent; }
QTabBar::tab { background: transparent; color: @ink3; padding: 6px 4px; margin-right: 12px; border: none; }
QTabBar::tab:selected { color: @ink; font-weight: 600; border-bottom: 2px solid @accent; }
QToolBar#rail { background: @surface; border: none; border-right: 1px solid @border; padding: 0; spacing: 0; }
QToolBar#rail QToolButton { font-size: 10px; font-weight: 500; }
QToolBar#rail QToolButton:checked { color: @ink; font-weight: 600; }
QLabel[class="hint"] { color: @ink3; font-size: 11px; }
QLabel[class="label"] { color: @ink2; }
QLabel[class="section"] { color: @ink; font-size: 11px; font-weight: 600; }
QLabel[class="title"] { color: @ink; font-size: 15px; font-weight: 600; }
QLabel[class="figure"] { color: @ink; font-size: 22px; font-weight: 600; }
QLabel[class="before"] { color: @ink3; font-size: 17px; }
QLabel[class="unit"] { color: @ink3; font-size: 11px; }
QLabel[class="error"] { color: @error; font-size: 11px; }
QLabel[class="warning"] { color: @warning; }
QLabel[class="name"] { color: @ink; font-weight: 600; }
QLabel[class="linkText"] { color: @accent; }
QLabel[class="status"] { color: @ink2; font-size: 11px; padding: 0 16px; }
QLabel[class="key"] { color: @ink2; background: @hover; border-radius: 4px; padding: 2px 6px; font-size: 10px; font-weight: 500; }
QTextBrowser#helpText { border: none; padding: 0; }
QListWidget#helpList { background: @surface2; border-right: 1px solid @border; padding: 12px 8px; }
QListWidget#helpList::item { padding: 6px 8px; border-radius: 6px; }
QListWidget#helpList::item:selected { background: @selection; color: @ink; }
QFrame[class="rule"] { background: @border; border: none; }
QWidget[class="surface"] { background: @surface; }
QWidget[class="surface2"] { background: @surface2; }
QWidget[class="ground"] { background: @bg; }
QWidget[class="errorBar"] { background: @errorSoft; border-bottom: 1px solid @border; }
QWidget[class="noteBar"] { background: @laeSoft; border-radius: 8px; }
QWidget[class="tile"] { background: @hover; border-radius: 8px; }
QWidget[class="tileAccent"] { background: @accentSoft; border-radius: 8px; }
QWidget[class="card"] { background: @surface; border: 1px solid @border; border-radius: 8px; }
)");
  const std::pair<const char*, QColor> names[] = {
      {"@accentHover", mixed(accent, ink, 0.12)},
      {"@accentSoft", accentSoft},
      {"@onAccent", onAccent},
      {"@accent", accent},
      {"@borderStrong", borderStrong},
      {"@border", border},
      {"@surface2", surface2},
      {"@surface", surface},
      {"@selection", selection},
      {"@hover", hover},
      {"@disabled", disabled},
      {"@errorSoft", mixed(surface, error, 0.10)},
      {"@error", error},
      {"@warning", warning},
      {"@laeSoft", laeSoft},
      {"@ink2", ink2},
      {"@ink3", ink3},
      {"@ink", ink},
      {"@bg", bg},
  };
  // A tick is a picture: a style sheet can't colour it.
  sheet.replace(QLatin1String("@tick"),
                dark ? QStringLiteral(":/icons/tick-dark.svg") : QStringLiteral(":/icons/tick-light.svg"));
  for (const auto& [name, color] : names) sheet.replace(QLatin1String(name), color.name());
  return sheet;
}

}  // namespace oscope::gui
