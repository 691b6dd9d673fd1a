// The real window, empty or on the bundled sample, for tests that drive it.
#pragma once

#include <gtest/gtest.h>

#include <QSignalSpy>
#include <QTest>

#include "app/gui/frame/main_window.h"
#include "app/gui/frame/view_frame.h"
#include "app/gui/jobs/job_runner.h"
#include "app/gui/jobs/sample_workspace.h"
#include "tests/support/test_data.h"

namespace oscope::gui {

inline constexpr int kPatience = 60'000;  // milliseconds until a job must have ended

/// An empty window, shown.
class ShownWindow : public ::testing::Test {
 protected:
  void SetUp() override {
    m_window.resize(1600, 1000);
    m_window.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&m_window));
  }

  Document& document() { return m_window.document(); }
  ViewContext& context() { return m_window.context(); }
  void openAndWait(const QString& path) {
    QSignalSpy opened(&m_window.document(), &Document::opened);
    m_window.open(path);
    ASSERT_TRUE(opened.wait(kPatience));
  }
  /// Opens what can't be opened; text, place and remedy of the message.
  QStringList openAndFail(const QString& path) {
    QSignalSpy failed(&m_window.document(), &Document::openFailed);
    m_window.open(path);
    if (!failed.wait(kPatience)) return {};
    QStringList words;
    for (const QVariant& argument : failed.front()) words << argument.toString();
    return words;
  }
  /// Saves the shown view as picture or table.
  JobOutcome saveAndWait(const std::filesystem::path& path) {
    Job* job = m_window.frame()->saveTo(text(path));
    if (job == nullptr || !QTest::qWaitFor([&] { return !job->running(); }, kPatience)) {
      return {JobOutcome::State::Failed, QStringLiteral("not saved"), {}, {}, {}};
    }
    return job->outcome();
  }
  /// Saves the workspace by hand.
  void saveWorkspaceAndWait(MainWindow& window, const QString& path) {
    QSignalSpy ended(&window.document(), &Document::saveEnded);
    window.saveWorkspaceTo(path);
    ASSERT_TRUE(ended.wait(kPatience));
  }
  template <typename T>
  T* showView(const char* id) {
    context().show(QString::fromLatin1(id));
    return qobject_cast<T*>(m_window.frame()->current());
  }
  static QString text(const std::filesystem::path& path) { return QString::fromStdString(path.string()); }

  const test::ScratchFolder m_scratch;
  MainWindow m_window;
};

/// A copy of the sample's workspace is open; calibrated once for all tests.
class SampleWindow : public ShownWindow {
 protected:
  void SetUp() override {
    ShownWindow::SetUp();
    static const test::ScratchFolder folder;
    const std::filesystem::path sample = makeSampleWorkspace(folder.path(), JobContext{});
    m_workspace = m_scratch.path() / "sample.oscope";
    std::filesystem::copy_file(sample.parent_path() / "sample.oscope.h5", m_scratch.path() / "sample.oscope.h5");
    std::filesystem::copy_file(sample, m_workspace);
    openAndWait(text(m_workspace));
    ASSERT_TRUE(QTest::qWaitFor([this] { return m_window.document().predictions() != nullptr; }, kPatience));
  }

  const stats::SiteStats& site(SiteId id) { return document().snapshot()->site(id); }
  const quant::SitePlan& plan(SiteId id) { return document().plan()->sites[*document().indexOf(id)]; }

  std::filesystem::path m_workspace;
};

}  // namespace oscope::gui
