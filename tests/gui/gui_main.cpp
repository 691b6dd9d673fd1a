#include <gtest/gtest.h>

#include <QApplication>
#include <QStandardPaths>

#include "app/gui/theme.h"
#include "tests/gui/support/event_watch.h"

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  ::testing::InitGoogleTest(&argc, argv);
  oscope::test::WatchedApplication app(argc, argv);
  QApplication::setApplicationName(QStringLiteral("outlierscope-tests"));
  QApplication::setOrganizationName(QStringLiteral("outlierscope-tests"));
  QStandardPaths::setTestModeEnabled(true);  // settings and data of a person stay untouched
  oscope::gui::applyTheme(app, oscope::gui::ThemeChoice::Light);
  return RUN_ALL_TESTS();
}
