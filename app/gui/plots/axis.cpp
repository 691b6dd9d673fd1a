#include "app/gui/plots/axis.h"

#include <algorithm>
#include <cmath>

#include "app/common/number_format.h"

namespace oscope::gui {
namespace {

QString plain(double value) {
  if (value >= 1) return QString::fromStdString(app::formatCount(static_cast<std::int64_t>(std::llround(value))));
  return QString::number(value, 'g', 3);
}

QString powerOfTen(int exponent) {
  static const char* const kDigits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  QString text = exponent < 0 ? QStringLiteral("10⁻") : QStringLiteral("10");
  for (QChar digit : QString::number(std::abs(exponent))) text += QString::fromUtf8(kDigits[digit.digitValue()]);
  return text;
}

}  // namespace

std::vector<Tick> linearTicks(double low, double high, int wanted) {
  std::vector<Tick> ticks;
  if (!(high > low) || wanted < 1) return ticks;
  const double raw = (high - low) / wanted;
  const double decade = std::pow(10.0, std::floor(std::log10(raw)));
  double step = decade;
  for (double factor : {2.0, 5.0, 10.0}) {
    if (step < raw * 0.999) step = factor * decade;
  }
  const int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
  for (double i = std::ceil(low / step - 1e-9); i * step <= high + step * 1e-9; ++i) {
    const double value = i * step;
    QString label = decimals == 0 ? QString::fromStdString(app::formatCount(std::llround(value)))
                                  : QString::number(value, 'f', decimals);
    ticks.push_back({value, label.replace(QLatin1Char('-'), QStringLiteral("−")), true});
  }
  return ticks;
}

std::vector<Tick> logTicks(double low, double high) {
  std::vector<Tick> ticks;
  if (!(low > 0) || !(high > low)) return ticks;
  if (high < 10 * low) return linearTicks(low, high, 5);
  const int first = static_cast<int>(std::floor(std::log10(low)));
  const int last = static_cast<int>(std::ceil(std::log10(high)));
  const int stride = std::max(1, (last - first) / 8);  // very long axes: only every second or third decade is labelled
  for (int exponent = first; exponent <= last; ++exponent) {
    for (int factor : {1, 3}) {
      const double value = factor * std::pow(10.0, exponent);
      if (value < low * (1 - 1e-9) || value > high * (1 + 1e-9)) continue;
      const bool labelled = (exponent - first) % stride == 0 && (factor == 1 || stride == 1);
      QString label;
      if (labelled && exponent >= -3 && exponent <= 4) label = plain(value);
      if (labelled && factor == 1 && label.isEmpty()) label = powerOfTen(exponent);
      ticks.push_back({value, label, factor == 1});
    }
  }
  return ticks;
}

std::vector<Tick> blockTicks(int blocks, double low, double high) {
  std::vector<Tick> ticks;
  if (blocks <= 0) return ticks;
  int step = blocks >= 48 ? 8 : blocks >= 12 ? 4 : 1;
  while (step > 1 && (high - low) / step < 3) step /= 2;
  const int last = blocks - 1;
  for (int block = 0; block < last; block += step) {
    const bool crowdsLast = last - block <= step / 2;
    if (block >= low && block <= high && !crowdsLast)
      ticks.push_back({static_cast<double>(block), QString::number(block), true});
  }
  if (last >= low && last <= high) ticks.push_back({static_cast<double>(last), QString::number(last), true});
  return ticks;
}

std::pair<double, double> logRange(const std::vector<double>& values) {
  double low = 0, high = 0;
  for (double value : values) {
    if (!(value > 0) || std::isinf(value)) continue;
    low = low == 0 ? value : std::min(low, value);
    high = std::max(high, value);
  }
  if (low == 0) return {0.1, 1000};
  if (high / low < 1.01) return {low / 3, high * 3};
  const double air = std::pow(10.0, 0.1);
  return {low / air, high * air};
}

}  // namespace oscope::gui
