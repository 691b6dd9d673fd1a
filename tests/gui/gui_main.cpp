#include <gtest/gtest.h>

#include <QApplication>
#include <QDir>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>

#include "app/gui/theme.h"
#include "tests/gui/support/event_watch.h"

namespace {

/// Every test starts as on a new machine: nothing autosaved, no settings.
class FreshHome : public ::testing::EmptyTestEventListener {
  void OnTestStart(const ::testing::TestInfo&) override {
    QDir(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation)).removeRecursively();
    QSettings().clear();
  }
};

}  // namespace

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  ::testing::InitGoogleTest(&argc, argv);
  // Settings and data of a person stay untouched, and tests that run at the same time don't meet.
  const QTemporaryDir home;
  qputenv("XDG_DATA_HOME", home.path().toUtf8());
  QSettings::setDefaultFormat(QSettings::IniFormat);
  QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, home.path());
  oscope::test::WatchedApplication app(argc, argv);
  QApplication::setApplicationName(QStringLiteral("outlierscope-tests"));
  QApplication::setOrganizationName(QStringLiteral("outlierscope-tests"));
  oscope::gui::applyTheme(app, oscope::gui::ThemeChoice::Light);
  ::testing::UnitTest::GetInstance()->listeners().Append(new FreshHome);
  return RUN_ALL_TESTS();
}
