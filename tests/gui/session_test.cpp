// What outlives the window: recent files, autosave, and what a killed session left.
#include <gtest/gtest.h>

#include <QFile>
#include <QProcess>
#include <QSettings>
#include <QTest>

#include "app/gui/frame/session_state.h"
#include "app/gui/jobs/sample_workspace.h"
#include "tests/support/test_data.h"

namespace oscope::gui {
namespace {

TEST(RecentFiles, NewestFirstOncePerPathAndAtMostNine) {
  QSettings().remove(QStringLiteral("recentFiles"));
  for (int i = 0; i < 12; ++i) addRecentFile({QStringLiteral("/models/%1").arg(i), {}, {}, {}, {}});
  addRecentFile(
      {QStringLiteral("/models/5"), QStringLiteral("Five"), QStringLiteral("workspace"), {71, 42, 15, 0}, {}});
  const auto files = recentFiles();
  ASSERT_EQ(files.size(), 9u);
  EXPECT_EQ(files[0].title, QStringLiteral("Five"));
  EXPECT_EQ(files[0].counts, (std::array<int, 4>{71, 42, 15, 0}));
  EXPECT_EQ(files[1].path, QStringLiteral("/models/11"));
  removeRecentFile(QStringLiteral("/models/5"));
  EXPECT_EQ(recentFiles().front().path, QStringLiteral("/models/11"));
  QSettings().remove(QStringLiteral("recentFiles"));
}

class Session : public ::testing::Test {
 protected:
  QString folder() const { return QString::fromStdString(m_scratch.path().string()); }
  quant::Workspace workspace() const {
    quant::Workspace workspace;
    workspace.model = m_scratch.path() / "model";
    workspace.recipe.v0 = 22;
    workspace.view = {{"view", "channels"}};
    return workspace;
  }
  const test::ScratchFolder m_scratch;
};

TEST_F(Session, AnOrderlyEndLeavesNothingToRecover) {
  {
    SessionState session(folder());
    session.autosaver(workspace(), QStringLiteral("model"), {})();
    session.forgetAutosave();
  }
  EXPECT_FALSE(SessionState(folder()).recovery());
}

TEST_F(Session, WhatIsForgottenIsNotWrittenLater) {
  SessionState session(folder());
  const auto late = session.autosaver(workspace(), QStringLiteral("model"), {});
  session.forgetAutosave();
  late();
  EXPECT_FALSE(QFile::exists(session.autosavePath()));
}

TEST_F(Session, WhatALivingSessionAutosavedIsNotOfferedToAnother) {
  SessionState first(folder());
  first.autosaver(workspace(), QStringLiteral("model"), {})();
  SessionState second(folder());
  EXPECT_FALSE(second.recovery());
  EXPECT_NE(second.autosavePath(), first.autosavePath());
}

TEST_F(Session, ASessionThatVanishedIsOfferedUntilItIsDropped) {
  {
    // Dies without forgetting: what a kill leaves, but for the lock file of a dead process.
    SessionState killed(folder());
    killed.autosaver(workspace(), QStringLiteral("LLaMA · W4A8"), QStringLiteral("/home/a.oscope"))();
  }
  SessionState next(folder());
  auto recovery = next.recovery();
  ASSERT_TRUE(recovery);
  EXPECT_EQ(recovery->title, QStringLiteral("LLaMA · W4A8"));
  EXPECT_EQ(recovery->original, QStringLiteral("/home/a.oscope"));
  EXPECT_EQ(quant::loadWorkspace(recovery->file.toStdString()).recipe.v0, 22);
  next.autosaver({}, QStringLiteral("another"), {})();  // working on does not overwrite it
  recovery = next.recovery();
  ASSERT_TRUE(recovery);
  EXPECT_EQ(recovery->title, QStringLiteral("LLaMA · W4A8"));
  next.dropRecovery(*recovery);
  EXPECT_FALSE(next.recovery());
}

TEST_F(Session, ALockOfADeadProcessCountsAsCrashed) {
  QProcess dead;
  dead.start(QStringLiteral("true"), QStringList());
  ASSERT_TRUE(dead.waitForStarted());
  const qint64 pid = dead.processId();
  ASSERT_TRUE(dead.waitForFinished());
  QString path;
  {
    SessionState session(folder());
    session.autosaver(workspace(), QStringLiteral("killed"), {})();
    path = session.autosavePath();
  }
  QFile lock(path + QStringLiteral(".lock"));
  ASSERT_TRUE(lock.open(QIODevice::WriteOnly));
  lock.write(QByteArray::number(pid) + "\noutlierscope\n" + QSysInfo::machineHostName().toUtf8() + "\n");
  lock.close();
  const SessionState next(folder());
  ASSERT_TRUE(next.recovery());
  EXPECT_EQ(next.recovery()->title, QStringLiteral("killed"));
}

TEST_F(Session, AWindowThatIsKilledIsOfferedByTheNextStart) {
  const std::filesystem::path opened = makeSampleWorkspace(m_scratch.path() / "sample", {});
  QProcess window;
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
  environment.insert(QStringLiteral("XDG_DATA_HOME"), folder() + QStringLiteral("/data"));
  environment.insert(QStringLiteral("XDG_CONFIG_HOME"), folder() + QStringLiteral("/config"));
  window.setProcessEnvironment(environment);
  window.start(QStringLiteral(OSCOPE_WINDOW), {QString::fromStdString(opened.string())});
  ASSERT_TRUE(window.waitForStarted());
  const QString data = folder() + QStringLiteral("/data/outlierscope/outlierscope");
  ASSERT_TRUE(QTest::qWaitFor([&] { return QFile::exists(data + QStringLiteral("/session-1.oscope")); }, 60'000));
  EXPECT_FALSE(SessionState(data).recovery()) << "it is alive";
  window.kill();
  ASSERT_TRUE(window.waitForFinished());

  const SessionState next(data);
  const auto recovery = next.recovery();
  ASSERT_TRUE(recovery);
  EXPECT_EQ(recovery->original.toStdString(), opened.string());
  const quant::Workspace left = quant::loadWorkspace(recovery->file.toStdString());
  EXPECT_EQ(left.snapshot, opened.parent_path() / "sample.oscope.h5");
  EXPECT_EQ(left.view.at("view"), "ranges");
}

}  // namespace
}  // namespace oscope::gui
