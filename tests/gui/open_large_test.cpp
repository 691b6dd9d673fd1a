// A snapshot of many blocks opens while the window stays at hand: what takes long happens in the loading job.
#include <gtest/gtest.h>

#include <QEventLoop>
#include <algorithm>
#include <fstream>

#include "app/gui/jobs/load_workspace.h"
#include "app/gui/views/heatmap/heatmap_view.h"
#include "tests/gui/sample_window.h"
#include "tests/gui/support/event_watch.h"
#include "tests/support/scale_snapshot.h"

namespace oscope::gui {
namespace {

constexpr double kLongestEvent = 50;  // milliseconds that the GUI thread may be kept busy while a job runs

/// As deep as a 70B model, an eighth as wide.
class LargeSnapshot : public ShownWindow {
 protected:
  void SetUp() override {
    ShownWindow::SetUp();
    static const test::ScratchFolder folder;
    m_path = folder / "large.oscope.h5";
    if (std::filesystem::exists(m_path)) return;
    test::ScaleShape shape;
    shape.hidden = 1024, shape.ffn = 3584, shape.heads = 8, shape.kvHeads = 1;
    shape.samples = 8, shape.length = 64, shape.rows = 8, shape.extremes = 8, shape.weightRows = 2;
    test::writeScaleSnapshot(shape, m_path);
  }

  /// Runs the program's own event loop, watched, until `signal` has come and `there` holds.
  template <typename Sender, typename Signal>
  test::LongestEvent watch(const std::function<void()>& act, Sender* sender, Signal signal,
                           const std::function<bool()>& there) {
    QEventLoop loop;
    QObject::connect(
        sender, signal, &loop,
        [&] {
          if (there()) loop.quit();
        },
        Qt::QueuedConnection);
    test::WatchedApplication::instance()->startWatch();
    QTimer::singleShot(0, &m_window, act);
    loop.exec();
    const test::LongestEvent longest = test::WatchedApplication::instance()->stopWatch();
    std::printf("longest event: %.1f ms busy (%s), %.1f ms by the wall\n", longest.busyMilliseconds,
                qPrintable(longest.what), longest.wallMilliseconds);
    return longest;
  }

  std::filesystem::path m_path;
};

TEST_F(LargeSnapshot, OpeningAndPredictingNeverBlockTheWindow) {
  const auto predicted = [this] { return document().predictions() != nullptr; };
  for (const char* when : {"the first", "another in its place"}) {
    const test::LongestEvent longest =
        watch([this] { m_window.open(text(m_path)); }, &document(), &Document::predictionsChanged, predicted);
    EXPECT_LE(longest.busyMilliseconds, kLongestEvent) << longest.what.toStdString() << ", opening " << when;
    EXPECT_EQ(document().rows().size(), 320u);
  }
}

TEST_F(LargeSnapshot, ViewsOfOneSiteAndTheHeatMapNeverBlockTheWindow) {
  openAndWait(text(m_path));
  for (const char* id : {"heatmap", "channels", "distribution"}) {
    const test::LongestEvent longest = watch(
        [this, id] {
          context().show(QString::fromLatin1(id));
          context().selectSite({static_cast<std::int32_t>(id[0] % 80), SiteKind::FfnMid});
        },
        &m_window.jobs(), &JobRunner::jobFinished, [this] { return m_window.jobs().runningCount() == 0; });
    EXPECT_LE(longest.busyMilliseconds, kLongestEvent) << longest.what.toStdString() << " in " << id;
  }
}

TEST_F(LargeSnapshot, ItsCellsAreSavedAndCancelledByAJob) {
  openAndWait(text(m_path));
  auto* view = showView<HeatmapView>("heatmap");
  ASSERT_TRUE(QTest::qWaitFor([&] { return view->hasTable() && m_window.jobs().runningCount() == 0; }, kPatience));
  const auto ended = [this] { return m_window.jobs().runningCount() == 0; };
  for (const char* name : {"cells.csv", "map.png", "map.svg"}) {
    const test::LongestEvent longest = watch([&] { m_window.frame()->saveTo(text(m_scratch / name)); },
                                             &m_window.jobs(), &JobRunner::jobFinished, ended);
    EXPECT_LE(longest.busyMilliseconds, kLongestEvent) << longest.what.toStdString() << ", saving " << name;
    EXPECT_TRUE(std::filesystem::exists(m_scratch / name)) << name;
  }
  std::ifstream file(m_scratch / "cells.csv");
  std::int64_t lines = 0, commas = 0;
  for (std::string line; std::getline(file, line); ++lines) commas += std::count(line.begin(), line.end(), ',');
  EXPECT_EQ(lines, 4 * 81);
  EXPECT_EQ(commas, 81 * (3 * 1024 + 3584 + 4)) << "every cell of every block";

  Job* job = m_window.frame()->saveTo(text(m_scratch / "stopped.csv"));
  job->cancel();
  ASSERT_TRUE(QTest::qWaitFor([&] { return !job->running(); }, kPatience));
  EXPECT_EQ(job->outcome().state, JobOutcome::State::Cancelled);
  for (const auto& entry : std::filesystem::directory_iterator(m_scratch.path())) {
    EXPECT_EQ(entry.path().string().find("stopped"), std::string::npos) << "nothing half-written stays";
  }
}

TEST_F(LargeSnapshot, TheLoadingJobMakesThePlan) {
  const LoadedWorkspace alone = loadAnything(m_path, {}, {});
  ASSERT_NE(alone.plan, nullptr);
  EXPECT_EQ(alone.plan->recipe, quant::Workspace().recipe);
  EXPECT_EQ(alone.plan->snapshotHash, alone.snapshot->contentHash());
  EXPECT_EQ(alone.plan->sites.size(), 320u);
}

TEST_F(SampleWindow, ASnapshotThatJoinsItsModelIsPlannedByTheOpenRecipe) {
  OpenWorkspace now{document().model(), nullptr, document().recipe()};
  now.recipe.v0 = 33;
  const LoadedWorkspace loaded = loadAnything(m_scratch.path() / "sample.oscope.h5", now, {});
  ASSERT_NE(loaded.plan, nullptr);
  EXPECT_EQ(loaded.plan->recipe.v0, 33);
  now.recipe.overrides[{99, SiteKind::FfnMid}] = quant::Policy::Dynamic;
  EXPECT_EQ(loadAnything(m_scratch.path() / "sample.oscope.h5", now, {}).plan, nullptr) << "it can't follow";
}

}  // namespace
}  // namespace oscope::gui
