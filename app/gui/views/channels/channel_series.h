// What the Channels view draws of one site, as values: no widget.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/base/job_context.h"
#include "analysis/stats/snapshot.h"
#include "app/gui/plots/decimate.h"
#include "app/gui/plots/scale.h"
#include "quant/policy/fold_preview.h"

namespace oscope::gui {

/// Per-channel absmax of a site as it is, after the fold, and after SmoothQuant's scale (alpha 0.5) for comparison.
struct ChannelSeries {
  SiteId site;
  int bits = 8;  ///< of the activation
  quant::FoldPreview fold;
  std::vector<float> referenceScale;            ///< SmoothQuant's s; empty where the snapshot has no weight maxima
  std::vector<float> before, after, reference;  ///< [channels]
  double medianBefore = 0, medianAfter = 0, rangeBefore = 0, rangeAfter = 0;
  std::vector<std::int64_t> dead;    ///< channels that carry nothing
  std::vector<std::int32_t> labels;  ///< cluster of each channel where the plan has clusters (RPTQ)
  int clusters = 0;
  Ranked rankedBefore, rankedAfter, rankedReference;
};
ChannelSeries channelSeries(const stats::SiteStats& site, const quant::SitePlan& plan, const quant::Recipe& recipe);

/// Channels whose `values` lie above `factor` times `median`, largest first (by channel where equal).
std::vector<std::int64_t> channelsAbove(const Ranked& ranked, double median, double factor);

/// The value axis around all series. Values below a ten-thousandth of the median don't stretch it: they stand at its
/// lower edge with the dead ones.
Scale channelAxis(const ChannelSeries& series, bool log);

/// Every channel in a row, full precision.
std::string channelsCsv(const ChannelSeries& series, const stats::Snapshot& snapshot, const JobContext& context);

}  // namespace oscope::gui
