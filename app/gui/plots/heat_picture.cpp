#include "app/gui/plots/heat_picture.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace oscope::gui {
namespace {

/// [low, high] scaled around the point at `share`, then moved into [0, most].
void scaleAround(double& low, double& high, double share, double factor, double smallest, double most) {
  const double at = low + share * (high - low);
  const double size = std::clamp((high - low) * factor, std::min(smallest, most), most);
  low = std::clamp(at - share * size, 0.0, most - size);
  high = low + size;
}

void moveInside(double& low, double& high, double by, double most) {
  by = std::clamp(by, std::min(0.0, -low), std::max(0.0, most - high));
  low += by;
  high += by;
}

}  // namespace

void HeatWindow::zoom(double xShare, double yShare, double factorX, double factorY, std::int64_t rows, double smallestX,
                      double smallestY) {
  scaleAround(left, right, xShare, factorX, smallestX, 1);
  scaleAround(top, bottom, yShare, factorY, smallestY, static_cast<double>(rows));
}

void HeatWindow::pan(double xShare, double yShare, std::int64_t rows) {
  moveInside(left, right, xShare * (right - left), 1);
  moveInside(top, bottom, yShare * (bottom - top), static_cast<double>(rows));
}

void HeatWindow::reveal(std::int64_t row, std::int64_t column, std::int64_t columns, std::int64_t rows) {
  const auto bring = [](double& low, double& high, double from, double to, double most) {
    if (from < low) moveInside(low, high, from - low, most);
    if (to > high) moveInside(low, high, to - high, most);
  };
  const auto count = static_cast<double>(columns), at = static_cast<double>(column);
  bring(left, right, at / count, (at + 1) / count, 1);
  bring(top, bottom, static_cast<double>(row), static_cast<double>(row + 1), static_cast<double>(rows));
}

CellRun columnsAt(const HeatWindow& window, std::int64_t columns, int width, int x, int narrowest) {
  const double first = window.left * static_cast<double>(columns), last = window.right * static_cast<double>(columns);
  const double perPixel = (last - first) / width;
  const auto lowest = static_cast<std::int64_t>(std::floor(first));
  const auto end = std::min(columns, static_cast<std::int64_t>(std::ceil(last)));
  if (perPixel * narrowest <= 1) {  // wide cells: the one under the pixel's centre
    const auto cell = static_cast<std::int64_t>(std::floor(first + (x + 0.5) * perPixel));
    const std::int64_t inside = std::clamp<std::int64_t>(cell, lowest, end - 1);
    return {inside, inside + 1};
  }
  // Cell j stands at pixels floor((j - first) / perPixel) and the following ones.
  const auto firstAt = [&](int pixel) { return static_cast<std::int64_t>(std::ceil(first + pixel * perPixel)); };
  CellRun run;
  run.from = x - narrowest + 1 <= 0 ? lowest : std::clamp(firstAt(x - narrowest + 1), lowest, end - 1);
  run.to = x >= width - narrowest ? end : std::clamp(firstAt(x + 1), run.from + 1, end);
  return run;
}

CellRun rowsAt(const HeatWindow& window, std::int64_t rows, int height, int y) {
  const double perPixel = (window.bottom - window.top) / height;
  const double from = window.top + y * perPixel, to = from + perPixel;
  const auto inside = [rows](double row) { return std::clamp<std::int64_t>(static_cast<std::int64_t>(row), 0, rows); };
  if (perPixel <= 1) {
    const std::int64_t row = std::min(rows - 1, inside(std::floor((from + to) / 2)));
    return {row, row + 1};
  }
  return {inside(std::floor(from)), std::max(inside(std::floor(from)) + 1, inside(std::ceil(to - 1e-9)))};
}

QImage heatPicture(const stats::MaxPyramid& values, const HeatWindow& window, const QSize& pixels,
                   const HeatScale& scale, int narrowest) {
  QImage image(pixels, QImage::Format_RGB32);
  if (image.isNull() || values.rows() == 0 || values.columns() == 0) return image;
  const std::array<QRgb, kHeatColors>& colors = heatColors();
  std::vector<CellRun> runs;
  for (int x = 0; x < pixels.width(); ++x) {
    runs.push_back(columnsAt(window, values.columns(), pixels.width(), x, narrowest));
  }
  const auto low = static_cast<float>(scale.low);
  const auto steps = static_cast<float>(kHeatColors / std::log2(scale.high / scale.low));
  CellRun shown{-1, -1};
  for (int y = 0; y < pixels.height(); ++y) {
    auto* out = reinterpret_cast<QRgb*>(image.scanLine(y));
    const CellRun rows = rowsAt(window, values.rows(), pixels.height(), y);
    if (rows.from == shown.from && rows.to == shown.to) {
      std::memcpy(out, image.constScanLine(y - 1), sizeof(QRgb) * runs.size());
      continue;
    }
    shown = rows;
    for (std::size_t x = 0; x < runs.size(); ++x) {
      const bool asBefore = x > 0 && runs[x].from == runs[x - 1].from && runs[x].to == runs[x - 1].to;
      if (asBefore) {
        out[x] = out[x - 1];
        continue;
      }
      float most = 0;
      for (std::int64_t row = rows.from; row < rows.to; ++row) {
        most = std::max(most, values.max(row, runs[x].from, runs[x].to));
      }
      const int index = most > low ? std::min(kHeatColors - 1, static_cast<int>(std::log2(most / low) * steps)) : 0;
      out[x] = 0xFF000000u | colors[static_cast<std::size_t>(index)];
    }
  }
  return image;
}

}  // namespace oscope::gui
