// Drives the Policy view on the bundled sample.
#include "app/gui/views/policy/policy_view.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <algorithm>

#include "app/gui/frame/inspector_dock.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/models/policy_table_model.h"
#include "app/gui/models/site_reason.h"
#include "app/gui/views/policy/edit_bar.h"
#include "app/gui/views/policy/filter_row.h"
#include "app/gui/views/policy/policy_table.h"
#include "tests/gui/sample_window.h"

namespace oscope::gui {
namespace {

using Model = PolicyTableModel;
using quant::Policy;

class PolicyViewTest : public SampleWindow {
 protected:
  void SetUp() override {
    SampleWindow::SetUp();
    m_view = showView<PolicyView>("policy");
    ASSERT_NE(m_view, nullptr);
    ASSERT_EQ(m_view->sorter()->rowCount(), static_cast<int>(document().rows().size()));
  }
  QString cell(int row, int column) { return m_view->sorter()->index(row, column).data().toString(); }
  std::vector<double> column(int column) {
    std::vector<double> values;
    for (int row = 0; row < m_view->sorter()->rowCount(); ++row) {
      values.push_back(m_view->sorter()->index(row, column).data(SortRole).toDouble());
    }
    return values;
  }
  void clickHead(int column, Qt::KeyboardModifiers modifiers = {}) {
    QHeaderView* head = m_view->table()->horizontalHeader();
    const QPoint at(head->sectionViewportPosition(column) + head->sectionSize(column) / 2, head->height() / 2);
    QTest::mouseClick(head->viewport(), Qt::LeftButton, modifiers, at);
  }
  void clickRow(int row, Qt::KeyboardModifiers modifiers = {}) {
    const QRect box = m_view->table()->visualRect(m_view->sorter()->index(row, Model::Reason));
    QTest::mouseClick(m_view->table()->viewport(), Qt::LeftButton, modifiers, box.center());
  }
  void type(const QString& filter) { m_view->filterRow()->edit()->setText(filter); }

  PolicyView* m_view = nullptr;
};

TEST_F(PolicyViewTest, IsASoundModelThroughEveryChange) {
  const QAbstractItemModelTester source(m_view->model(), QAbstractItemModelTester::FailureReportingMode::Fatal);
  const QAbstractItemModelTester sorted(m_view->sorter(), QAbstractItemModelTester::FailureReportingMode::Fatal);
  type(QStringLiteral("ffn_mid"));
  document().previewThresholds(20, 100);
  document().cancelPreview();
  document().setPolicy({document().rows().front().id}, Policy::None);
  clickHead(Model::Range);
  clickHead(Model::PolicyColumn, Qt::ShiftModifier);
  type({});
  document().undoStack().undo();
  document().close();
  EXPECT_EQ(m_view->model()->rowCount(), 0);
}

TEST_F(PolicyViewTest, ShowsRangesPoliciesAndReasonsAsThePlanHasThem) {
  for (int row = 0; row < m_view->sorter()->rowCount(); ++row) {
    const quant::SitePlan& plan = document().plan()->sites[static_cast<std::size_t>(row)];
    EXPECT_EQ(m_view->sorter()->row(row).id, plan.id);
    EXPECT_FLOAT_EQ(m_view->sorter()->index(row, Model::Range).data(CsvRole).toFloat(), plan.range);
    const QString reason = cell(row, Model::Reason);
    EXPECT_EQ(reason.startsWith(QStringLiteral("v ≤ v0")), plan.range <= 15) << reason.toStdString();
    EXPECT_EQ(reason.startsWith(QStringLiteral("v ≥ v1")), plan.range >= 150) << reason.toStdString();
    EXPECT_EQ(cell(row, Model::Weights), QString::fromStdString(plan.linears.front().scheme.describe()));
    EXPECT_EQ(cell(row, Model::Measured), QStringLiteral("–")) << "nothing was verified yet";
    EXPECT_NE(cell(row, Model::Predicted), QStringLiteral("–"));
  }
}

TEST_F(PolicyViewTest, OneFilterIsSharedWithTheSitesDockAndItsErrorIsSaid) {
  type(QStringLiteral("ffn_mid & range>150"));
  EXPECT_EQ(context().filter(), QStringLiteral("ffn_mid & range>150"));
  const auto expected = std::count_if(document().rows().begin(), document().rows().end(), [](const SiteRow& row) {
    return row.id.kind == SiteKind::FfnMid && row.range > 150;
  });
  ASSERT_GT(expected, 0);
  EXPECT_EQ(m_view->sorter()->rowCount(), expected);
  EXPECT_FALSE(m_view->filterRow()->problem()->isVisible());

  type(QStringLiteral("rnage > 3"));
  EXPECT_TRUE(m_view->filterRow()->problem()->isVisible());
  EXPECT_TRUE(m_view->filterRow()->problem()->text().contains(QStringLiteral("rnage")));
  EXPECT_EQ(m_view->sorter()->rowCount(), static_cast<int>(document().rows().size()));

  context().setFilter({});
  EXPECT_EQ(m_view->filterRow()->edit()->text(), QString());
  m_view->filterRow()->chip(2)->click();
  EXPECT_EQ(context().filter(), QStringLiteral("dynamic"));
  EXPECT_EQ(m_view->sorter()->rowCount(), document().outlook().counts[2]);
  m_view->filterRow()->chip(2)->click();
  EXPECT_EQ(context().filter(), QString());
}

TEST_F(PolicyViewTest, SortsByOneKeyAndBySeveral) {
  clickHead(Model::Range);
  std::vector<double> ranges = column(Model::Range);
  EXPECT_TRUE(std::is_sorted(ranges.begin(), ranges.end()));
  clickHead(Model::Range);
  ranges = column(Model::Range);
  EXPECT_TRUE(std::is_sorted(ranges.rbegin(), ranges.rend()));

  clickHead(Model::PolicyColumn);
  clickHead(Model::Predicted, Qt::ShiftModifier);
  clickHead(Model::Predicted, Qt::ShiftModifier);  // turned: descending
  ASSERT_EQ(m_view->sorter()->keys().size(), 2u);
  std::vector<std::pair<double, double>> keys;
  const std::vector<double> policies = column(Model::PolicyColumn), predicted = column(Model::Predicted);
  for (std::size_t i = 0; i < policies.size(); ++i) keys.emplace_back(policies[i], -predicted[i]);
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
  EXPECT_TRUE(m_view->sorter()->headerData(Model::Predicted, Qt::Horizontal).toString().contains(QStringLiteral("↓2")));
  EXPECT_TRUE(m_view->csv().startsWith(QStringLiteral("Site,Range v,w/o first,Policy,Reason,\"Predicted, dB\"")));
  EXPECT_EQ(m_view->csv().count(QLatin1Char('\n')), m_view->sorter()->rowCount() + 1);
}

TEST_F(PolicyViewTest, SelectionGoesBothWays) {
  const SiteId third = m_view->sorter()->row(2).id, fifth = m_view->sorter()->row(4).id;
  clickRow(2);
  clickRow(4, Qt::ControlModifier);
  EXPECT_EQ(context().selection().sites, (std::set<SiteId>{third, fifth}));
  EXPECT_EQ(context().selection().current, fifth);
  EXPECT_TRUE(m_view->editBar()->isVisible());
  const SiteId other = document().rows().back().id;
  context().selectSite(other);
  const QModelIndexList rows = m_view->table()->selectionModel()->selectedRows();
  ASSERT_EQ(rows.size(), 1);
  EXPECT_EQ(m_view->sorter()->row(rows.front().row()).id, other);

  m_view->table()->setFocus();
  clickHead(Model::Range);
  clickRow(0);
  QTest::keyClick(m_view->table(), Qt::Key_J);
  EXPECT_EQ(context().selection().current, m_view->sorter()->row(1).id) << "J follows the order of the table";
  QTest::keyClick(m_view->table(), Qt::Key_K);
  EXPECT_EQ(context().selection().current, m_view->sorter()->row(0).id);
  context().clear();
  EXPECT_FALSE(m_view->editBar()->isVisible());
}

TEST_F(PolicyViewTest, ManySitesAreEditedAtOnceAndUndoneInOneStep) {
  const std::set<SiteId> sites{document().rows()[0].id, document().rows()[1].id, document().rows()[2].id};
  context().selectSites(sites);
  m_view->editBar()->button(Policy::Dynamic)->click();
  for (SiteId site : sites) {
    EXPECT_EQ(document().row(site)->policy, Policy::Dynamic);
    EXPECT_TRUE(document().row(site)->overridden);
  }
  EXPECT_EQ(document().undoStack().count(), 1);
  EXPECT_TRUE(cell(0, Model::Reason).startsWith(QStringLiteral("by hand")));
  EXPECT_EQ(m_view->subtitle(), QStringLiteral("%1 sites, 3 set by hand").arg(document().rows().size()));
  QTest::keyClick(&m_window, Qt::Key_0);
  EXPECT_EQ(document().row(*sites.begin())->policy, Policy::None);
  EXPECT_EQ(document().undoStack().count(), 2);
  m_view->editBar()->resetButton()->click();
  EXPECT_TRUE(document().recipe().overrides.empty());
  EXPECT_FALSE(m_view->editBar()->resetButton()->isEnabled());
  for (int i = 0; i < 3; ++i) document().undoStack().undo();
  EXPECT_TRUE(document().recipe().overrides.empty());
  document().undoStack().redo();
  EXPECT_EQ(document().recipe().overrides.size(), 3u);
}

TEST_F(PolicyViewTest, APolicyThatCanNotBeHadIsDisabledWithItsReasonAndLeavesSitesAlone) {
  const auto found = std::find_if(document().rows().begin(), document().rows().end(), [this](const SiteRow& row) {
    return !document().whyNot(row.id, Policy::LaeStatic).isEmpty();
  });
  ASSERT_NE(found, document().rows().end());
  const SiteId site = found->id;
  context().selectSite(site);
  EXPECT_FALSE(m_view->editBar()->button(Policy::LaeStatic)->isEnabled());
  EXPECT_TRUE(
      m_view->editBar()->button(Policy::LaeStatic)->toolTip().contains(document().whyNot(site, Policy::LaeStatic)));
  QSignalSpy notice(&document(), &Document::notice);
  QTest::keyClick(&m_window, Qt::Key_2);
  EXPECT_EQ(notice.count(), 1);
  EXPECT_EQ(document().recipe().overrides.count(site), 0u);
  EXPECT_EQ(document().undoStack().count(), 0);
}

TEST_F(PolicyViewTest, TheInspectorDisablesWhatARecipeWithoutFptqCanNotDo) {
  const auto found = std::find_if(document().rows().begin(), document().rows().end(),
                                  [](const SiteRow& row) { return row.policy == Policy::LaeStatic; });
  ASSERT_NE(found, document().rows().end());
  context().selectSite(found->id);
  const auto segment = [this] { return m_window.inspector()->policyControl()->findChildren<QAbstractButton*>()[1]; };
  EXPECT_TRUE(segment()->isEnabled());
  document().setRecipe(quant::loadRecipe("rtn-w4a8-static"), QStringLiteral("other"));
  EXPECT_FALSE(segment()->isEnabled());
  EXPECT_TRUE(segment()->toolTip().contains(QStringLiteral("FPTQ")));
}

TEST_F(PolicyViewTest, WeightsOfSelectedSitesChangeAndComeBack) {
  const SiteId site = document().rows().front().id;
  const double before = *document().row(site)->predictedDb;
  document().setWeights({site}, quant::WeightScheme{8, 0, true});
  EXPECT_EQ(cell(0, Model::Weights), QString::fromStdString(quant::WeightScheme{8, 0, true}.describe()));
  EXPECT_EQ(document().row(site)->weightBits, 8);
  type(QStringLiteral("bits=8"));
  EXPECT_EQ(m_view->sorter()->rowCount(), 1);
  ASSERT_TRUE(QTest::qWaitFor(
      [&] { return document().predictions() != nullptr && document().row(site)->predictedDb.has_value(); }, kPatience));
  EXPECT_GT(*document().row(site)->predictedDb, before);
  document().setWeights({site}, std::nullopt);
  EXPECT_TRUE(document().recipe().weightOverrides.empty());
}

TEST_F(PolicyViewTest, AMeasurementFarFromThePredictionIsMarked) {
  SiteRow row;
  row.predictedDb = 30;
  row.measuredDb = 27;
  EXPECT_TRUE(predictionDiffers(row));
  quant::VerifyReport report;
  quant::SiteMeasure measure;
  measure.id = document().rows().front().id;
  measure.policy = document().rows().front().policy;
  measure.outputSqnrLocalDb = *document().rows().front().predictedDb - 5;
  report.sites.push_back(measure);
  document().setReport(report, {});
  EXPECT_NE(cell(0, Model::Measured), QStringLiteral("–"));
  EXPECT_TRUE(
      m_view->sorter()->index(0, Model::Measured).data(Qt::ToolTipRole).toString().contains(QStringLiteral("2 dB")));
  type(QStringLiteral("differs"));
  EXPECT_EQ(m_view->sorter()->rowCount(), 1);
}

TEST_F(PolicyViewTest, TheSelectedRowStandsClearOfTheEditBar) {
  context().selectSite(document().rows().back().id);
  QApplication::processEvents();
  const QRect row = m_view->table()->visualRect(m_view->sorter()->indexOf(document().rows().back().id));
  const QPoint below = m_view->table()->viewport()->mapTo(m_view, row.bottomLeft());
  EXPECT_LE(below.y(), m_view->editBar()->geometry().top() + 8);
}

TEST_F(PolicyViewTest, SelectedRowsAreCopiedAsCsv) {
  m_view->table()->selectRow(1);
  m_view->table()->copySelection();
  const QStringList lines = QApplication::clipboard()->text().trimmed().split(QLatin1Char('\n'));
  ASSERT_EQ(lines.size(), 2);
  EXPECT_TRUE(lines[1].startsWith(QString::fromStdString(toString(document().rows()[1].id))));
}

}  // namespace
}  // namespace oscope::gui
