#include "app/gui/plots/axis.h"

#include <gtest/gtest.h>

#include <QStringList>

#include "app/gui/plots/scale.h"

namespace oscope::gui {
namespace {

QStringList labels(const std::vector<Tick>& ticks) {
  QStringList all;
  for (const Tick& tick : ticks) {
    if (!tick.label.isEmpty()) all << tick.label;
  }
  return all;
}

TEST(Axis, LogTicksStandAtDecadesAndThrice) {
  EXPECT_EQ(labels(logTicks(0.25, 2500)), QStringList({"0.3", "1", "3", "10", "30", "100", "300", "1,000"}));
  EXPECT_EQ(labels(logTicks(0.1, 1000)).front(), QStringLiteral("0.1"));  // the edge keeps its tick
}

TEST(Axis, LessThanADecadeIsLinear) {
  EXPECT_EQ(labels(logTicks(20, 80)), QStringList({"20", "40", "60", "80"}));
}

TEST(Axis, BlocksAlwaysShowTheLastOne) {
  EXPECT_EQ(labels(blockTicks(32, -0.5, 31.5)), QStringList({"0", "4", "8", "12", "16", "20", "24", "28", "31"}));
  EXPECT_EQ(labels(blockTicks(80, -0.5, 79.5)).last(), QStringLiteral("79"));
  EXPECT_EQ(labels(blockTicks(1, -0.5, 0.5)), QStringList({"0"}));
}

TEST(Axis, OneTickAloneTellsNoDistance) {
  const Scale decibels{18.9, 24.2, false};
  EXPECT_EQ(labels(decibels.ticks(2)), QStringList({"20", "22", "24"}));
  EXPECT_EQ(labels(Scale{0, 25, false}.ticks(2)), QStringList({"0", "20"}));
}

TEST(Axis, ZerosDoNotStretchALogRange) {
  const auto [low, high] = logRange({0, 1, 100});
  EXPECT_GT(low, 0.5);
  EXPECT_LT(low, 1);
  EXPECT_GT(high, 100);
}

}  // namespace
}  // namespace oscope::gui
