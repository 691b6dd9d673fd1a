// Drives the Distribution view on the bundled sample, and checks what it shows against the statistics.
#include "app/gui/views/distribution/distribution_view.h"

#include <QFileInfo>
#include <QPushButton>
#include <cmath>

#include "app/common/number_format.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/views/distribution/histogram_plot.h"
#include "app/gui/views/distribution/position_plot.h"
#include "quant/policy/noise_model.h"
#include "quant/transform/channel_scale.h"
#include "tests/gui/sample_window.h"

namespace oscope::gui {
namespace {

const SiteId kSite{0, SiteKind::AttnIn};

TEST(ValueGrid, RugsShowEveryCodeThatFitsAndTheLastOneAlways) {
  const ValueGrid grid{0.5, 63.5, 127};
  const Scale x{0.01, 100, true};  // four decades
  const GridRug wide = gridRug(grid, x, 100'000, 2);
  EXPECT_EQ(wide.ticks.size(), 127u);
  EXPECT_NEAR(wide.ticks.front(), x.shareOf(0.5) * 100'000, 1e-6);
  EXPECT_NEAR(wide.zeroEnd, x.shareOf(0.25) * 100'000, 1e-6);
  const GridRug narrow = gridRug(grid, x, 400, 2);
  EXPECT_LT(narrow.ticks.size(), 127u);
  EXPECT_NEAR(narrow.ticks.back(), x.shareOf(63.5) * 400, 1e-9);
  for (std::size_t i = 1; i + 1 < narrow.ticks.size(); ++i) EXPECT_GE(narrow.ticks[i] - narrow.ticks[i - 1], 2);
}

TEST(ValueGrid, LossesAreCountedInTheHistogram) {
  stats::ScaledHistogram histogram;
  histogram.counts[0] = 10;   // zeros
  histogram.counts[41] = 70;  // 1 ... sqrt(2)
  histogram.counts[47] = 20;  // 8 ... 10
  histogram.total = 100;
  histogram.top = 10;
  quant::NumericRules rules;
  const ValueGrid whole = valueGrid(10, 1, 8, rules);
  EXPECT_GE(whole.step, 10.0 / 127);
  EXPECT_EQ(gridLoss(histogram, whole).clipped, 0);
  EXPECT_NEAR(gridLoss(histogram, whole).zeroShare, 0.1, 1e-9);
  const GridLoss half = gridLoss(histogram, valueGrid(10, 0.9, 8, rules));
  EXPECT_NEAR(half.clipped, 10, 1e-9) << "values are uniform between 8 and 10";
  EXPECT_NEAR(half.clippedShare, 0.1, 1e-9);
}

class Distribution : public SampleWindow {
 protected:
  void SetUp() override {
    SampleWindow::SetUp();
    m_view = showView<DistributionView>("distribution");
    ASSERT_NE(m_view, nullptr);
    context().selectSite(kSite);
    ASSERT_TRUE(QTest::qWaitFor([this] { return m_view->isComplete(); }, kPatience));
  }
  /// Sum of a column of a CSV table.
  static double sumOf(const QString& csv, int column) {
    double sum = 0;
    const QStringList lines = csv.split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    for (int i = 1; i < lines.size(); ++i) sum += lines[i].split(QLatin1Char(',')).at(column).toDouble();
    return sum;
  }
  quant::Prediction predicted(double clip, bool folded) {
    quant::WhatIf question;
    question.weights = plan(kSite).linears.front().scheme;
    question.rules = document().recipe().rules;
    question.clip = clip;
    if (folded) question.scale = quant::laeScale(site(kSite), {});
    return quant::predict(site(kSite), document().snapshot()->detail(kSite), question);
  }
  DistributionView* m_view = nullptr;
};

TEST_F(Distribution, EveryValueIsCountedBeforeAndAfter) {
  const auto values = static_cast<double>(site(kSite).tokens * site(kSite).channels);
  EXPECT_NEAR(sumOf(m_view->csv(), 2), values, 1e-3);
  EXPECT_NEAR(sumOf(m_view->csv(), 3), values, 1e-6 * values);
  EXPECT_TRUE(m_view->subtitle().contains(QString::fromStdString(app::formatCount(std::llround(values)))));
  // Grid step: v / 127 rounded up to the stored type, before and after.
  const double after = quant::rangeAfter(site(kSite), quant::laeScale(site(kSite), {}));
  const ValueGrid grid = valueGrid(after, 1, 8, document().recipe().rules);
  EXPECT_NEAR(grid.step, after / 127, 0.01 * after / 127);
  EXPECT_EQ(m_view->figures()->figure(0).toStdString(), app::formatRange(grid.step));
  EXPECT_EQ(m_view->figures()->figure(2), QStringLiteral("0"));
}

TEST_F(Distribution, DraggingTheClipShowsWhatItWouldCostAndEscapeTakesItBack) {
  HistogramPlot* plot = m_view->histogram();
  const QPoint grip = plot->handle().toPoint();
  QTest::mousePress(plot, Qt::LeftButton, {}, grip);
  QTest::mouseMove(plot, grip - QPoint(60, 0));
  EXPECT_LT(m_view->clip(), 1);
  EXPECT_EQ(m_view->figures()->figure(3).toStdString(), app::formatDb(predicted(m_view->clip(), true).total));
  EXPECT_EQ(m_view->figures()->before(3).toStdString(), app::formatDb(predicted(m_view->clip(), false).total) + " →");
  EXPECT_NE(m_view->figures()->figure(2), QStringLiteral("0"));
  QTest::keyClick(&m_window, Qt::Key_Escape);
  EXPECT_EQ(m_view->clip(), 1) << "Esc leaves the drag";
  QTest::mouseRelease(plot, Qt::LeftButton, {}, grip - QPoint(60, 0));
  EXPECT_EQ(m_view->clip(), 1);

  QTest::keyClick(plot, Qt::Key_PageDown);
  EXPECT_NEAR(m_view->clip(), 0.9, 1e-12);
  QTest::keyClick(plot, Qt::Key_Up);
  EXPECT_NEAR(m_view->clip(), 0.909, 1e-12);
  EXPECT_EQ(document().undoStack().count(), 0) << "a what-if is no change of the recipe";
  context().selectSite({1, SiteKind::AttnIn});
  ASSERT_TRUE(QTest::qWaitFor([this] { return m_view->isComplete(); }, kPatience));
  EXPECT_EQ(m_view->clip(), 1) << "another site starts unclipped";
}

TEST_F(Distribution, AFoldThatTheRecipeForbidsIsPredictedToo) {
  const SiteId middle{1, SiteKind::FfnMid};
  context().selectSite(middle);
  ASSERT_TRUE(QTest::qWaitFor([this] { return m_view->isComplete(); }, kPatience));
  ASSERT_FALSE(document().whyNot(middle, quant::Policy::LaeStatic).isEmpty());
  quant::WhatIf question;
  question.weights = plan(middle).linears.front().scheme;
  question.rules = document().recipe().rules;
  question.scale = quant::laeScale(site(middle), {});
  const auto folded = quant::predict(site(middle), document().snapshot()->detail(middle), question).total;
  ASSERT_TRUE(folded.has_value());
  EXPECT_EQ(m_view->figures()->figure(3).toStdString(), app::formatDb(folded));
}

TEST_F(Distribution, OneChannelIsTheSelectedOne) {
  context().selectChannel(7);
  m_view->scope()->setCurrent(1);
  emit m_view->scope()->currentChanged(1);
  EXPECT_NEAR(sumOf(m_view->csv(), 2), static_cast<double>(site(kSite).tokens), 1e-6);
  EXPECT_TRUE(m_view->subtitle().endsWith(QStringLiteral("channel 7")));
  context().selectChannel(9);
  EXPECT_TRUE(m_view->subtitle().endsWith(QStringLiteral("channel 9")));
}

TEST_F(Distribution, PositionsHoldTheRangeAndAClickSelectsItsToken) {
  const QStringList lines = m_view->positionsCsv().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
  const std::int64_t length = document().snapshot()->provenance().length;
  ASSERT_EQ(lines.size(), length + 1);
  double top = 0;
  int at = 0;
  for (int i = 1; i < lines.size(); ++i) {
    const QStringList cells = lines[i].split(QLatin1Char(','));
    EXPECT_LE(cells[1].toDouble(), cells[2].toDouble());
    EXPECT_LE(cells[2].toDouble(), cells[3].toDouble());
    if (cells[3].toDouble() > top) {
      top = cells[3].toDouble();
      at = i - 1;
    }
  }
  EXPECT_NEAR(top, site(kSite).range(), 1e-6 * top);
  PositionPlot* plot = m_view->positions();
  QTest::mouseClick(plot, Qt::LeftButton, {}, plot->frame().toPixel(at, top).toPoint());
  ASSERT_TRUE(context().selection().token.has_value());
  EXPECT_EQ(site(kSite).tokenAbsmax[static_cast<std::size_t>(*context().selection().token)], site(kSite).range());
}

TEST_F(Distribution, PicturesAreWritten) {
  for (const char* name : {"distribution.png", "distribution.svg"}) {
    const QString path = QString::fromStdString((m_scratch / name).string());
    m_view->savePicture(path)({});
    EXPECT_GT(QFileInfo(path).size(), 1000) << name;
  }
}

}  // namespace
}  // namespace oscope::gui
