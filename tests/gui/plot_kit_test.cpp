// Scales, painted plots and tables: what views are made of.
#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHeaderView>
#include <QMenu>
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

/// Rows by two columns, shown with the focus.
class SortedTable : public ::testing::Test {
 protected:
  SortedTable() {
    m_model.setHorizontalHeaderLabels({QStringLiteral("kind"), QStringLiteral("range"), QString()});
    const std::pair<const char*, double> rows[] = {{"b", 2}, {"a", 3}, {"b", 1}, {"a", 4}};
    for (int row = 0; row < 4; ++row) {
      m_model.setItem(row, 0, new QStandardItem(QLatin1String(rows[row].first)));
      auto* item = new QStandardItem(QString::number(rows[row].second));
      item->setData(rows[row].second, SortRole);
      m_model.setItem(row, 1, item);
    }
    m_sorter.setSourceModel(&m_model);
    m_table.setModel(&m_sorter);
    m_table.show();
    m_table.setFocus();
    m_table.setCurrentIndex(m_sorter.index(0, 0));
  }
  QString order() const {
    QString all;
    for (int row = 0; row < 4; ++row) all += m_sorter.index(row, 1).data().toString();
    return all;
  }
  QMenu* menu() {
    auto* shown = qobject_cast<QMenu*>(QApplication::activePopupWidget());
    return shown != nullptr && shown->objectName() == QStringLiteral("tableMenu") ? shown : nullptr;
  }

  QStandardItemModel m_model{4, 3};
  TableSorter m_sorter;
  DataTable m_table;
};

TEST_F(SortedTable, SortsByTheCurrentColumnFromTheKeyboardAndByAFurtherOne) {
  QTest::keyClick(&m_table, Qt::Key_Right);
  QTest::keyClick(&m_table, Qt::Key_Up, Qt::AltModifier);
  EXPECT_EQ(order(), QStringLiteral("1234"));
  EXPECT_EQ(m_table.horizontalHeader()->sortIndicatorSection(), 1);
  QTest::keyClick(&m_table, Qt::Key_Down, Qt::AltModifier);
  EXPECT_EQ(order(), QStringLiteral("4321"));
  QTest::keyClick(&m_table, Qt::Key_Left);
  QTest::keyClick(&m_table, Qt::Key_Up, Qt::AltModifier);
  QTest::keyClick(&m_table, Qt::Key_Right);
  QTest::keyClick(&m_table, Qt::Key_Down, Qt::AltModifier | Qt::ShiftModifier);
  EXPECT_EQ(order(), QStringLiteral("4321")) << "a before b, the larger first";
  QTest::keyClick(&m_table, Qt::Key_Up, Qt::AltModifier | Qt::ShiftModifier);
  EXPECT_EQ(order(), QStringLiteral("3412"));
  EXPECT_EQ(m_table.headText(1), QStringLiteral("range")) << "without the mark of a further key";
}

TEST_F(SortedTable, TheMenuKeyOffersEveryColumnAndEscapeLeavesAllAsItWas) {
  QTest::keyClick(&m_table, Qt::Key_F10, Qt::ShiftModifier);
  ASSERT_NE(menu(), nullptr);
  QStringList offered;
  for (const QAction* action : menu()->actions()) {
    if (action->menu() == nullptr) continue;
    for (const QAction* column : action->menu()->actions()) offered << column->text();
  }
  EXPECT_EQ(offered, (QStringList{QStringLiteral("kind"), QStringLiteral("range")})) << "no column without a title";
  const QString before = order();
  QTest::keyClick(menu(), Qt::Key_Escape);
  EXPECT_EQ(menu(), nullptr);
  EXPECT_EQ(order(), before);
  QTest::keyClick(&m_table, Qt::Key_Menu);
  ASSERT_NE(menu(), nullptr);
  QTest::keyClick(menu(), Qt::Key_D);  // "descending"
  EXPECT_EQ(m_sorter.index(0, 0).data().toString(), QStringLiteral("b"));
}

TEST_F(SortedTable, ARightClickOnAHeadMeansThatColumn) {
  QWidget* heads = m_table.horizontalHeader()->viewport();
  const QPoint place(m_table.horizontalHeader()->sectionViewportPosition(1) + 5, 5);
  QContextMenuEvent click(QContextMenuEvent::Mouse, place, heads->mapToGlobal(place));
  QApplication::sendEvent(heads, &click);
  ASSERT_NE(menu(), nullptr);
  QTest::keyClick(menu(), Qt::Key_A);
  EXPECT_EQ(order(), QStringLiteral("1234"));
}

TEST_F(SortedTable, ATableInAFixedOrderOffersCopyingAlone) {
  m_table.setSortingEnabled(false);
  QTest::keyClick(&m_table, Qt::Key_Up, Qt::AltModifier);
  EXPECT_EQ(order(), QStringLiteral("2314"));
  QTest::keyClick(&m_table, Qt::Key_Menu);
  ASSERT_NE(menu(), nullptr);
  for (const QAction* action : menu()->actions()) EXPECT_FALSE(action->text().contains(QStringLiteral("Sort")));
  QTest::keyClick(menu(), Qt::Key_W);
  EXPECT_TRUE(QApplication::clipboard()->text().startsWith(QStringLiteral("kind,range"))) << "the whole table";
}

}  // namespace
}  // namespace oscope::gui
