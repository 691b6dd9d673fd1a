#include "app/gui/views/channels/channel_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "quant/methods/smoothquant.h"

namespace oscope::gui {
namespace {

constexpr double kReferenceAlpha = 0.5;  // SmoothQuant's official default
constexpr double kFloorBelowMedian = 1e-4;
constexpr double kAirForLabels = 1.35;  // above the largest value

double upperMedian(const Ranked& ranked) {
  // Descending: the upper of the two middle values, as stats::medianAbsmax.
  return ranked.values.empty() ? 0 : ranked.values[(ranked.values.size() - 1) / 2];
}

}  // namespace

ChannelSeries channelSeries(const stats::SiteStats& site, const quant::SitePlan& plan, const quant::Recipe& recipe) {
  ChannelSeries series;
  series.site = site.id;
  const bool planned = plan.activation.granularity != quant::ActivationPlan::Granularity::Float;
  series.bits = planned ? plan.activation.bits : recipe.rules.activationBits;
  series.fold = quant::foldPreview(site, plan, recipe);
  series.before = site.absmax;
  series.after = quant::foldedAbsmax(site, series.fold.scale);
  const bool weightsKnown =
      !site.readers.empty() && std::all_of(site.readers.begin(), site.readers.end(), [&](const auto& reader) {
        return reader.columnAbsmax.size() == site.absmax.size();
      });
  if (weightsKnown) {
    series.referenceScale = quant::smoothScale(site, kReferenceAlpha);
    series.reference = quant::foldedAbsmax(site, series.referenceScale);
  }
  series.rankedBefore = ranked(series.before);
  series.rankedAfter = ranked(series.after);
  series.rankedReference = ranked(series.reference);
  series.medianBefore = upperMedian(series.rankedBefore);
  series.medianAfter = upperMedian(series.rankedAfter);
  series.rangeBefore = series.before.empty() ? 0 : series.rankedBefore.values.front();
  series.rangeAfter = series.after.empty() ? 0 : series.rankedAfter.values.front();
  for (std::size_t j = 0; j < series.before.size(); ++j) {
    if (series.before[j] < std::numeric_limits<float>::min()) series.dead.push_back(static_cast<std::int64_t>(j));
  }
  series.labels = plan.activation.clusters.labels;
  series.clusters = static_cast<int>(plan.activation.clusters.scales.size());
  return series;
}

std::vector<std::int64_t> channelsAbove(const Ranked& ranked, double median, double factor) {
  const auto end = std::find_if(ranked.values.begin(), ranked.values.end(),
                                [&](float value) { return !(static_cast<double>(value) > factor * median); });
  return {ranked.places.begin(), ranked.places.begin() + (end - ranked.values.begin())};
}

Scale channelAxis(const ChannelSeries& series, bool log) {
  double low = std::numeric_limits<double>::infinity(), high = 0;
  for (const std::vector<float>* values : {&series.before, &series.after, &series.reference}) {
    for (double value : *values) {
      high = std::max(high, value);
      if (value >= kFloorBelowMedian * series.medianBefore && value > 0) low = std::min(low, value);
    }
  }
  if (!(high > 0)) return {log ? 0.1 : 0.0, 1, log};
  if (!log) return {0, high * 1.12, false};
  Scale scale = logScale({low, high});
  scale.high = std::max(scale.high, high * kAirForLabels);
  return scale;
}

std::string channelsCsv(const ChannelSeries& series, const stats::Snapshot& snapshot, const JobContext& context) {
  const stats::SiteStats& site = snapshot.site(series.site);
  std::string table =
      "channel,absmax,min,max,rms,scale,after,smoothquant_scale,smoothquant_after,bits_before,bits_after,cluster,"
      "sample,position\n";
  const auto number = [](double value) { return fmt::format("{:.9g}", value); };
  const bool reference = !series.reference.empty();
  ProgressMeter meter(context, "table", "channels", static_cast<std::int64_t>(series.before.size()));
  for (std::size_t j = 0; j < series.before.size(); ++j) {
    const auto place = snapshot.place(site.absmaxToken[j]);
    table +=
        fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", j, number(site.absmax[j]), number(site.min[j]),
                    number(site.max[j]), j < site.rms.size() ? number(site.rms[j]) : "", number(series.fold.scale[j]),
                    number(series.after[j]), reference ? number(series.referenceScale[j]) : "",
                    reference ? number(series.reference[j]) : "",
                    number(quant::effectiveBits(series.before[j], series.rangeBefore, series.bits)),
                    number(quant::effectiveBits(series.after[j], series.rangeAfter, series.bits)),
                    series.labels.empty() ? "" : std::to_string(series.labels[j] + 1), place.sample, place.position);
    meter.advance(1);
  }
  return table;
}

}  // namespace oscope::gui
