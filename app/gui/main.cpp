#include <QApplication>
#include <QCommandLineParser>
#include <QSettings>

#include "analysis/base/build_info.h"
#include "app/gui/frame/main_window.h"
#include "app/gui/icons.h"
#include "app/gui/theme.h"
#if QT_VERSION < QT_VERSION_CHECK(6, 5, 0)
#include "app/gui/settings_portal.h"
#endif

int main(int argc, char** argv) {
  QApplication app(argc, argv);
  QApplication::setApplicationName(QStringLiteral("outlierscope"));
  QApplication::setOrganizationName(QStringLiteral("outlierscope"));
  QApplication::setApplicationDisplayName(QStringLiteral("Outlierscope"));
  QApplication::setApplicationVersion(QString::fromStdString(oscope::versionText()));
  QApplication::setDesktopFileName(QStringLiteral("org.outlierscope.Outlierscope"));

  QCommandLineParser parser;
  parser.setApplicationDescription(
      QObject::tr("See the outliers of a language model, choose the policy, export W4A8."));
  parser.addHelpOption();
  parser.addVersionOption();
  parser.addPositionalArgument(
      QStringLiteral("path"),
      QObject::tr("model folder, snapshot (.oscope.h5), workspace (.oscope) or recipe (.json); a model folder, its "
                  "snapshot and a recipe may follow each other"),
      QStringLiteral("[path...]"));
  const QCommandLineOption themeOption(QStringLiteral("theme"), QObject::tr("system, light or dark"),
                                       QStringLiteral("theme"));
  parser.addOption(themeOption);
  parser.process(app);

  auto choice = static_cast<oscope::gui::ThemeChoice>(QSettings().value(QStringLiteral("theme"), 0).toInt());
  if (parser.value(themeOption) == QLatin1String("light")) choice = oscope::gui::ThemeChoice::Light;
  if (parser.value(themeOption) == QLatin1String("dark")) choice = oscope::gui::ThemeChoice::Dark;
  oscope::gui::applyTheme(app, choice);
#if QT_VERSION < QT_VERSION_CHECK(6, 5, 0)
  const oscope::gui::SettingsPortal portal(QDBusConnection::sessionBus());
  QObject::connect(&portal, &oscope::gui::SettingsPortal::preferenceChanged, &app,
                   [&app](std::optional<bool> dark) { oscope::gui::setDesktopPreference(app, dark); });
#endif
  QApplication::setWindowIcon(oscope::gui::themedIcon(QStringLiteral("outlierscope"), &oscope::gui::Theme::accent));

  oscope::gui::MainWindow window;
  window.show();
  window.open(parser.positionalArguments());
  return QApplication::exec();
}
