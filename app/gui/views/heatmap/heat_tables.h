// What the two heat maps show, made from a snapshot away from the GUI thread. No widget.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "analysis/base/job_context.h"
#include "analysis/stats/max_pyramid.h"
#include "analysis/stats/snapshot.h"
#include "app/gui/plots/heat_color.h"
#include "quant/policy/recipe.h"

namespace oscope::gui {

/// Which number of a channel is shown.
enum class HeatMeasure { Absmax, Rms };

/// Sites x channels: one table per site kind, rows are blocks.
struct ModelHeat {
  stats::SnapshotPtr snapshot;
  HeatMeasure measure = HeatMeasure::Absmax;
  bool folded = false;                         ///< after LAE, at every site that the recipe can fold
  std::vector<std::vector<float>> foldScales;  ///< by site of the snapshot; empty: not folded
  std::vector<std::vector<float>> values;      ///< by site, where it is folded; the others show the snapshot's own
  std::vector<float> medians;                  ///< by site: median over channels of the measure before the fold
  HeatScale scale;                             ///< of the unfolded values: both sides share it
  /// By SiteKind; null where the snapshot lacks the measure.
  std::array<std::unique_ptr<stats::MaxPyramid>, 4> tables;

  /// The measure of a site before the fold.
  const std::vector<float>& before(std::size_t site) const;
};

std::shared_ptr<const ModelHeat> makeModelHeat(const stats::SnapshotPtr& snapshot, const quant::Recipe& recipe,
                                               HeatMeasure measure, bool folded, const JobContext& context);

/// Tokens x channels of one site: the whole rows that the snapshot keeps.
struct SiteHeat {
  stats::SnapshotPtr snapshot;
  SiteId site;
  std::vector<std::int64_t> tokens;  ///< [rows] token indices, ascending
  std::int64_t leading = 0;          ///< the first rows are the first tokens of sample 0; the others are drawn
  std::int64_t channels = 0;
  std::vector<float> values;                 ///< [rows, channels] |x|, after the fold where there is one
  std::vector<float> rowMaxima;              ///< [rows]
  std::vector<float> foldScale;              ///< empty: not folded
  std::unique_ptr<stats::MaxPyramid> table;  ///< null where the snapshot keeps no rows
};

std::shared_ptr<const SiteHeat> makeSiteHeat(const stats::SnapshotPtr& snapshot, SiteId site,
                                             const quant::Recipe& recipe, bool folded);

}  // namespace oscope::gui
