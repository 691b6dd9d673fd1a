// The Compare view on the bundled sample: snapshots, recipes and methods side by side.
#include "app/gui/views/compare/compare_view.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QFile>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include "analysis/calibration/calibrate.h"
#include "app/common/composition.h"
#include "app/gui/document.h"
#include "app/gui/jobs/job_runner.h"
#include "app/gui/jobs/sample_workspace.h"
#include "app/gui/view_context.h"
#include "app/gui/views/compare/channel_overlay.h"
#include "app/gui/views/compare/methods_page.h"
#include "app/gui/views/compare/recipes_page.h"
#include "app/gui/views/compare/site_table.h"
#include "app/gui/views/compare/snapshots_page.h"
#include "tests/support/test_data.h"

namespace oscope::gui {
namespace {

constexpr int kPatience = 120'000;  // milliseconds until a job must have ended

class Compare : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto workspace = makeSampleWorkspace(m_scratch.path(), JobContext{});
    QSignalSpy opened(&m_document, &Document::opened);
    m_document.open(QString::fromStdString(workspace.string()));
    ASSERT_TRUE(opened.wait(kPatience));
    m_view.resize(1200, 800);
    m_view.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&m_view));
  }

  /// A calibration of the sample on random tokens.
  QString randomSnapshot() {
    calibration::DatasetOptions tokens;
    tokens.samples = 2;
    tokens.length = 32;
    calibration::CalibrateOptions options;
    options.output = m_scratch / "random.oscope.h5";
    const auto& model = *m_document.model();
    const auto backend = app::makeBackendRegistry().create("cpu", {});
    calibration::calibrate(model, calibration::loadDataset(tokens, nullptr, model.graph.vocabulary), nullptr, options,
                           *backend, {});
    return QString::fromStdString(options.output.string());
  }

  template <typename Condition>
  bool wait(const Condition& condition) {
    return QTest::qWaitFor(condition, kPatience);
  }

  test::ScratchFolder m_scratch;
  JobRunner m_jobs;
  Document m_document{m_jobs};
  ViewContext m_context;
  CompareView m_view{{m_document, m_context, m_jobs}, nullptr};
};

TEST_F(Compare, TwoSnapshotsShowTheirDifferencesFirst) {
  SnapshotsPage& page = *m_view.snapshots();
  EXPECT_TRUE(page.csv().isEmpty());
  page.openOther(randomSnapshot());
  ASSERT_TRUE(wait([&] { return page.diff().has_value(); }));
  const quant::SnapshotDiff& diff = *page.diff();
  CellTableModel& cells = page.table()->cells();
  const QAbstractItemModelTester tester(&cells, QAbstractItemModelTester::FailureReportingMode::Fatal);
  EXPECT_EQ(cells.rowCount(), static_cast<int>(diff.differing));
  EXPECT_GT(diff.differing, 0u);
  EXPECT_TRUE(m_view.subtitle().startsWith(QString::number(diff.differing)));
  EXPECT_EQ(cells.index(0, 0).data().toString(), QString::fromStdString(toString(diff.sites[0].id)));
  // The first row is the current one: its channels are overlaid. What is selected stays the user's.
  EXPECT_EQ(page.table()->currentSite(), diff.sites[0].id);
  EXPECT_EQ(m_context.selection(), Selection());

  m_view.showEqual()->setChecked(true);
  EXPECT_EQ(cells.rowCount(), static_cast<int>(diff.sites.size()));
  EXPECT_EQ(page.csv().count(QLatin1Char('\n')), static_cast<int>(diff.sites.size()) + 1);
}

TEST_F(Compare, OnlyTheUserMovesTheSelectionAndTheTableFollowsIt) {
  SnapshotsPage& page = *m_view.snapshots();
  Selection chosen;
  chosen.sites = {m_document.rows()[5].id, m_document.rows()[9].id};
  chosen.current = m_document.rows()[9].id;
  chosen.channel = 3;
  m_context.select(chosen);
  page.openOther(randomSnapshot());
  ASSERT_TRUE(wait([&] { return page.diff().has_value(); }));
  EXPECT_EQ(m_context.selection(), chosen);
  EXPECT_EQ(page.table()->currentSite(), chosen.current);
  m_document.setThresholds(1e6, 2e6);  // compared anew
  ASSERT_TRUE(wait([&] { return m_jobs.runningCount() == 0; }));
  m_view.showEqual()->setChecked(true);
  m_view.setMode(CompareView::kRecipes);
  ASSERT_TRUE(wait([&] { return m_view.recipes()->diff().has_value() && m_jobs.runningCount() == 0; }));
  EXPECT_EQ(m_context.selection(), chosen);

  m_view.setMode(CompareView::kSnapshots);
  SiteTable& table = *page.table();
  const auto click = [&](int row) {
    QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, table.visualRect(table.model()->index(row, 0)).center());
  };
  table.scrollToTop();
  click(1);
  EXPECT_EQ(m_context.selection().current, page.diff()->sites[1].id);
  EXPECT_EQ(m_context.selection().sites.size(), 1u);
  QTest::keyClick(&table, Qt::Key_Down);
  EXPECT_EQ(m_context.selection().current, page.diff()->sites[2].id);
  m_context.clear();
  click(2);
  EXPECT_EQ(m_context.selection().current, page.diff()->sites[2].id) << "the row that is current already";
  m_context.selectSite(page.diff()->sites[0].id);
  EXPECT_EQ(table.currentSite(), page.diff()->sites[0].id);
}

TEST_F(Compare, TheWorkspacesRecipeIsLaidBesideAnother) {
  m_view.setMode(CompareView::kRecipes);
  RecipesPage& page = *m_view.recipes();
  ASSERT_TRUE(wait([&] { return page.diff().has_value(); }));
  EXPECT_EQ(page.diff()->differing, 0u) << "the default recipe against itself";
  page.setOther(QStringLiteral("rtn-w4a8-static"));
  ASSERT_TRUE(wait([&] { return page.diff()->differing > 0; }));
  EXPECT_GT(page.diff()->policies, 0u);
  const QAbstractItemModelTester tester(&page.table()->cells(), QAbstractItemModelTester::FailureReportingMode::Fatal);
  EXPECT_EQ(page.table()->cells().rowCount(), static_cast<int>(page.diff()->differing));

  // What A decides follows the document.
  const std::size_t before = page.diff()->policies;
  m_document.setThresholds(1e6, 2e6);
  ASSERT_TRUE(wait([&] { return page.diff()->policies != before; }));
  EXPECT_EQ(page.diff()->policies, 0u) << "above every range the rule makes all sites static, too";
}

TEST_F(Compare, ChosenMethodsAreMeasuredAsAJobAndTheTableIsSaved) {
  m_view.setMode(CompareView::kMethods);
  MethodsPage& page = *m_view.methods();
  EXPECT_EQ(page.whyNot(), QString()) << "the sample brings its held-out text";
  page.setChosen({QStringLiteral("rtn-w4a16"), QStringLiteral("gptq-w4a16")});
  page.setWindows(2, 32);
  QTest::mouseClick(page.startButton(), Qt::LeftButton);
  EXPECT_TRUE(page.running());
  ASSERT_TRUE(wait([&] { return page.report().has_value(); }));
  const QAbstractItemModelTester tester(&page.table()->cells(), QAbstractItemModelTester::FailureReportingMode::Fatal);
  ASSERT_EQ(page.report()->rows.size(), 2u);
  EXPECT_NE(page.report()->snapshotHash, m_document.snapshot()->contentHash())
      << "GPTQ needs a Hessian that the workspace's snapshot lacks: one is made for the job";
  EXPECT_EQ(page.table()->cells().rowCount(), 3) << "float, and the two";

  for (const char* name : {"table.csv", "table.html", "table.md"}) {
    const QString path = QString::fromStdString((m_scratch / name).string());
    page.saveTable(path);
    QFile file(path);
    ASSERT_TRUE(file.open(QIODevice::ReadOnly)) << name;
    EXPECT_TRUE(file.readAll().contains("GPTQ W4A16")) << name;
  }
  EXPECT_EQ(m_view.csv().count(QLatin1Char('\n')), 4);
}

TEST_F(Compare, ARunningComparisonStops) {
  m_view.setMode(CompareView::kMethods);
  MethodsPage& page = *m_view.methods();
  page.setChosen({QStringLiteral("rtn-w4a16")});
  page.setWindows(64, 256);
  page.start();
  ASSERT_TRUE(page.running());
  page.stop();
  ASSERT_TRUE(wait([&] { return !page.running(); }));
  EXPECT_FALSE(page.report().has_value());
  EXPECT_EQ(page.startButton()->text(), QStringLiteral("Compare"));
}

TEST_F(Compare, WhatIsMissingIsSaidBesideTheButton) {
  MethodsPage& page = *m_view.methods();
  page.setChosen({});
  EXPECT_TRUE(page.whyNot().contains(QStringLiteral("recipe")));
  EXPECT_FALSE(page.startButton()->isEnabled());
  page.setChosen({QStringLiteral("rtn-w4a16")});
  page.setText(QStringLiteral("/nowhere/eval.txt"));
  EXPECT_TRUE(page.whyNot().contains(QStringLiteral("no such text")));
}

}  // namespace
}  // namespace oscope::gui
