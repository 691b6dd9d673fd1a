// The frame: start page, docks, keyboard, the way back, unsaved changes, recovery.
#include <gtest/gtest.h>

#include <QApplication>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSettings>
#include <QStandardPaths>
#include <QStatusBar>
#include <QTabBar>
#include <QTimer>
#include <QToolButton>
#include <atomic>
#include <chrono>
#include <thread>

#include "app/gui/charts/ranges_chart.h"
#include "app/gui/forms/drop_zone.h"
#include "app/gui/forms/start_page.h"
#include "app/gui/frame/dock_head.h"
#include "app/gui/frame/docks.h"
#include "app/gui/frame/job_row.h"
#include "app/gui/frame/jobs_dock.h"
#include "app/gui/frame/recovery_banner.h"
#include "app/gui/frame/sites_dock.h"
#include "app/gui/frame/view_frame.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/icons.h"
#include "app/gui/theme.h"
#include "app/gui/views/ranges/ranges_view.h"
#include "tests/gui/sample_window.h"

namespace oscope::gui {
namespace {

/// Presses the button of this text in the next modal box.
void answerNextBox(const QString& button, bool* asked) {
  QTimer::singleShot(0, qApp, [=] {
    auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
    if (box == nullptr) return;
    *asked = true;
    for (QAbstractButton* candidate : box->buttons()) {
      if (candidate->text() == button) return candidate->click();
    }
    box->reject();
  });
}

QString statusText(const MainWindow& window) {
  QString all;
  for (const QLabel* label : window.statusBar()->findChildren<QLabel*>()) all += label->text() + QLatin1Char('\n');
  return all;
}

TEST_F(ShownWindow, StartsWithThreeWaysInAndTheSampleIsOneClickAway) {
  EXPECT_TRUE(m_window.startPage()->isVisible());
  for (Docks::Place place : {Docks::Sites, Docks::Inspector, Docks::Jobs})
    EXPECT_FALSE(m_window.docks()->dock(place)->isVisible());
  QSignalSpy opened(&m_window.document(), &Document::opened);
  QTest::mouseClick(m_window.startPage()->findChild<QPushButton*>(QStringLiteral("openSample")), Qt::LeftButton);
  ASSERT_TRUE(opened.wait(kPatience));
  EXPECT_TRUE(m_window.frame()->isVisible());
  EXPECT_EQ(m_window.context().view(), QStringLiteral("ranges"));
  EXPECT_EQ(m_window.document().rows().size(), 32u);
  EXPECT_TRUE(m_window.docks()->dock(Docks::Sites)->isVisible());
}

TEST_F(ShownWindow, WhatIsDraggedOverItIsSaidAndOpensWhenDropped) {
  const auto drag = [&](const QString& path) {
    auto* data = new QMimeData;
    data->setUrls({QUrl::fromLocalFile(path)});
    return data;
  };
  const std::unique_ptr<QMimeData> picture(drag(QStringLiteral("/tmp/picture.png")));
  QDragEnterEvent refused(QPoint(9, 9), Qt::CopyAction, picture.get(), Qt::LeftButton, Qt::NoModifier);
  refused.ignore();
  QApplication::sendEvent(&m_window, &refused);
  EXPECT_FALSE(refused.isAccepted());

  const std::unique_ptr<QMimeData> snapshot(drag(QStringLiteral("/nowhere/run.oscope.h5")));
  QDragEnterEvent taken(QPoint(9, 9), Qt::CopyAction, snapshot.get(), Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&m_window, &taken);
  EXPECT_TRUE(taken.isAccepted());
  EXPECT_EQ(m_window.startPage()->dropZone()->dragged(), QStringLiteral("/nowhere/run.oscope.h5"));
  QSignalSpy failed(&m_window.document(), &Document::openFailed);
  QDropEvent drop(QPointF(9, 9), Qt::CopyAction, snapshot.get(), Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&m_window, &drop);
  EXPECT_TRUE(m_window.startPage()->dropZone()->dragged().isEmpty());
  ASSERT_TRUE(failed.wait(kPatience)) << "the dropped path was opened";
}

TEST_F(ShownWindow, RecentFilesOpenByTheirNumberAndVanishedOnesStay) {
  QSettings().remove(QStringLiteral("recentFiles"));
  const QString there = QStandardPaths::writableLocation(QStandardPaths::TempLocation);
  m_window.startPage()->setRecent(
      {{there, QStringLiteral("here"), QStringLiteral("model folder"), {}, {}},
       {QStringLiteral("/gone/x.oscope"), QStringLiteral("gone"), QStringLiteral("workspace"), {}, {}}});
  QTest::qWait(20);  // the rows are laid out
  QSignalSpy wanted(m_window.startPage(), &StartPage::pathRequested);
  QSignalSpy lost(m_window.startPage(), &StartPage::locateRequested);
  m_window.disconnect(SIGNAL(locateRequested(QString)));
  QTest::keyClick(&m_window, Qt::Key_1, Qt::ControlModifier);
  ASSERT_EQ(wanted.count(), 1);
  EXPECT_EQ(wanted.front().front().toString(), there);
  EXPECT_EQ(lost.count(), 0);
}

TEST_F(SampleWindow, DocksCloseFloatAndComeBack) {
  Docks& docks = *m_window.docks();
  QDockWidget* sites = docks.dock(Docks::Sites);
  for (QToolButton* button : docks.head(Docks::Sites)->findChildren<QToolButton*>()) {
    if (button->accessibleName() == QStringLiteral("Close Sites")) button->click();
  }
  EXPECT_FALSE(sites->isVisible());
  EXPECT_FALSE(docks.toggle(Docks::Sites)->isChecked());
  QTest::keyClick(&m_window, Qt::Key_F, Qt::ControlModifier);
  EXPECT_TRUE(sites->isVisible()) << "the filter lies in the dock";
  QTest::keyClick(&m_window, Qt::Key_F9);
  EXPECT_FALSE(sites->isVisible());
  EXPECT_FALSE(docks.dock(Docks::Jobs)->isVisible());
  QTest::keyClick(&m_window, Qt::Key_F9);
  EXPECT_TRUE(sites->isVisible());
  for (QToolButton* button : docks.head(Docks::Sites)->findChildren<QToolButton*>()) {
    if (button->accessibleName() == QStringLiteral("Float Sites")) button->click();
  }
  EXPECT_TRUE(sites->isFloating());
  EXPECT_TRUE(sites->isVisible());
  sites->setFloating(false);
}

/// A job that runs until it is told to go on.
Job* startHeldJob(JobRunner& jobs, const char* title, std::shared_ptr<std::atomic<bool>> held,
                  const QString& channel = {}) {
  return jobs.start<int>(
      QString::fromLatin1(title),
      [held](const JobContext& context) {
        while (*held) {
          context.checkCancelled();
          context.report(Progress{"work", "pairs", 3, 8, 0, 0, {}, {}});
          std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        return 0;
      },
      [](int) {}, channel);
}

TEST_F(ShownWindow, JobsListsOnlyWhatLastsOrFails) {
  JobsDock* dock = m_window.findChild<JobsDock*>();
  m_window.jobs().start<int>(
      QStringLiteral("Quick"), [](const JobContext&) { return 1; }, [](int) {});
  m_window.jobs().start<int>(
      QStringLiteral("Broken"),
      [](const JobContext&) -> int { throw Error(ErrorCode::Internal, "here", "it broke", "mend it"); }, [](int) {});
  ASSERT_TRUE(QTest::qWaitFor([&] { return m_window.jobs().runningCount() == 0; }, kPatience));
  ASSERT_EQ(dock->rows().size(), 1u);
  EXPECT_EQ(dock->rows()[0]->title(), QStringLiteral("Broken"));
  EXPECT_EQ(dock->rows()[0]->figures(), QStringLiteral("failed: it broke"));

  for (int i = 0; i < 2; ++i) {
    auto held = std::make_shared<std::atomic<bool>>(true);
    Job* job = startHeldJob(m_window.jobs(), i == 0 ? "Read block 1" : "Read block 2", held, QStringLiteral("read"));
    ASSERT_TRUE(QTest::qWaitFor(
        [&] { return dock->rows().size() == 2 && dock->rows()[0]->running() && !dock->rows()[0]->figures().isEmpty(); },
        kPatience));
    EXPECT_EQ(dock->rows()[0]->figures(), QStringLiteral("3 of 8 pairs"));
    *held = false;
    ASSERT_TRUE(QTest::qWaitFor([&] { return !job->running(); }, kPatience));
  }
  ASSERT_EQ(dock->rows().size(), 2u) << "the second reading stands for the first one, too";
  EXPECT_EQ(dock->rows()[0]->title(), QStringLiteral("Read block 2"));
  EXPECT_TRUE(dock->rows()[0]->figures().startsWith(QStringLiteral("8 pairs in ")));
}

TEST_F(SampleWindow, JobsCollapsesToABarThatSaysWhatRuns) {
  Docks& docks = *m_window.docks();
  QDockWidget* dock = docks.dock(Docks::Jobs);
  const int before = dock->height();
  QTest::keyClick(&m_window, Qt::Key_F9, Qt::ShiftModifier);
  ASSERT_TRUE(QTest::qWaitFor([&] { return dock->height() == 32; }, kPatience));
  EXPECT_TRUE(dock->isVisible());
  auto* bar = docks.head(Docks::Jobs)->findChild<QProgressBar*>();
  EXPECT_FALSE(bar->isVisible());
  auto held = std::make_shared<std::atomic<bool>>(true);
  Job* job = startHeldJob(m_window.jobs(), "Sweep", held);
  ASSERT_TRUE(QTest::qWaitFor([&] { return bar->isVisible() && bar->value() == 375; }, kPatience));
  EXPECT_EQ(docks.head(Docks::Jobs)->hint()->text(), QStringLiteral("Sweep · 3 of 8 pairs"));
  *held = false;
  ASSERT_TRUE(QTest::qWaitFor([&] { return !job->running(); }, kPatience));
  EXPECT_FALSE(bar->isVisible());

  m_window.close();
  MainWindow next;
  next.show();
  QSignalSpy opened(&next.document(), &Document::opened);
  next.open(text(m_workspace));
  ASSERT_TRUE(opened.wait(kPatience));
  QDockWidget* again = next.docks()->dock(Docks::Jobs);
  ASSERT_TRUE(QTest::qWaitFor([&] { return again->height() == 32; }, kPatience)) << "remembered";
  auto* tabs = next.docks()->head(Docks::Jobs)->findChild<QTabBar*>();
  QTest::mouseClick(tabs, Qt::LeftButton, {}, tabs->tabRect(1).center());
  EXPECT_TRUE(QTest::qWaitFor([&] { return again->height() == before; }, kPatience)) << again->height();
  QSettings().remove(QStringLiteral("window"));
}

TEST_F(SampleWindow, EveryViewFitsIntoTheSmallestWindow) {
  m_window.resize(1280, 800);
  for (const ViewEntry& entry : views()) {
    m_window.context().show(entry.id);
    QTest::qWait(100);
    EXPECT_EQ(m_window.size(), QSize(1280, 800)) << qPrintable(entry.id);
    EXPECT_LE(m_window.centralWidget()->geometry().right(), 1279) << qPrintable(entry.id);
    if (entry.sideDocks) {
      EXPECT_EQ(m_window.docks()->dock(Docks::Sites)->width(), 232) << "side docks take their minimum";
      EXPECT_EQ(m_window.docks()->dock(Docks::Inspector)->width(), 288);
    }
    const QDockWidget* inspector = m_window.docks()->dock(Docks::Inspector);
    if (inspector->isVisible()) {
      EXPECT_LE(inspector->geometry().right(), 1279) << qPrintable(entry.id);
      EXPECT_GE(m_window.frame()->width(), 676) << qPrintable(entry.id);
    }
  }
}

TEST_F(SampleWindow, ClosedDocksStayClosedInTheNextWindow) {
  m_window.docks()->toggle(Docks::Inspector)->trigger();
  m_window.resize(1400, 900);
  m_window.close();
  MainWindow next;
  EXPECT_EQ(next.size(), QSize(1400, 900));
  next.show();
  QSignalSpy opened(&next.document(), &Document::opened);
  next.open(text(m_workspace));
  ASSERT_TRUE(opened.wait(kPatience));
  EXPECT_FALSE(next.docks()->dock(Docks::Inspector)->isVisible());
  EXPECT_TRUE(next.docks()->dock(Docks::Sites)->isVisible());
  QSettings().remove(QStringLiteral("window"));
}

TEST_F(SampleWindow, DigitsTypedIntoAFieldSetNoPolicy) {
  m_window.context().selectSite(m_window.document().rows().front().id);
  m_window.sites()->focusFilter();
  auto* field = qobject_cast<QLineEdit*>(m_window.focusWidget());
  ASSERT_NE(field, nullptr);
  QTest::keyClicks(field, QStringLiteral("block>1 r j"));
  EXPECT_EQ(field->text(), QStringLiteral("block>1 r j"));
  EXPECT_TRUE(m_window.document().recipe().overrides.empty());
  auto* note = m_window.findChild<QPlainTextEdit*>(QStringLiteral("siteNote"));
  ASSERT_NE(note, nullptr);
  note->setFocus();
  QTest::keyClicks(note, QStringLiteral("3 of 10"));
  EXPECT_EQ(note->toPlainText(), QStringLiteral("3 of 10"));
  EXPECT_TRUE(m_window.document().recipe().overrides.empty());
}

TEST_F(SampleWindow, JAndKStepThroughTheSitesThatTheFilterShows) {
  m_window.context().setFilter(QStringLiteral("ffn_mid"));
  QTest::keyClick(&m_window, Qt::Key_J);
  EXPECT_EQ(m_window.context().selection().current, (SiteId{0, SiteKind::FfnMid}));
  QTest::keyClick(&m_window, Qt::Key_J);
  EXPECT_EQ(m_window.context().selection().current, (SiteId{1, SiteKind::FfnMid}));
  QTest::keyClick(&m_window, Qt::Key_K);
  QTest::keyClick(&m_window, Qt::Key_K);
  EXPECT_EQ(m_window.context().selection().current, (SiteId{7, SiteKind::FfnMid})) << "around at the ends";
}

TEST_F(SampleWindow, EscapeClearsTheFilterFirstAndThenTheSelection) {
  m_window.context().selectSite({3, SiteKind::FfnIn});
  m_window.context().setFilter(QStringLiteral("ffn"));
  QTest::keyClick(&m_window, Qt::Key_Escape);
  EXPECT_TRUE(m_window.context().filter().isEmpty());
  EXPECT_EQ(m_window.context().selection().current, (SiteId{3, SiteKind::FfnIn}));
  QTest::keyClick(&m_window, Qt::Key_Escape);
  EXPECT_FALSE(m_window.context().selection().current);
}

TEST_F(SampleWindow, TheWorkspaceKeepsViewSelectionAndZoom) {
  auto* view = qobject_cast<RangesView*>(m_window.frame()->view(QStringLiteral("ranges")));
  const RangesChart::Visible zoom{1.5, 5.5, 3, 400};
  view->chart()->show(zoom);
  m_window.context().selectSite({4, SiteKind::FfnMid});
  m_window.context().selectChannel(7);
  m_window.context().setFilter(QStringLiteral("ffn_mid"));
  EXPECT_FALSE(m_window.document().isEdited()) << "looking is no edit";
  saveWorkspaceAndWait(m_window, text(m_workspace));
  m_window.document().close();
  EXPECT_TRUE(m_window.startPage()->isVisible());
  openAndWait(text(m_workspace));
  EXPECT_EQ(view->chart()->visible(), zoom);
  EXPECT_EQ(m_window.context().selection().current, (SiteId{4, SiteKind::FfnMid}));
  EXPECT_EQ(m_window.context().selection().channel, 7);
  EXPECT_EQ(m_window.context().filter(), QStringLiteral("ffn_mid"));
}

TEST_F(SampleWindow, ClosingWithUnsavedChangesAsksAndKeepsThem) {
  m_window.document().setThresholds(20, 150);
  EXPECT_TRUE(m_window.isWindowModified());
  bool asked = false;
  answerNextBox(QStringLiteral("Keep working"), &asked);
  EXPECT_FALSE(m_window.close());
  EXPECT_TRUE(asked);
  EXPECT_EQ(m_window.document().recipe().v0, 20);

  asked = false;
  answerNextBox(QStringLiteral("Save"), &asked);
  EXPECT_FALSE(m_window.close()) << "it closes when the file is complete";
  EXPECT_TRUE(asked);
  ASSERT_TRUE(QTest::qWaitFor([&] { return !m_window.isVisible(); }, kPatience));
  EXPECT_EQ(quant::loadWorkspace(m_workspace).recipe.v0, 20);
}

TEST_F(SampleWindow, NothingIsAskedWhereNothingWouldBeLost) {
  m_window.document().setThresholds(20, 150);
  m_window.document().undoStack().undo();
  bool asked = false;
  answerNextBox(QStringLiteral("Keep working"), &asked);
  EXPECT_TRUE(m_window.close());
  QTest::qWait(10);
  EXPECT_FALSE(asked);
}

TEST_F(SampleWindow, AutosaveHoldsTheRecipeThePathsAndTheView) {
  m_window.document().setPolicy({{1, SiteKind::FfnMid}}, quant::Policy::None);
  m_window.context().selectSite({1, SiteKind::FfnMid});
  ASSERT_TRUE(QTest::qWaitFor([&] { return statusText(m_window).contains(QStringLiteral("Autosaved")); }, kPatience));
  const QString folder = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
  const auto saved = quant::loadWorkspace((folder + QStringLiteral("/session-1.oscope")).toStdString());
  EXPECT_EQ(saved.recipe.overrides.at({1, SiteKind::FfnMid}), quant::Policy::None);
  EXPECT_EQ(saved.snapshot, m_scratch.path() / "sample.oscope.h5");
  EXPECT_EQ(saved.model, m_window.document().workspace().model);
  EXPECT_EQ(saved.view.at("current"), "blocks.1.ffn_mid");
  m_window.document().undoStack().undo();
  m_window.close();
  EXPECT_FALSE(QFile::exists(folder + QStringLiteral("/session-1.oscope"))) << "an orderly end leaves nothing";
}

class Recovered : public SampleWindow {};

TEST_F(Recovered, WhatACrashLeftIsRestoredAsAnEditedWorkspace) {
  const QString folder = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
  quant::Workspace left = quant::loadWorkspace(m_workspace);
  left.recipe.v0 = 33;
  left.view = {{"view", "ranges"},
               {"sites", {"blocks.2.ffn_in"}},
               {"current", "blocks.2.ffn_in"},
               {"session", {{"title", "model · FPTQ W4A8"}, {"original", m_workspace.string()}}}};
  quant::saveWorkspace(left, (folder + QStringLiteral("/recovered-20260101-101010-000-1.oscope")).toStdString());
  MainWindow next;
  next.show();
  ASSERT_TRUE(next.recoveryBanner()->isVisible());
  QSignalSpy opened(&next.document(), &Document::opened);
  next.recoveryBanner()->findChild<QPushButton*>(QStringLiteral("restoreRecovery"))->click();
  ASSERT_TRUE(opened.wait(kPatience));
  EXPECT_EQ(next.document().recipe().v0, 33);
  EXPECT_EQ(next.document().filePath(), text(m_workspace)) << "saving goes where the workspace was";
  EXPECT_TRUE(next.document().isEdited());
  EXPECT_EQ(next.context().selection().current, (SiteId{2, SiteKind::FfnIn}));
  EXPECT_FALSE(next.recoveryBanner()->isVisible());
  EXPECT_EQ(quant::loadWorkspace(m_workspace).recipe.v0, 15) << "the saved file is untouched until the user saves";
  saveWorkspaceAndWait(next, text(m_workspace));
  EXPECT_FALSE(next.document().isEdited());
}

TEST(Theme, IconsFollowAThemeThatChangesWhileTheyAreShown) {
  QToolButton button;
  button.setIcon(themedIcon(QStringLiteral("save")));
  button.setIconSize(QSize(16, 16));
  const QImage light = button.grab().toImage();
  applyTheme(*qApp, ThemeChoice::Dark);
  EXPECT_TRUE(theme().dark);
  EXPECT_NE(button.grab().toImage(), light);
  QEvent change(QEvent::ThemeChange);
  followSystemTheme(*qApp);
  EXPECT_TRUE(theme().dark) << "an explicit choice stays";
  applyTheme(*qApp, ThemeChoice::Light);
  EXPECT_EQ(button.grab().toImage(), light);
}

TEST(Theme, IconsAreSharpAtTwiceTheDensity) {
  const QPixmap pixmap = themedIcon(QStringLiteral("save")).pixmap(QSize(16, 16), 2.0);
  EXPECT_EQ(pixmap.size(), QSize(32, 32));
  EXPECT_EQ(pixmap.devicePixelRatio(), 2.0);
}

}  // namespace
}  // namespace oscope::gui
