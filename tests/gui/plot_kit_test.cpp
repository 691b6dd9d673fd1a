// Scales, painted plots and tables: what views are made of.
#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QSignalSpy>
#include <QStandardItemModel>
#include <QTest>
#include <QWheelEvent>
#include <cmath>

#include "app/gui/frame/data_table.h"
#include "app/gui/plots/plot_widget.h"
#include "app/gui/plots/scale.h"

namespace oscope::gui {
namespace {

TEST(PlotScale, SharesAndValuesAreInverseAndZerosStandAtTheLowerEdge) {
  const Scale log{0.1, 1000, true};
  EXPECT_DOUBLE_EQ(log.shareOf(10), 0.5);
  EXPECT_DOUBLE_EQ(log.valueAt(0.75), 100);
  EXPECT_EQ(log.shareOf(0), 0);
  const Scale linear{-2, 6, false};
  EXPECT_DOUBLE_EQ(linear.valueAt(linear.shareOf(1.5)), 1.5);
}

TEST(PlotScale, ZoomKeepsTheValueUnderTheCursorAndStaysInsideTheData) {
  const Scale whole{1, 10'000, true};
  Scale visible = whole;
  visible.zoom(0.25, 0.5, whole);
  EXPECT_NEAR(visible.shareOf(10), 0.25, 1e-12);
  visible.pan(5, whole);
  EXPECT_NEAR(visible.high, 10'000, 1e-6);
  visible.zoom(0.5, 100, whole);
  EXPECT_NEAR(visible.low, 1, 1e-12);
  EXPECT_NEAR(visible.high, 10'000, 1e-6);
}

TEST(PlotPaint, LabelsAreMovedApartInTheirOrder) {
  std::vector<double> centres{2, 3, 30, 31};
  spreadLabels(centres, 14, 5);
  EXPECT_EQ(centres, (std::vector<double>{5, 19, 33, 47}));
}

class DotPlot : public PlotWidget {
 public:
  using PlotWidget::PlotWidget;

 protected:
  void paintData(QPainter& painter, const PlotFrame& frame) override { painter.drawEllipse(frame.toPixel(5, 5), 3, 3); }
};

TEST(PlotWidget, WheelZoomsDoubleClickFitsAndDraggingBands) {
  DotPlot plot;
  plot.resize(500, 300);
  plot.setScales({0, 10, false}, {0, 10, false});
  plot.show();
  ASSERT_TRUE(QTest::qWaitForWindowExposed(&plot));
  const QPoint centre = plot.frame().box.center().toPoint();
  const QPointF before = plot.frame().toValue(centre);
  QWheelEvent wheel(centre, plot.mapToGlobal(centre), {}, {0, 120}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                    false);
  QApplication::sendEvent(&plot, &wheel);
  EXPECT_TRUE(plot.isZoomed());
  EXPECT_NEAR(plot.frame().toValue(centre).x(), before.x(), 1e-9);
  EXPECT_NEAR(plot.frame().toValue(centre).y(), before.y(), 1e-9);
  QTest::mouseDClick(&plot, Qt::LeftButton, {}, centre);
  EXPECT_FALSE(plot.isZoomed());

  QSignalSpy banded(&plot, &PlotWidget::banded);
  const QPoint from = plot.frame().toPixel(2, 8).toPoint(), to = plot.frame().toPixel(6, 4).toPoint();
  QTest::mousePress(&plot, Qt::LeftButton, {}, from);
  QTest::mouseMove(&plot, to);
  QTest::mouseRelease(&plot, Qt::LeftButton, {}, to);
  ASSERT_EQ(banded.count(), 1);
  EXPECT_NEAR(banded[0][0].toDouble(), 2, 0.05);
  EXPECT_NEAR(banded[0][1].toDouble(), 6, 0.05);
  EXPECT_NEAR(banded[0][2].toDouble(), 4, 0.1);
  EXPECT_NEAR(banded[0][3].toDouble(), 8, 0.1);
}

TEST(DataTable, SortsNumbersWithMissingOnesLastAndCopiesFullPrecision) {
  QStandardItemModel model(3, 2);
  model.setHorizontalHeaderLabels({QStringLiteral("site"), QStringLiteral("range, max")});
  const double values[] = {41.3, NAN, 1180.25};
  for (int row = 0; row < 3; ++row) {
    model.setItem(row, 0, new QStandardItem(QStringLiteral("s%1").arg(row)));
    auto* item = new QStandardItem(QStringLiteral("rounded"));
    item->setData(values[row], SortRole);
    item->setData(values[row], CsvRole);
    model.setItem(row, 1, item);
  }
  TableSorter sorter;
  sorter.setSourceModel(&model);
  const QAbstractItemModelTester tester(&sorter, QAbstractItemModelTester::FailureReportingMode::Fatal);
  DataTable table;
  table.setModel(&sorter);
  table.sortByColumn(1, Qt::DescendingOrder);
  EXPECT_EQ(table.csv(), QStringLiteral("site,\"range, max\"\ns2,1180.25\ns0,41.3\ns1,\n"));
  table.sortByColumn(1, Qt::AscendingOrder);
  EXPECT_EQ(sorter.index(2, 0).data().toString(), QStringLiteral("s1")) << "no value stands last";
  table.selectRow(0);
  QTest::keyClick(&table, Qt::Key_C, Qt::ControlModifier);
  EXPECT_EQ(QApplication::clipboard()->text(), QStringLiteral("site,\"range, max\"\ns0,41.3\n"));
}

}  // namespace
}  // namespace oscope::gui
