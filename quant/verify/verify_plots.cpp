#include "quant/verify/verify_plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace oscope::quant {
namespace {

constexpr double kBandDb = 2;  ///< the prediction's aim

const char* classOf(Policy policy) {
  constexpr const char* kClasses[] = {"static", "lae", "dynamic", "float"};
  return kClasses[static_cast<std::size_t>(policy)];
}

const char* titleOf(Policy policy) {
  constexpr const char* kTitles[] = {"Static", "LAE + static", "Dynamic", "Float"};
  return kTitles[static_cast<std::size_t>(policy)];
}

/// Circle, diamond, triangle, ring: colour never stands alone.
std::string mark(double x, double y, Policy policy) {
  switch (policy) {
    case Policy::Static:
      return fmt::format("<circle class=\"static\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4.5\"/>", x, y);
    case Policy::LaeStatic:
      return fmt::format("<path class=\"lae\" d=\"M{:.1f} {:.1f}l5.5 5.5l-5.5 5.5l-5.5-5.5z\"/>", x, y - 5.5);
    case Policy::Dynamic:
      return fmt::format("<path class=\"dynamic\" d=\"M{:.1f} {:.1f}l5.5 9.5h-11z\"/>", x, y - 5.5);
    case Policy::None:
      break;
  }
  return fmt::format("<circle class=\"ring\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4.5\"/>", x, y);
}

std::string text(double x, double y, const char* anchor, const std::string& words, const char* style = "") {
  return fmt::format("<text class=\"t {}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", style, x, y,
                     anchor, words);
}

std::string line(const char* style, double x1, double y1, double x2, double y2) {
  return fmt::format("<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>\n", style, x1, y1,
                     x2, y2);
}

/// 1, 2 or 5 times a power of ten, so that `span` has about `wanted` steps.
double stepOf(double span, int wanted) {
  const double raw = span / wanted, decade = std::pow(10.0, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * decade >= raw * 0.999) return factor * decade;
  }
  return 10 * decade;
}

/// Finite measured figures; a site without error (∞) has no place on an axis.
bool hasPlace(const SiteMeasure& site) {
  return std::isfinite(site.outputSqnrLocalDb);
}

std::string legend(double x, double y) {
  std::string svg;
  for (const Policy policy : {Policy::Static, Policy::LaeStatic, Policy::Dynamic}) {
    svg += mark(x, y, policy) + text(x + 10, y + 4, "start", titleOf(policy));
    x += policy == Policy::LaeStatic ? 112 : 78;
  }
  return svg;
}

}  // namespace

std::string plotStyle() {
  return R"(svg { max-width: 100%; height: auto; }
.t { font: 11px system-ui, sans-serif; fill: #636b78; } .strong { font-weight: 600; fill: #1b2028; }
.grid { stroke: #ecEEf2; } .axis { stroke: #c8cdd6; } .equal { stroke: #1b2028; } .zone { fill: #f1f3f5; }
.static { fill: #2a66c4; } .lae { fill: #bf7600; } .dynamic { fill: #b01e5a; } .float { fill: #7a828f; }
.ring { fill: none; stroke: #7a828f; stroke-width: 1.6; } .tick { stroke: #1b2028; stroke-width: 2; }
@media (prefers-color-scheme: dark) {
.t { fill: #9099a8; } .strong { fill: #e8ebf0; } .grid { stroke: #20262e; } .axis { stroke: #414957; }
.equal, .tick { stroke: #e8ebf0; } .zone { fill: #1e232a; } .ring { stroke: #98a1af; }
.static { fill: #6fa8ff; } .lae { fill: #f2b134; } .dynamic { fill: #f2557f; } .float { fill: #98a1af; } }
)";
}

std::string agreementPlot(const VerifyReport& report) {
  double low = 0, high = 0;
  bool any = false;
  for (const SiteMeasure& site : report.sites) {
    if (!site.predictedDb || !hasPlace(site) || !std::isfinite(*site.predictedDb)) continue;
    const auto [least, most] = std::minmax(*site.predictedDb, site.outputSqnrLocalDb);
    low = any ? std::min(low, least) : least;
    high = any ? std::max(high, most) : most;
    any = true;
  }
  if (!any) return {};
  const double step = stepOf(std::max(high - low, 2.0), 5);
  low = std::floor(low / step) * step;
  high = std::max(std::ceil(high / step) * step, low + step);
  constexpr double kLeft = 52, kTop = 34, kSide = 360;
  const auto x = [&](double db) { return kLeft + (db - low) / (high - low) * kSide; };
  const auto y = [&](double db) { return kTop + kSide - (db - low) / (high - low) * kSide; };

  std::string svg =
      "<svg role=\"img\" aria-label=\"Measured against predicted SQNR\" width=\"440\" height=\"444\" "
      "viewBox=\"0 0 440 444\">\n";
  const double wide = std::min(kBandDb, high - low);
  svg += fmt::format(
      "<path class=\"zone\" d=\"M{0:.1f} {1:.1f}L{2:.1f} {3:.1f}H{4:.1f}V{5:.1f}L{6:.1f} {7:.1f}H{0:.1f}z\"/>\n",
      x(low), y(low + wide), x(high - wide), y(high), x(high), y(high - wide), x(low + wide), y(low));
  const auto steps = static_cast<int>(std::lround((high - low) / step));
  for (int i = 0; i <= steps; ++i) {
    const double db = low + i * step;
    svg += line("grid", x(db), kTop, x(db), kTop + kSide) + line("grid", kLeft, y(db), kLeft + kSide, y(db));
    svg += text(x(db), kTop + kSide + 16, "middle", fmt::format("{:g}", db));
    svg += text(kLeft - 8, y(db) + 4, "end", fmt::format("{:g}", db));
  }
  svg +=
      line("axis", kLeft, kTop, kLeft, kTop + kSide) + line("axis", kLeft, kTop + kSide, kLeft + kSide, kTop + kSide);
  svg += line("equal", x(low), y(low), x(high), y(high));
  for (const SiteMeasure& site : report.sites) {
    if (!site.predictedDb || !hasPlace(site) || !std::isfinite(*site.predictedDb)) continue;
    svg += fmt::format("<g><title>{}: predicted {:.1f} dB, measured {:.1f} dB</title>{}</g>\n", toString(site.id),
                       *site.predictedDb, site.outputSqnrLocalDb,
                       mark(x(*site.predictedDb), y(site.outputSqnrLocalDb), site.policy));
  }
  svg += text(kLeft + kSide / 2, kTop + kSide + 38, "middle", "predicted, dB  (line: equal, band: ±2 dB)");
  svg += fmt::format(
      "<text class=\"t\" transform=\"translate(14 {:.1f}) rotate(-90)\" text-anchor=\"middle\">measured, "
      "dB</text>\n",
      kTop + kSide / 2);
  return svg + legend(kLeft + 6, 14) + "</svg>\n";
}

std::string sitePlot(const VerifyReport& report) {
  double top = 0;
  int blocks = 0;
  for (const SiteMeasure& site : report.sites) {
    blocks = std::max(blocks, site.id.block + 1);
    if (hasPlace(site)) top = std::max(top, site.outputSqnrLocalDb);
    if (site.predictedDb && std::isfinite(*site.predictedDb)) top = std::max(top, *site.predictedDb);
  }
  if (blocks == 0 || top <= 0) return {};
  const double step = stepOf(top, 2);
  top *= 1.08;
  constexpr double kLeft = 108, kWidth = 560, kRow = 92, kHeight = 68, kTop = 30;
  const double pitch = kWidth / blocks, wide = std::max(pitch * 0.78, pitch - 6);
  const double bottom = kTop + kRow * static_cast<double>(kSiteKinds.size());
  std::string svg = fmt::format(
      "<svg role=\"img\" aria-label=\"Measured SQNR by site\" width=\"684\" height=\"{0:.0f}\" viewBox=\"0 0 684 "
      "{0:.0f}\">\n{1}{2}",
      bottom + 14, legend(kLeft + 6, 12), text(kLeft + kWidth, 16, "end", "dB; tick: predicted"));
  for (std::size_t k = 0; k < kSiteKinds.size(); ++k) {
    const double base = kTop + kRow * static_cast<double>(k) + kHeight;
    svg += text(4, base - kHeight / 2 + 4, "start", std::string(toString(kSiteKinds[k])), "strong");
    for (int i = 0; i * step <= top; ++i) {
      const double db = i * step;
      const double height = base - db / top * kHeight;
      svg += line(db == 0 ? "axis" : "grid", kLeft, height, kLeft + kWidth, height);
      svg += text(kLeft - 8, height + 4, "end", fmt::format("{:g}", db));
    }
    for (const SiteMeasure& site : report.sites) {
      if (site.id.kind != kSiteKinds[k] || !hasPlace(site)) continue;
      const double left = kLeft + pitch * site.id.block + (pitch - wide) / 2;
      const double height = std::max(0.0, site.outputSqnrLocalDb) / top * kHeight;
      svg += fmt::format(
          "<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"><title>{}: {} "
          "{:.1f} dB</title></rect>\n",
          classOf(site.policy), left, base - height, wide, height, toString(site.id), toString(site.policy),
          site.outputSqnrLocalDb);
      if (!site.predictedDb || !std::isfinite(*site.predictedDb)) continue;
      const double tick = base - std::max(0.0, *site.predictedDb) / top * kHeight;
      svg += line("tick", left - 1, tick, left + wide + 1, tick);
    }
  }
  const int every = blocks >= 48 ? 8 : blocks >= 12 ? 4 : 1;
  for (int block = 0; block < blocks; ++block) {
    const bool last = block == blocks - 1;
    if (!last && (block % every != 0 || blocks - 1 - block <= every / 2)) continue;
    svg += text(kLeft + pitch * (block + 0.5), bottom - kRow + kHeight + 18, "middle", std::to_string(block));
  }
  return svg + text(kLeft + kWidth / 2, bottom + 8, "middle", "block") + "</svg>\n";
}

}  // namespace oscope::quant
