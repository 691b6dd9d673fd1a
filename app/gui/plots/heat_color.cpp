#include "app/gui/plots/heat_color.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace oscope::gui {
namespace {

/// Inferno (matplotlib, CC0) at every fifth of its 256 steps; between them it is straight to a 256th.
constexpr std::array<QRgb, 52> kInferno{
    0x000004, 0x02020C, 0x050417, 0x0A0722, 0x10092D, 0x160B39, 0x1E0C45, 0x260C51, 0x2F0A5B, 0x380962, 0x400A67,
    0x490B6A, 0x510E6C, 0x59106E, 0x61136E, 0x69166E, 0x71196E, 0x781C6D, 0x801F6C, 0x88226A, 0x902568, 0x982766,
    0xA02A63, 0xA82E5F, 0xB0315B, 0xB73557, 0xBF3952, 0xC63D4D, 0xCC4248, 0xD34743, 0xD94D3D, 0xDF5337, 0xE45A31,
    0xE9612B, 0xED6925, 0xF1711F, 0xF47918, 0xF78212, 0xF98B0B, 0xFA9407, 0xFB9D07, 0xFCA60C, 0xFCB014, 0xFBBA1F,
    0xFAC42A, 0xF8CD37, 0xF6D746, 0xF4E156, 0xF2EA69, 0xF2F27D, 0xF5F992, 0xFCFFA4};

constexpr double kFirstShare = 0.06;
constexpr double kMostDecades = 4;
constexpr std::size_t kSampled = 65'536;  // values that the quiet end is estimated from

std::array<QRgb, kHeatColors> makeColors() {
  std::array<QRgb, kHeatColors> colors{};
  for (int i = 0; i < kHeatColors; ++i) {
    const double place = (kFirstShare + (1 - kFirstShare) * i / (kHeatColors - 1)) * (kInferno.size() - 1);
    const auto below = std::min(static_cast<std::size_t>(place), kInferno.size() - 2);
    const double share = place - static_cast<double>(below);
    const auto mix = [share](int a, int b) { return static_cast<int>(std::lround(a + (b - a) * share)); };
    const QRgb a = kInferno[below], b = kInferno[below + 1];
    colors[static_cast<std::size_t>(i)] =
        qRgb(mix(qRed(a), qRed(b)), mix(qGreen(a), qGreen(b)), mix(qBlue(a), qBlue(b)));
  }
  return colors;
}

}  // namespace

const std::array<QRgb, kHeatColors>& heatColors() {
  static const std::array<QRgb, kHeatColors> colors = makeColors();
  return colors;
}

int HeatScale::index(float value) const {
  if (!(value > low)) return 0;
  const double share = std::log2(value / static_cast<float>(low)) / std::log2(high / low);
  return std::clamp(static_cast<int>(share * kHeatColors), 0, kHeatColors - 1);
}

HeatScale heatScaleOf(const std::vector<std::span<const float>>& rows) {
  std::size_t total = 0;
  for (const auto& row : rows) total += row.size();
  const std::size_t stride = std::max<std::size_t>(1, total / kSampled);
  std::vector<float> sample;
  float most = 0;
  for (const auto& row : rows) {
    for (std::size_t j = 0; j < row.size(); ++j) {
      most = std::max(most, row[j]);
      if (j % stride == 0 && row[j] > 0) sample.push_back(row[j]);
    }
  }
  if (sample.empty() || !std::isfinite(most)) return {};
  const auto quiet = sample.begin() + static_cast<std::ptrdiff_t>(sample.size() / 100);
  std::nth_element(sample.begin(), quiet, sample.end());
  const double floor = most * std::pow(10.0, -kMostDecades);
  const double low = std::max<double>(*quiet, floor);
  return {low < most * 0.5 ? low : most / 10, most};
}

QColor heatInk(double alpha) {
  return QColor::fromRgbF(1, 1, 1, static_cast<float>(alpha));
}

}  // namespace oscope::gui
