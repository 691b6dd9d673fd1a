// The Memory view: its numbers are those of quant/memory, its tables are sound, it works without a snapshot.
#include "app/gui/views/memory/memory_view.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>

#include "analysis/base/error.h"
#include "analysis/model/open_model.h"
#include "app/common/known_configs.h"
#include "app/gui/charts/ranges_chart.h"
#include "app/gui/frame/data_table.h"
#include "app/gui/frame/view_frame.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/views/memory/memory_chart.h"
#include "app/gui/views/memory/memory_models.h"
#include "app/gui/views/ranges/ranges_view.h"
#include "tests/gui/sample_window.h"

namespace oscope::gui {
namespace {

TEST(MemoryGrid, CellsAreTheEstimatesAndBarsStackThem) {
  const model::ModelGraph graph = model::graphOfConfig(app::knownConfig("llama-7b"));
  const MemoryGrid grid = memoryGrid(graph, {1, 16}, {2048, 4096}, parseSchemes(QStringLiteral("W16A16, W4A8KV4")));
  ASSERT_EQ(grid.rows(), 4u);
  const auto expected = quant::estimateMemory(graph, quant::parseMemoryScheme("W4A8KV4"), 16, 2048);
  EXPECT_EQ(grid.batchOf(2), 16);
  EXPECT_EQ(grid.sequenceOf(2), 2048);
  EXPECT_EQ(grid.at(2, 1).total(), expected.total());
  const std::vector<MemoryBar> bars = memoryBars(grid, 2);
  EXPECT_EQ(bars[1].weights, expected.weightBytes + expected.scaleBytes);
  EXPECT_DOUBLE_EQ(bars[1].total(), expected.total());
  EXPECT_EQ(memoryCsv(grid).count(QLatin1Char('\n')), 9);
}

TEST(MemoryGrid, WhatCannotBeReadIsRefused) {
  EXPECT_EQ(parseCounts(QStringLiteral(" 1, 64 ,")), (std::vector<std::int64_t>{1, 64}));
  for (const char* text : {"", "0", "two", "1,2,3,4,5,6,7,8,9"}) EXPECT_THROW(parseCounts(QLatin1String(text)), Error);
  EXPECT_THROW(parseSchemes(QStringLiteral("W4A8, 4bit")), Error);
}

TEST(MemoryModels, AreSoundAndMarkWhatDoesNotFit) {
  const model::ModelGraph graph = model::graphOfConfig(app::knownConfig("llama-7b"));
  MemoryTotalsModel totals;
  const QAbstractItemModelTester tester(&totals, QAbstractItemModelTester::FailureReportingMode::Fatal);
  totals.setGrid(memoryGrid(graph, {1}, {2048}, parseSchemes(QStringLiteral("W16A16,W4A8"))));
  totals.setLimit(8e9);
  EXPECT_TRUE(totals.index(0, 2).data().toString().startsWith(QStringLiteral("△!")));
  EXPECT_FALSE(totals.index(0, 3).data().toString().startsWith(QStringLiteral("△!")));
  EXPECT_NEAR(totals.index(0, 2).data(CsvRole).toDouble(), 15e9, 1e9) << "7B at 16 bits, with a short cache";

  RptqTableModel slide;
  const QAbstractItemModelTester slideTester(&slide, QAbstractItemModelTester::FailureReportingMode::Fatal);
  ASSERT_EQ(slide.rowCount(), 21);
  EXPECT_EQ(slide.index(0, 2).data().toString(), QStringLiteral("26.2"));
  int best = 0;
  for (int row = 0; row < 7; ++row)
    best += slide.index(row, 2).data(Qt::FontRole).value<QFont>().weight() == QFont::DemiBold ? 1 : 0;
  EXPECT_EQ(best, 1);
  EXPECT_EQ(slide.index(6, 2).data(Qt::FontRole).value<QFont>().weight(), QFont::DemiBold) << "W3A3KV is smallest";
}

class Memory : public SampleWindow {
 protected:
  void SetUp() override {
    SampleWindow::SetUp();
    m_window.context().show(QStringLiteral("memory"));
    m_view = qobject_cast<MemoryView*>(m_window.frame()->current());
    ASSERT_NE(m_view, nullptr);
  }
  QString words() const {
    QString all;
    for (const QLabel* label : m_view->findChildren<QLabel*>()) all += label->text() + QLatin1Char('\n');
    return all;
  }
  QWidget* named(const QString& name) const {
    for (QWidget* widget : m_view->findChildren<QWidget*>()) {
      if (widget->accessibleName() == name) return widget;
    }
    return nullptr;
  }
  MemoryView* m_view = nullptr;
};

TEST_F(Memory, ARowAndABarAreChosenAndTheTextsFollow) {
  EXPECT_EQ(m_view->totals()->model()->rowCount(), 6);
  m_view->totals()->selectRow(5);
  EXPECT_TRUE(words().contains(QStringLiteral("batch 64 × 8,192 tokens")));
  const QPoint bar = m_view->chart()->barBox(2).center().toPoint();
  QTest::mouseClick(m_view->chart(), Qt::LeftButton, {}, bar);
  EXPECT_EQ(m_view->chart()->current(), 2);
  EXPECT_TRUE(words().contains(QStringLiteral("16-bit activations"))) << "W4A16: context decoding stays in float";
  QTest::keyClick(m_view->chart(), Qt::Key_Left);
  EXPECT_EQ(m_view->chart()->current(), 1);
}

TEST_F(Memory, TimesFollowTheBandwidths) {
  auto* disk = qobject_cast<QDoubleSpinBox*>(named(QStringLiteral("Bandwidth of disk")));
  ASSERT_NE(disk, nullptr);
  const QString before = words();
  disk->setValue(disk->value() / 2);
  EXPECT_NE(words(), before);
}

TEST_F(Memory, AFieldThatCannotBeReadSaysSoAndKeepsTheFigures) {
  auto* schemes = qobject_cast<QLineEdit*>(named(QStringLiteral("Schemes")));
  auto* problem = m_view->findChild<QLabel*>(QStringLiteral("memoryProblem"));
  const QString csv = m_view->csv();
  schemes->setText(QStringLiteral("W4A8, four bits"));
  EXPECT_TRUE(problem->isVisible());
  EXPECT_TRUE(problem->text().contains(QStringLiteral("W4A8KV8")));
  EXPECT_EQ(m_view->csv(), csv);
  schemes->setText(QStringLiteral("W4A8"));
  EXPECT_FALSE(problem->isVisible());
  EXPECT_EQ(m_view->totals()->model()->columnCount(), 3);
}

TEST_F(Memory, TheWayBackRestoresTheZoomOfTheViewLeft) {
  m_window.context().show(QStringLiteral("ranges"));
  auto* ranges = qobject_cast<RangesView*>(m_window.frame()->current());
  ASSERT_NE(ranges, nullptr);
  const RangesChart::Visible zoom{2.5, 4.5, 1, 100};
  ranges->chart()->show(zoom);
  QTest::keyClick(&m_window, Qt::Key_Left, Qt::AltModifier);
  EXPECT_TRUE(QTest::qWaitFor([&] { return m_window.context().view() == QStringLiteral("memory"); }));
  ranges->chart()->fit();
  QTest::keyClick(&m_window, Qt::Key_Right, Qt::AltModifier);
  EXPECT_TRUE(QTest::qWaitFor([&] { return m_window.context().view() == QStringLiteral("ranges"); }));
  EXPECT_EQ(ranges->chart()->visible(), zoom);
}

TEST_F(Memory, SavesItsPictureAndItsTables) {
  for (const char* name : {"m.png", "m.svg", "m.csv"})
    EXPECT_EQ(saveAndWait(m_scratch.path() / name).state, JobOutcome::State::Done) << name;
}

TEST_F(ShownWindow, MemoryNeedsACheckpointOrAKnownShapeButNoSnapshot) {
  openAndWait(text(sampleFolder() / "model"));
  EXPECT_EQ(m_window.document().snapshot(), nullptr);
  m_window.context().show(QStringLiteral("memory"));
  auto* view = qobject_cast<MemoryView*>(m_window.frame()->current());
  ASSERT_NE(view, nullptr);
  EXPECT_FALSE(view->csv().isEmpty());
  EXPECT_TRUE(view->subtitle().startsWith(QStringLiteral("this model")));
}

}  // namespace
}  // namespace oscope::gui
