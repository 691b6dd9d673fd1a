// Decimation that keeps extremes, and labels that keep clear of each other.
#include "app/gui/plots/decimate.h"

#include <gtest/gtest.h>

#include <QImage>
#include <QPainter>
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

/// Values that stay until the next one, as curves over ranks are drawn.
QPolygonF steps(const std::vector<QPointF>& points) {
  QPolygonF curve;
  for (const QPointF& point : points) {
    if (!curve.isEmpty()) curve << QPointF(point.x(), curve.back().y());
    curve << point;
  }
  return curve;
}

/// Whether a line of this width, drawn for real, puts ink into the rectangle.
bool inks(const QPolygonF& curve, double width, const QRectF& place) {
  QImage image(400, 300, QImage::Format_RGB32);
  image.fill(Qt::white);
  QPainter painter(&image);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(Qt::black, width, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin));
  painter.drawPolyline(curve);
  painter.end();
  const QRect pixels = place.toAlignedRect() & image.rect();
  for (int y = pixels.top(); y <= pixels.bottom(); ++y) {
    for (int x = pixels.left(); x <= pixels.right(); ++x) {
      if (qGray(image.pixel(x, y)) < 250) return true;
    }
  }
  return false;
}

TEST(CurveLabels, StandBesideTheirCurveAndCrossNone) {
  std::mt19937 generator(11);
  std::uniform_real_distribution<double> share(0, 1);
  const QRectF box(20, 20, 360, 260);
  int placed = 0;
  for (int round = 0; round < 60; ++round) {
    std::vector<QPolygonF> curves;
    std::vector<std::vector<ColumnSpan>> spans;
    for (int i = 0; i < 3; ++i) {
      // Wide steps at the left and narrow ones at the right: a log axis.
      std::vector<QPointF> points{{box.left(), 30 + 100 * share(generator)}};
      for (double x = 60 * share(generator) + 20; x < box.width(); x += 1 + (box.width() - x) * share(generator) / 4) {
        points.emplace_back(box.left() + x, points.back().y() + 30 * share(generator) * share(generator));
      }
      curves.push_back(steps(points));
      spans.push_back(columnSpans(curves.back(), 1.8, box));
    }
    std::vector<QRectF> labels;
    for (const std::size_t which : {std::size_t{0}, std::size_t{1}}) {
      const QRectF label = placeCurveLabel(spans, which, {40, 14}, box, which == 1, labels);
      if (label.isNull()) continue;
      ++placed;
      EXPECT_TRUE(box.contains(label));
      for (const QRectF& other : labels) EXPECT_FALSE(other.intersects(label)) << round;
      for (std::size_t i = 0; i < curves.size(); ++i) EXPECT_FALSE(inks(curves[i], 1.8, label)) << round << ": " << i;
      EXPECT_TRUE(inks(curves[which], 1.8, label.adjusted(0, -8, 0, 8))) << "it stands at its own curve";
      labels.push_back(label);
    }
  }
  EXPECT_GT(placed, 60);
}

TEST(CurveLabels, AreLeftOutWhereThereIsNoRoom) {
  const QRectF box(0, 140, 200, 20);
  const auto flat = columnSpans(steps({{0, 150}, {200, 150}}), 1.8, box);
  EXPECT_TRUE(placeCurveLabel({flat}, 0, {40, 60}, box, false).isNull());
  EXPECT_TRUE(placeCurveLabel({flat}, 0, {240, 4}, box, false).isNull());
  EXPECT_TRUE(placeCurveLabel({columnSpans({}, 1.8, box)}, 0, {40, 4}, box, false).isNull()) << "a curve of nothing";
}

TEST(CurveLabels, AStepCoversAllHeightsBetweenItsEnds) {
  const auto spans = columnSpans(steps({{2.5, 10}, {6.5, 40}}), 1, QRectF(0, 0, 10, 50));
  EXPECT_GT(spans[0].top, spans[0].bottom) << "nothing before it starts";
  EXPECT_EQ(spans[4].top, 9.5);
  EXPECT_EQ(spans[4].bottom, 10.5);
  EXPECT_EQ(spans[6].top, 9.5);
  EXPECT_EQ(spans[6].bottom, 40.5);
}

}  // namespace
}  // namespace oscope::gui
