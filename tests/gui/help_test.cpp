// Every view has its page, and the pages tell the truth about keys and links.
#include <gtest/gtest.h>

#include <QAction>
#include <QFile>
#include <QMenu>
#include <QMenuBar>
#include <QRegularExpression>
#include <QTextBrowser>

#include "app/gui/frame/help_window.h"
#include "app/gui/frame/view_frame.h"
#include "tests/gui/sample_window.h"

namespace oscope::gui {
namespace {

QString pageText(const QString& id) {
  QFile file(QStringLiteral(":/help/%1.html").arg(id));
  return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

TEST(Help, EveryRegisteredViewNamesAPageThatExists) {
  for (const ViewEntry& entry : views()) {
    QFile page(entry.help);
    EXPECT_TRUE(page.open(QIODevice::ReadOnly)) << qPrintable(entry.help);
    EXPECT_TRUE(QString::fromUtf8(page.readAll()).contains(QStringLiteral("<h1>%1</h1>").arg(entry.title)))
        << qPrintable(entry.id);
  }
}

TEST(Help, ThePagesOfTheDesignExistAndTheirLinksLeadSomewhere) {
  QStringList pages = helpPages();
  for (const char* id : {"ranges", "channels", "distribution", "heatmap", "policy", "sensitivity", "memory", "compare",
                         "export", "verify", "calibrate", "filter"}) {
    if (!pages.contains(QLatin1String(id))) pages << QLatin1String(id);
  }
  static const QRegularExpression kLink(QStringLiteral("href=\"([a-z]+)\\.html\""));
  for (const QString& id : pages) {
    const QString text = pageText(id);
    EXPECT_GT(text.size(), 200) << qPrintable(id);
    for (auto match = kLink.globalMatch(text); match.hasNext();) {
      const QString target = match.next().captured(1);
      EXPECT_FALSE(pageText(target).isEmpty()) << qPrintable(id + QStringLiteral(" -> ") + target);
    }
  }
}

TEST_F(SampleWindow, F1ShowsThePageOfTheView) {
  QTest::keyClick(&m_window, Qt::Key_F1);
  ASSERT_TRUE(m_window.help()->isVisible());
  EXPECT_EQ(m_window.help()->page(), QStringLiteral("ranges"));
  EXPECT_TRUE(m_window.help()->browser()->toPlainText().contains(QStringLiteral("log2(2 + mj)")));
  emit m_window.help()->browser()->anchorClicked(QUrl(QStringLiteral("filter.html")));
  EXPECT_EQ(m_window.help()->page(), QStringLiteral("filter"));
  QTest::keyClick(m_window.help(), Qt::Key_Escape);
  EXPECT_FALSE(m_window.help()->isVisible());
}

TEST_F(SampleWindow, EveryShortcutOfTheMenusStandsOnTheKeyboardPage) {
  const QString page = pageText(QStringLiteral("shortcuts"));
  int keys = 0;
  for (const QMenu* menu : m_window.findChild<QMenuBar*>()->findChildren<QMenu*>()) {
    for (const QAction* action : menu->actions()) {
      const QString shortcut = action->shortcut().toString();
      if (shortcut.isEmpty()) continue;
      ++keys;
      EXPECT_TRUE(page.contains(QStringLiteral("<kbd>%1</kbd>").arg(shortcut))) << qPrintable(shortcut);
    }
  }
  EXPECT_GT(keys, 15);
}

}  // namespace
}  // namespace oscope::gui
