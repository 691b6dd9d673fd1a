// Drives the Sensitivity view on the bundled sample, and holds its front to one that is computed here by brute force.
#include "app/gui/views/sensitivity/sensitivity_view.h"

#include <QAbstractItemModelTester>
#include <QPushButton>
#include <algorithm>
#include <cmath>

#include "app/gui/frame/data_table.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/views/sensitivity/front_plot.h"
#include "app/gui/views/sensitivity/front_table_model.h"
#include "tests/gui/sample_window.h"

namespace oscope::gui {
namespace {

using quant::Policy;
using quant::Quality;

class SensitivityViewTest : public SampleWindow {
 protected:
  void SetUp() override {
    SampleWindow::SetUp();
    m_view = showView<SensitivityView>("sensitivity");
    ASSERT_NE(m_view, nullptr);
    waitForSweep();
  }
  void waitForSweep() {
    ASSERT_TRUE(QTest::qWaitFor([this] { return !m_view->sweeping() && !m_view->plot()->front().empty(); }, kPatience));
  }

  /// Share of static sites and quality at two thresholds, from the ranges and predictions alone.
  std::pair<double, double> evaluate(double v0, double v1, Quality quality) {
    std::vector<double> decibels;
    double noise = 0;
    int statics = 0;
    const auto& sites = document().plan()->sites;
    for (std::size_t i = 0; i < sites.size(); ++i) {
      Policy policy = sites[i].range <= v0 ? Policy::Static : sites[i].range < v1 ? Policy::LaeStatic : Policy::Dynamic;
      const bool norm = document().snapshot()->sites()[i].foldEdge == "norm";
      if (policy == Policy::LaeStatic && !norm) policy = Policy::Dynamic;
      const auto byHand = document().recipe().overrides.find(sites[i].id);
      if (byHand != document().recipe().overrides.end()) policy = byHand->second;
      statics += policy == Policy::Static || policy == Policy::LaeStatic ? 1 : 0;
      decibels.push_back(*document().predictions()->at(i, policy).total);
      noise += std::pow(10, -decibels.back() / 10);
    }
    std::sort(decibels.begin(), decibels.end());
    const double total = static_cast<double>(sites.size());
    const double value = quality == Quality::Median  ? decibels[decibels.size() / 2]
                         : quality == Quality::Worst ? decibels.front()
                                                     : -10 * std::log10(noise / total);
    return {statics / total, value};
  }

  /// (share, quality) of the best pairs, by ascending share: every pair of thresholds between two ranges is tried.
  std::vector<std::pair<double, double>> bruteForce(Quality quality) {
    std::vector<double> cuts{1e-9};
    for (const SiteRow& row : document().rows()) cuts.push_back(std::nextafter(static_cast<double>(row.range), 1e9));
    std::sort(cuts.begin(), cuts.end());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    std::map<double, double> best;
    for (std::size_t i = 0; i < cuts.size(); ++i) {
      for (std::size_t j = i; j < cuts.size(); ++j) {
        const double v1 = j == i ? std::nextafter(cuts[i], 1e9) : cuts[j];  // nothing between the two
        const auto [share, value] = evaluate(cuts[i], v1, quality);
        const auto place = best.try_emplace(share, value).first;
        place->second = std::max(place->second, value);
      }
    }
    std::vector<std::pair<double, double>> front;
    for (auto item = best.rbegin(); item != best.rend(); ++item) {
      if (front.empty() || item->second > front.back().second + 1e-9) front.push_back(*item);
    }
    std::reverse(front.begin(), front.end());
    return front;
  }
  void expectFront(Quality quality) {
    const auto expected = bruteForce(quality);
    const auto& front = m_view->plot()->front();
    ASSERT_EQ(front.size(), expected.size());
    for (std::size_t i = 0; i < front.size(); ++i) {
      EXPECT_NEAR(front[i].staticShare, expected[i].first, 1e-12);
      EXPECT_NEAR(quant::qualityDb(front[i], quality), expected[i].second, 1e-6);
    }
  }
  void choose(Quality quality) {
    m_view->qualityControl()->setCurrent(static_cast<int>(quality));
    emit m_view->qualityControl()->currentChanged(static_cast<int>(quality));
  }

  SensitivityView* m_view = nullptr;
};

TEST_F(SensitivityViewTest, TheFrontIsWhatBruteForceFinds) {
  ASSERT_GT(m_view->plot()->front().size(), 3u);
  expectFront(Quality::Median);
  for (Quality quality : {Quality::Worst, Quality::Total}) {
    choose(quality);
    expectFront(quality);
  }
}

TEST_F(SensitivityViewTest, FollowsOverrides) {
  document().setPolicy({document().rows()[0].id, document().rows()[5].id}, Policy::Dynamic);
  ASSERT_TRUE(QTest::qWaitFor([this] { return !m_view->sweeping(); }, kPatience));
  expectFront(Quality::Median);
}

TEST_F(SensitivityViewTest, AdoptingAPairIsOneUndoStepAndTheRingMoves) {
  const double before = document().outlook().staticShare;
  const quant::ThresholdPair pair = m_view->plot()->front().front();
  const std::size_t swept = m_view->pairs().size();
  QTest::mouseClick(m_view->plot(), Qt::LeftButton, {}, m_view->plot()->pixelOf(pair).toPoint());
  EXPECT_EQ(document().undoStack().count(), 1);
  const quant::Outlook& now = document().outlook();
  EXPECT_DOUBLE_EQ(now.staticShare, pair.staticShare);
  EXPECT_NEAR(now.medianSqnrDb, pair.medianSqnrDb, 1e-9);
  EXPECT_NE(now.staticShare, before);
  EXPECT_EQ(m_view->plot()->pixelOfNow(), m_view->plot()->pixelOf(pair));
  EXPECT_EQ(m_view->pairs().size(), swept) << "thresholds alone need no new sweep";
  EXPECT_FALSE(m_view->sweeping());
  document().undoStack().undo();
  EXPECT_EQ(document().recipe().v0, 15);
  EXPECT_EQ(document().recipe().v1, 150);
  EXPECT_NEAR(m_view->plot()->frame().toValue(m_view->plot()->pixelOfNow()).x(), before * 100, 1e-9);
}

TEST_F(SensitivityViewTest, TheKeyboardMovesAlongTheFrontAndAdopts) {
  FrontPlot* plot = m_view->plot();
  QTest::keyClick(plot, Qt::Key_Home);
  ASSERT_EQ(plot->cursor(), std::size_t{0});
  QTest::keyClick(plot, Qt::Key_Right);
  ASSERT_EQ(plot->cursor(), std::size_t{1});
  const QModelIndexList selected = m_view->table()->selectionModel()->selectedRows();
  ASSERT_EQ(selected.size(), 1) << "the table follows";
  QTest::keyClick(plot, Qt::Key_Return);
  EXPECT_DOUBLE_EQ(document().recipe().v0, plot->front()[1].v0);
  EXPECT_DOUBLE_EQ(document().recipe().v1, plot->front()[1].v1);
  EXPECT_EQ(document().undoStack().count(), 1);
  EXPECT_TRUE(plot->escape());
  EXPECT_EQ(plot->cursor(), std::nullopt);
}

TEST_F(SensitivityViewTest, TheTableIsASoundModelAndAdoptsToo) {
  const QAbstractItemModelTester tester(m_view->model(), QAbstractItemModelTester::FailureReportingMode::Fatal);
  choose(Quality::Total);
  ASSERT_EQ(m_view->model()->rowCount(), static_cast<int>(m_view->plot()->front().size()));
  m_view->table()->selectRow(0);
  const double share = m_view->table()->model()->index(0, FrontTableModel::Share).data(SortRole).toDouble();
  EXPECT_EQ(m_view->plot()->cursor(), m_view->plot()->front().size() - 1) << "sorted by share, the largest first";
  QTest::keyClick(m_view->table(), Qt::Key_Return);
  EXPECT_NEAR(document().outlook().staticShare * 100, share, 1e-9);
  const int delta = FrontTableModel::DeltaDb;
  EXPECT_NEAR(m_view->table()->model()->index(0, delta).data(SortRole).toDouble(), 0, 1e-9) << "it is what is now";
}

TEST_F(SensitivityViewTest, TheFrontGrowsWhileTheSweepRunsAndCanBeAdopted) {
  // Another recipe, another sweep: what is shown before its end is the front of the pairs so far.
  int partial = 0;
  std::size_t most = 0;
  QObject::connect(m_view, &View::subtitleChanged, m_view, [&] {
    if (!m_view->sweeping() || m_view->plot()->front().empty()) return;
    ++partial;
    most = std::max(most, m_view->pairs().size());
    const auto& front = m_view->plot()->front();
    EXPECT_EQ(front.size(), quant::paretoFront(m_view->pairs(), Quality::Median).size());
    EXPECT_EQ(m_view->model()->rowCount(), static_cast<int>(front.size()));
  });
  document().setPolicy({document().rows()[3].id}, Policy::Dynamic);
  ASSERT_TRUE(QTest::qWaitFor([this] { return !m_view->sweeping(); }, kPatience));
  EXPECT_GT(partial, 0);
  EXPECT_LE(most, m_view->pairs().size());
  expectFront(Quality::Median);
}

TEST_F(SensitivityViewTest, WithoutFptqItSaysThatThresholdsDecideNothing) {
  document().setRecipe(quant::loadRecipe("rtn-w4a8-static"), QStringLiteral("other"));
  const auto buttons = m_view->findChildren<QPushButton*>();
  const auto way = std::find_if(buttons.begin(), buttons.end(), [](QPushButton* button) {
    return button->isVisible() && button->text().contains(QStringLiteral("FPTQ"));
  });
  ASSERT_NE(way, buttons.end());
  (*way)->click();
  EXPECT_EQ(document().recipe(), quant::defaultRecipe());
}

TEST_F(SensitivityViewTest, AllPairsAreSavedAsCsv) {
  const QString csv = m_view->csv();
  EXPECT_EQ(csv.count(QLatin1Char('\n')), static_cast<qsizetype>(m_view->pairs().size()) + 1);
  EXPECT_EQ(csv.count(QStringLiteral(",1\n")), static_cast<qsizetype>(m_view->plot()->front().size()));
}

TEST(FrontGeometry, MarksKeepTheirDistanceAndTheEnds) {
  std::vector<QPointF> line;
  for (int i = 0; i <= 100; ++i) line.emplace_back(i, 0);
  const std::vector<std::size_t> marks = marksApart(line, 7);
  ASSERT_GT(marks.size(), 10u);
  EXPECT_EQ(marks.front(), 0u);
  EXPECT_EQ(marks.back(), 100u);
  for (std::size_t i = 1; i < marks.size(); ++i) EXPECT_GE(marks[i] - marks[i - 1], 7u);
  EXPECT_EQ(marksApart({{0, 0}, {1, 0}}, 7), (std::vector<std::size_t>{0, 1})) << "the ends are never left out";
}

TEST(FrontGeometry, DotsOfOneCellBecomeOneAndNoneIsLost) {
  const QRectF box(10, 10, 100, 100);
  const std::vector<Dot> dots = decimateDots({{11, 11}, {12, 12}, {50, 50}, {110, 110}, {5, 5}}, box, 4);
  ASSERT_EQ(dots.size(), 3u);
  EXPECT_EQ(dots[0].count, 2);
  EXPECT_EQ(dots[0].center, QPointF(11, 11));
  EXPECT_EQ(nearestPoint({{0, 0}, {3, 0}}, {2.5, 0}, 12), std::size_t{1});
  EXPECT_EQ(nearestPoint({{0, 0}}, {20, 0}, 12), std::nullopt);
}

}  // namespace
}  // namespace oscope::gui
