// Which cell stands where, in which colour: no widget.
#include "app/gui/plots/heat_picture.h"

#include <gtest/gtest.h>

#include <cmath>

#include "app/gui/views/heatmap/heat_csv.h"

namespace oscope::gui {
namespace {

TEST(HeatColor, IndexIsLogarithmicAndClampsAtBothEnds) {
  const HeatScale scale{0.1, 1000};
  EXPECT_EQ(scale.index(0), 0);
  EXPECT_EQ(scale.index(0.1f), 0);
  EXPECT_EQ(scale.index(10.001f), kHeatColors / 2);
  EXPECT_EQ(scale.index(1000), kHeatColors - 1);
  EXPECT_EQ(scale.index(1e9f), kHeatColors - 1);
  EXPECT_EQ(scale.index(NAN), 0);
}

TEST(HeatColor, ColoursAreInfernoFromSixPercentUpAndRiseInLuminance) {
  const auto& colors = heatColors();
  // matplotlib's inferno: entries 15, 128 and 255 of 256.
  EXPECT_NEAR(qRed(colors.front()), 0x0A, 2);
  EXPECT_NEAR(qGreen(colors.front()), 0x07, 2);
  EXPECT_NEAR(qBlue(colors.front()), 0x22, 2);
  EXPECT_EQ(colors.back(), qRgb(0xFC, 0xFF, 0xA4));
  double before = -1;
  for (const QRgb color : colors) {
    const double luminance = 0.2126 * qRed(color) + 0.7152 * qGreen(color) + 0.0722 * qBlue(color);
    EXPECT_GT(luminance, before - 0.6);
    before = luminance;
  }
}

TEST(HeatColor, ScaleReachesFromTheQuietestHundredthToTheLargestValue) {
  std::vector<float> row(1000, 1.0f);
  row[3] = 0;
  row[4] = 500;
  EXPECT_EQ(heatScaleOf({row}), (HeatScale{1, 500}));
  row[5] = 1e-9f;
  EXPECT_EQ(heatScaleOf({row}).low, 1) << "a single quiet value says nothing";
}

TEST(HeatPicture, EveryColumnIsOnEnoughPixelsAtEveryZoom) {
  for (const std::int64_t columns : {3, 100, 700, 8192, 28'672}) {
    for (const HeatWindow window :
         {HeatWindow{0, 1, 0, 1}, HeatWindow{0.3, 0.61, 0, 1}, HeatWindow{0.5, 0.502, 0, 1}}) {
      const int width = 641;
      std::vector<int> pixels(static_cast<std::size_t>(columns));
      for (int x = 0; x < width; ++x) {
        const CellRun run = columnsAt(window, columns, width, x, 2);
        ASSERT_GE(run.from, 0);
        ASSERT_LT(run.from, run.to);
        ASSERT_LE(run.to, columns);
        for (std::int64_t j = run.from; j < run.to; ++j) ++pixels[static_cast<std::size_t>(j)];
      }
      const auto first = static_cast<std::int64_t>(std::ceil(window.left * static_cast<double>(columns)));
      const auto end = static_cast<std::int64_t>(std::floor(window.right * static_cast<double>(columns)));
      for (std::int64_t j = first; j < end; ++j) {
        ASSERT_GE(pixels[static_cast<std::size_t>(j)], 2) << "column " << j << " of " << columns;
      }
    }
  }
}

TEST(HeatPicture, EveryRowIsOnAPixelHoweverThin) {
  for (const std::int64_t rows : {1, 7, 80, 500}) {
    const HeatWindow window = HeatWindow::whole(rows);
    std::int64_t next = 0;
    for (int y = 0; y < 63; ++y) {
      const CellRun run = rowsAt(window, rows, 63, y);
      EXPECT_LE(run.from, next) << "row " << next << " of " << rows << " is missed";
      next = std::max(next, run.to);
    }
    EXPECT_EQ(next, rows);
  }
}

TEST(HeatPicture, AnIsolatedOutlierAmong28672ChannelsIsTwoPixelsOfItsColour) {
  std::vector<std::vector<float>> values(80, std::vector<float>(28'672, 1.0f));
  values[37][20'011] = 1000;
  std::vector<std::span<const float>> rows(values.begin(), values.end());
  const stats::MaxPyramid pyramid(rows, 28'672);
  const QImage image = heatPicture(pyramid, HeatWindow::whole(80), QSize(500, 80), {0.5, 1000}, 2);
  int bright = 0;
  for (int x = 0; x < image.width(); ++x) bright += image.pixel(x, 37) == heatColors().back() ? 1 : 0;
  EXPECT_EQ(bright, 2);
  EXPECT_NE(image.pixel(20'011 * 500 / 28'672, 36), heatColors().back());
}

TEST(HeatWindow, ZoomKeepsThePointUnderTheCursorAndStaysInside) {
  HeatWindow window = HeatWindow::whole(80);
  window.zoom(0.25, 0.5, 0.5, 0.5, 80, 0.001, 4);
  EXPECT_DOUBLE_EQ(window.left + 0.25 * (window.right - window.left), 0.25);
  EXPECT_DOUBLE_EQ(window.top + 0.5 * (window.bottom - window.top), 40);
  window.pan(-100, 100, 80);
  EXPECT_DOUBLE_EQ(window.left, 0);
  EXPECT_DOUBLE_EQ(window.bottom, 80);
  window.zoom(0.5, 0.5, 1e-9, 1e-9, 80, 0.001, 4);
  EXPECT_DOUBLE_EQ(window.right - window.left, 0.001);
  EXPECT_DOUBLE_EQ(window.bottom - window.top, 4);
  window.zoom(0.5, 0.5, 1e9, 1e9, 80, 0.001, 4);
  EXPECT_EQ(window, HeatWindow::whole(80));
}

TEST(HeatWindow, RevealMovesAsLittleAsNeeded) {
  HeatWindow window{0.2, 0.4, 10, 20};
  window.reveal(12, 300, 1000, 80);
  EXPECT_EQ(window, (HeatWindow{0.2, 0.4, 10, 20}));
  window.reveal(20, 450, 1000, 80);
  EXPECT_NEAR(window.right, 0.451, 1e-12);
  EXPECT_NEAR(window.bottom, 21, 1e-12);
}

TEST(HeatCsv, HoldsTheVisibleCellsWithAllTheirDigits) {
  const std::vector<float> a{0.1f, 2, 3, 4}, b{5, 1.0f / 3, 7, 8};
  HeatBand band;
  band.values = std::make_shared<stats::MaxPyramid>(std::vector<std::span<const float>>{a, b}, 4);
  const std::string csv =
      heatCsv({band}, {0, 0.5, 0, 2}, "row", [](int, std::int64_t row) { return std::to_string(row); }, {});
  EXPECT_EQ(csv, "row,0,1\n0,0.1,2\n1,5,0.33333334\n");
}

}  // namespace
}  // namespace oscope::gui
