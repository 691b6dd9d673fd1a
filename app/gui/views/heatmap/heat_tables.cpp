#include "app/gui/views/heatmap/heat_tables.h"

#include <algorithm>
#include <cmath>

#include "analysis/stats/outlier.h"
#include "analysis/stats/row_sample.h"
#include "quant/methods/fptq.h"

namespace oscope::gui {
namespace {

const std::vector<float>& measured(const stats::SiteStats& site, HeatMeasure measure) {
  return measure == HeatMeasure::Absmax ? site.absmax : site.rms;
}

}  // namespace

const std::vector<float>& ModelHeat::before(std::size_t site) const {
  return measured(snapshot->sites()[site], measure);
}

std::shared_ptr<const ModelHeat> makeModelHeat(const stats::SnapshotPtr& snapshot, const quant::Recipe& recipe,
                                               HeatMeasure measure, bool folded, const JobContext& context) {
  auto heat = std::make_shared<ModelHeat>();
  heat->snapshot = snapshot;
  heat->measure = measure;
  heat->folded = folded;
  const std::vector<stats::SiteStats>& sites = snapshot->sites();
  heat->foldScales.resize(sites.size());
  heat->values.resize(sites.size());
  std::vector<std::span<const float>> all;
  std::array<std::vector<std::span<const float>>, 4> rows;
  for (auto& kind : rows) kind.resize(static_cast<std::size_t>(snapshot->blocks()));
  std::array<std::int64_t, 4> channels{};
  for (std::size_t i = 0; i < sites.size(); ++i) {
    context.checkCancelled();
    const std::vector<float>& own = heat->before(i);
    heat->medians.push_back(stats::medianOf(own));
    all.emplace_back(own);
    std::span<const float> shown = own;
    if (folded && !own.empty()) {
      heat->foldScales[i] = quant::foldableLaeScale(sites[i], recipe);
      if (!heat->foldScales[i].empty()) shown = heat->values[i] = quant::afterFold(own, heat->foldScales[i]);
    }
    const auto kind = static_cast<std::size_t>(sites[i].id.kind);
    rows[kind][static_cast<std::size_t>(sites[i].id.block)] = shown;
    if (!own.empty()) channels[kind] = std::max(channels[kind], sites[i].channels);
  }
  heat->scale = heatScaleOf(all);
  for (std::size_t kind = 0; kind < rows.size(); ++kind) {
    if (channels[kind] == 0) continue;
    // Blocks of another width (none are known) could not stand on the same axis.
    for (auto& row : rows[kind]) {
      if (static_cast<std::int64_t>(row.size()) != channels[kind]) row = {};
    }
    heat->tables[kind] = std::make_unique<stats::MaxPyramid>(std::move(rows[kind]), channels[kind]);
  }
  return heat;
}

std::shared_ptr<const SiteHeat> makeSiteHeat(const stats::SnapshotPtr& snapshot, SiteId site,
                                             const quant::Recipe& recipe, bool folded) {
  auto heat = std::make_shared<SiteHeat>();
  heat->snapshot = snapshot;
  heat->site = site;
  const stats::SiteStats& facts = snapshot->site(site);
  stats::SiteDetail detail = snapshot->detail(site);
  heat->channels = facts.channels;
  heat->tokens = std::move(detail.rowTokens);
  heat->values = std::move(detail.rows);
  if (heat->values.empty() || heat->channels == 0) return heat;
  for (float& value : heat->values) value = std::fabs(value);
  if (folded) {
    heat->foldScale = quant::foldableLaeScale(facts, recipe);
    heat->values = quant::afterFold(std::move(heat->values), heat->foldScale);
  }
  const stats::RowSampleRule rule{static_cast<std::int64_t>(heat->tokens.size()), snapshot->provenance().length,
                                  snapshot->provenance().seed};
  std::vector<std::span<const float>> rows;
  const auto width = static_cast<std::size_t>(heat->channels);
  for (std::size_t r = 0; r < heat->tokens.size(); ++r) {
    rows.emplace_back(&heat->values[r * width], width);
    heat->rowMaxima.push_back(*std::max_element(rows.back().begin(), rows.back().end()));
    if (heat->tokens[r] < rule.leading()) ++heat->leading;
  }
  heat->table = std::make_unique<stats::MaxPyramid>(std::move(rows), heat->channels);
  return heat;
}

}  // namespace oscope::gui
