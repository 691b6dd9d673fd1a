// Drives the real window on the bundled sample.
#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QTreeView>

#include "app/gui/charts/ranges_chart.h"
#include "app/gui/frame/main_window.h"
#include "app/gui/frame/sites_dock.h"
#include "app/gui/frame/view_frame.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/jobs/sample_workspace.h"
#include "app/gui/views/ranges/ranges_view.h"
#include "tests/support/test_data.h"

namespace oscope::gui {
namespace {

constexpr int kPatience = 60'000;  // milliseconds until a job must have ended

class Window : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto workspace = makeSampleWorkspace(m_scratch.path(), JobContext{});
    m_window.resize(1600, 1000);
    m_window.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&m_window));
    QSignalSpy opened(&m_window.document(), &Document::opened);
    m_window.open(QString::fromStdString(workspace.string()));
    ASSERT_TRUE(opened.wait(kPatience));
    ASSERT_TRUE(QTest::qWaitFor([this] { return m_window.document().predictions() != nullptr; }, kPatience));
    m_view = qobject_cast<RangesView*>(m_window.frame()->view(QStringLiteral("ranges")));
    ASSERT_NE(m_view, nullptr);
  }

  /// Drags a threshold to the height of `value`, without letting go.
  void drag(int which, double value) {
    QWidget* port = m_view->chart()->viewport();
    const QPoint from = m_view->chart()->handleOf(which).toPoint();
    QTest::mouseMove(port, from);
    QTest::mousePress(port, Qt::LeftButton, {}, from);
    int y = from.y();
    const int step = value > m_window.document().v1() || (which == 0 && value > m_window.document().v0()) ? -1 : 1;
    while (step < 0 ? m_view->chart()->valueAt(y) < value : m_view->chart()->valueAt(y) > value) y += step;
    m_end = QPoint(from.x(), y);
    QTest::mouseMove(port, m_end);
  }
  void release() { QTest::mouseRelease(m_view->chart()->viewport(), Qt::LeftButton, {}, m_end); }

  const test::ScratchFolder m_scratch;
  MainWindow m_window;
  RangesView* m_view = nullptr;
  QPoint m_end;
};

TEST_F(Window, DraggingAThresholdChangesPoliciesAndUndoRestoresThem) {
  Document& document = m_window.document();
  const auto before = document.outlook().counts;
  float lowest = 1e30f;  // of the sites between v0 and v1
  for (const SiteRow& row : document.rows()) {
    if (row.policy == quant::Policy::LaeStatic) lowest = std::min(lowest, row.range);
  }
  ASSERT_LT(lowest, 1e30f) << "the sample has no LAE site";

  drag(0, lowest * 1.05);
  EXPECT_TRUE(document.previewing());
  EXPECT_GT(document.outlook().counts[0], before[0]);
  EXPECT_EQ(document.recipe().v0, 15) << "a drag must not touch the recipe before it ends";
  EXPECT_EQ(m_view->figures()->figure(0), QString::number(document.outlook().counts[0]));
  EXPECT_TRUE(m_view->figures()->delta(0).startsWith(QLatin1Char('+')));
  release();

  EXPECT_FALSE(document.previewing());
  EXPECT_GT(document.recipe().v0, 15);
  EXPECT_GT(document.plan()->count(quant::Policy::Static), before[0]);
  EXPECT_EQ(document.undoStack().count(), 1) << "one drag is one undo step";
  document.undoStack().undo();
  EXPECT_EQ(document.recipe().v0, 15);
  EXPECT_EQ(document.outlook().counts, before);
}

TEST_F(Window, EscapeCancelsADrag) {
  drag(0, 30);
  EXPECT_TRUE(m_window.document().previewing());
  QTest::keyClick(&m_window, Qt::Key_Escape);
  EXPECT_FALSE(m_window.document().previewing());
  EXPECT_EQ(m_window.document().recipe().v0, 15);
  release();
  EXPECT_EQ(m_window.document().undoStack().count(), 0);
}

TEST_F(Window, AnOverrideIsMarkedAndResetToTheRule) {
  Document& document = m_window.document();
  const SiteId site = document.rows().front().id;
  const quant::Policy rule = document.rows().front().policy;
  m_window.context().selectSite(site);
  QTest::keyClick(&m_window, Qt::Key_3);
  EXPECT_EQ(document.row(site)->policy, quant::Policy::Dynamic);
  EXPECT_TRUE(document.row(site)->overridden);
  QTest::keyClick(&m_window, Qt::Key_R);
  EXPECT_EQ(document.row(site)->policy, rule);
  EXPECT_FALSE(document.row(site)->overridden);
}

TEST_F(Window, TheSiteTreeIsASoundModel) {
  QAbstractItemModel* model = m_window.sites()->tree()->model();
  const QAbstractItemModelTester tester(model, QAbstractItemModelTester::FailureReportingMode::Fatal);
  const int blocks = model->rowCount();
  EXPECT_EQ(blocks, static_cast<int>(m_window.document().snapshot()->blocks()));
  m_window.context().setFilter(QStringLiteral("ffn_mid"));
  ASSERT_EQ(model->rowCount(), blocks);
  EXPECT_EQ(model->rowCount(model->index(0, 0)), 1);
  m_window.document().previewThresholds(20, 100);
  m_window.document().cancelPreview();
  m_window.context().setFilter({});
  EXPECT_EQ(model->rowCount(model->index(0, 0)), 4);
}

TEST_F(Window, ADragRepaintsOnlyTheBlocksItChanges) {
  Document& document = m_window.document();
  QAbstractItemModel* model = m_window.sites()->tree()->model();
  QSignalSpy changed(model, &QAbstractItemModel::dataChanged);
  document.previewThresholds(document.v0() * 1.0001, document.v1());
  EXPECT_TRUE(changed.isEmpty()) << "no site has a range between the two";
  float loudest = 0;
  for (const SiteRow& row : document.rows()) loudest = std::max(loudest, row.range);
  document.previewThresholds(document.v0(), loudest * 1.01);  // from dynamic to LAE or its fallback, or static
  document.previewThresholds(loudest * 1.01, loudest * 1.1);
  std::set<int> blocks;
  for (const QList<QVariant>& arguments : changed) {
    const QModelIndex top = arguments[0].toModelIndex();
    if (!top.parent().isValid()) blocks.insert(top.row());
  }
  std::set<int> moved;
  for (const SiteRow& row : document.rows()) {
    if (document.plan()->site(row.id).policy != row.policy) moved.insert(row.id.block);
  }
  EXPECT_EQ(blocks, moved);
  document.cancelPreview();
}

TEST_F(Window, ABrokenPathIsAMessageAndTheWorkspaceStays) {
  const auto snapshot = m_window.document().snapshot();
  QSignalSpy failed(&m_window.document(), &Document::openFailed);
  m_window.open(QStringLiteral("/nowhere/model.oscope.h5"));
  ASSERT_TRUE(failed.wait(kPatience));
  EXPECT_TRUE(failed.front().at(1).toString().contains(QStringLiteral("/nowhere")));
  EXPECT_EQ(m_window.document().snapshot(), snapshot);
}

}  // namespace
}  // namespace oscope::gui
