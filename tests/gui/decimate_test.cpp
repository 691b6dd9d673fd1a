// Decimation that keeps extremes, and labels that keep clear of each other.
#include "app/gui/plots/decimate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "app/gui/plots/label_placement.h"

namespace oscope::gui {
namespace {

TEST(ColumnRanges, NoExtremeIsLostHoweverFewColumns) {
  std::mt19937 generator(3);
  std::uniform_real_distribution<float> uniform(1, 2);
  std::vector<float> values(28'672);
  for (float& value : values) value = uniform(generator);
  values[12'345] = 900;
  values[20'000] = 0;
  const Scale x{-0.5, 28'671.5, false};
  for (const int columns : {1, 7, 900, 3000}) {
    const auto ranges = columnRanges(values, x, columns);
    ASSERT_EQ(ranges.size(), static_cast<std::size_t>(columns));
    std::int64_t covered = 0;
    bool spike = false, zero = false;
    for (const ColumnRange& range : ranges) {
      ASSERT_GE(range.first, 0);
      ASSERT_EQ(range.first, covered) << "columns follow each other without a hole";
      covered = range.last + 1;
      const auto begin = values.begin() + range.first, end = values.begin() + range.last + 1;
      EXPECT_EQ(range.high, *std::max_element(begin, end));
      EXPECT_EQ(range.low, *std::min_element(begin, end));
      spike |= range.highAt == 12'345;
      zero |= range.low == 0;
    }
    EXPECT_EQ(covered, 28'672);
    EXPECT_TRUE(spike && zero);
  }
}

TEST(ColumnRanges, OnlyTheVisiblePartCountsAndEmptyColumnsSaySo) {
  const std::vector<float> values{5, 1, 9, 2};
  const auto ranges = columnRanges(values, {0.5, 2.5, false}, 8);
  std::vector<std::int64_t> seen;
  for (const ColumnRange& range : ranges) {
    if (range.first >= 0) seen.push_back(range.first);
  }
  EXPECT_EQ(seen, (std::vector<std::int64_t>{1, 2}));
}

TEST(ColumnRanges, OnALogAxisRanksStartAtOne) {
  const std::vector<float> values{8, 4, 2, 1};
  const auto ranges = columnRanges(values, {1, 4, true}, 2, 1);
  EXPECT_EQ(ranges[0].first, 0);
  EXPECT_EQ(ranges[0].last, 0) << "rank 1 alone left of the geometric middle";
  EXPECT_EQ(ranges[1].last, 3);
  EXPECT_EQ(ranges[1].low, 1);
}

TEST(Ranked, DescendsAndRemembersPlacesWithTiesInOrder) {
  const Ranked sorted = ranked(std::vector<float>{2, 7, 2, 9});
  EXPECT_EQ(sorted.values, (std::vector<float>{9, 7, 2, 2}));
  EXPECT_EQ(sorted.places, (std::vector<std::int64_t>{3, 1, 0, 2}));
}

SpikeTip spikeAt(double x, double y) {
  return {{x, y}, {30, 14}, 400};
}

TEST(SpikeLabels, NeverTouchEachOtherOrAStem) {
  std::mt19937 generator(5);
  std::uniform_real_distribution<double> x(0, 600), y(40, 350);
  const QRectF bounds(0, 0, 600, 400);
  std::vector<SpikeTip> spikes;
  for (int i = 0; i < 80; ++i) spikes.push_back(spikeAt(x(generator), y(generator)));
  std::sort(spikes.begin(), spikes.end(), [](const auto& a, const auto& b) { return a.tip.y() < b.tip.y(); });
  const std::vector<QRectF> labels = placeSpikeLabels(spikes, bounds);
  ASSERT_EQ(labels.size(), spikes.size());
  EXPECT_FALSE(labels[0].isNull()) << "the largest has its label";
  int placed = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i].isNull()) continue;
    ++placed;
    EXPECT_TRUE(bounds.contains(labels[i]));
    for (std::size_t k = 0; k < labels.size(); ++k) {
      if (k == i) continue;
      EXPECT_FALSE(labels[i].intersects(labels[k])) << i << " and " << k;
      const QRectF stem(spikes[k].tip.x() - 1, spikes[k].tip.y(), 2, spikes[k].foot - spikes[k].tip.y());
      EXPECT_FALSE(labels[i].intersects(stem)) << "label " << i << " on stem " << k;
    }
  }
  EXPECT_GT(placed, 5);
  EXPECT_LT(placed, 80) << "eighty can't stand here";
}

TEST(SpikeLabels, AtTheEdgeTheyMoveInsideInsteadOfBeingCut) {
  const QRectF bounds(0, 0, 600, 400);
  const auto labels = placeSpikeLabels({spikeAt(1, 100), spikeAt(599, 100)}, bounds);
  EXPECT_EQ(labels[0].left(), 0);
  EXPECT_EQ(labels[1].right(), 600);
}

TEST(CurveLabels, StandBesideTheirCurveAndCrossNone) {
  std::vector<double> falling(200), flat(200, 150);
  for (std::size_t i = 0; i < falling.size(); ++i) falling[i] = i < 40 ? 20 : 120;
  const std::vector<std::vector<double>> curves{falling, flat};
  const QRectF box(10, 0, 200, 200);
  for (const std::size_t which : {std::size_t{0}, std::size_t{1}}) {
    const QRectF label = placeCurveLabel(curves, which, {40, 14}, box, which == 1);
    ASSERT_FALSE(label.isNull());
    for (const auto& curve : curves) {
      for (std::size_t i = 0; i + 1 < curve.size(); ++i) {
        const QRectF step(10 + static_cast<double>(i), std::min(curve[i], curve[i + 1]), 1,
                          std::fabs(curve[i + 1] - curve[i]) + 0.1);
        EXPECT_FALSE(label.intersects(step)) << which << " at " << i;
      }
    }
  }
  EXPECT_TRUE(placeCurveLabel({flat, flat}, 0, {40, 60}, QRectF(0, 140, 200, 20), false).isNull());
}

}  // namespace
}  // namespace oscope::gui
