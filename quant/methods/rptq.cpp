#include "quant/methods/rptq.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/base/number_text.h"
#include "analysis/model/open_model.h"
#include "quant/transform/channel_clusters.h"
#include "quant/transform/channel_reorder.h"

namespace oscope::quant {
namespace {

class Rptq final : public QuantMethod {
 public:
  std::string id() const override { return "rptq"; }
  std::string title() const override { return "RPTQ activations"; }
  std::string summary() const override {
    return "Channels clustered by their range, one static asymmetric scale per cluster (arXiv 2304.01089; WikiText2 "
           "perplexity of a 13B model 10.13 to 10.90 at W4A8, 12.74 at W4A4).";
  }

  ParamSchema params() const override {
    return {
        {"clusters",
         "Clusters",
         "Of the inputs of q, k, v, of fc1 and of fc2; 32 is official.",
         "clusters",
         std::int64_t{32},
         1,
         1024,
         {}},
        {"head_clusters",
         "Clusters per head",
         "Of the attention output, inside each key/value head; 4 is official. 0: as many as elsewhere, over all heads.",
         "clusters",
         std::int64_t{4},
         0,
         256,
         {}},
        {"norm_bits",
         "Least bits behind norms",
         "Norm-fed sites get at least this width; the official code uses 8, its W4A4 included.",
         "bits",
         std::int64_t{8},
         2,
         8,
         {}},
        {"reorder",
         "Bring clusters together",
         "Folds the order of clusters into rows, columns and norms where that is exact; else channels keep labels.",
         "",
         true,
         {},
         {},
         {}}};
  }

  void plan(const PlanContext& context, Plan& plan) const override {
    const checkpoint::HfConfig config(context.snapshot.provenance().config, "the snapshot's model config");
    const model::ModelGraph graph = model::graphOfConfig(config);
    for (std::size_t i = 0; i < plan.sites.size(); ++i) {
      SitePlan& site = plan.sites[i];
      const stats::SiteStats& stats = context.snapshot.sites()[i];
      const bool heads = site.id.kind == SiteKind::AttnOut && context.params.integer("head_clusters") > 0;
      site.activation = {};
      site.activation.granularity = ActivationPlan::Granularity::Cluster;
      site.activation.bits = context.recipe.rules.activationBits;
      if (stats.foldEdge == "norm") {
        site.activation.bits = std::max(site.activation.bits, static_cast<int>(context.params.integer("norm_bits")));
      }
      const auto wanted = static_cast<int>(context.params.integer(heads ? "head_clusters" : "clusters"));
      site.activation.clusters =
          rptqClusters(stats.max, stats.min, wanted, site.activation.bits, heads ? graph.kvHeads : 0, graph.headDim);
      site.policy = Policy::Static;
      site.reason =
          fmt::format("v = {}; {} clusters of {} channels, {} bits", formatRange(site.range),
                      site.activation.clusters.scales.size(), formatCount(stats.channels), site.activation.bits);
      if (context.params.flag("reorder")) reorder(graph.blocks.at(static_cast<std::size_t>(site.id.block)), site);
    }
  }

 private:
  static void reorder(const model::BlockGraph& block, SitePlan& site) {
    if (site.activation.clusters.scales.size() < 2) return;
    const model::OrderCarrier carrier = model::orderCarrier(block, site.id.kind);
    const Reordering words = reorderingOf(block, site.id.kind);
    const std::string obstacle = whyNotReordered(carrier, site);
    if (!obstacle.empty()) {
      site.reason += fmt::format("; by label, not {}: {}", words.name, obstacle);
      return;
    }
    site.order = channelOrder(site.activation.clusters.labels, carrier.within);
    site.reason += fmt::format("; order folded ({}: {})", words.name, words.carrier);
  }
};

}  // namespace

ActivationClusters rptqClusters(std::span<const float> max, std::span<const float> min, int clusters, int bits,
                                std::int64_t kvHeads, std::int64_t headDim) {
  std::vector<ChannelRange> points;
  for (std::size_t j = 0; j < max.size(); ++j) points.push_back({max[j], min[j]});
  if (kvHeads == 0) return clusterScales(points, clusterChannels(points, clusters).labels, bits);

  const auto width = static_cast<std::size_t>(headDim);
  const std::size_t share = max.size() / static_cast<std::size_t>(kvHeads * headDim);  // query heads per kv head
  std::vector<std::int32_t> labels(max.size());
  std::int32_t first = 0;
  for (std::size_t head = 0; head < static_cast<std::size_t>(kvHeads); ++head) {
    const std::size_t begin = head * share * width;
    std::vector<ChannelRange> pooled(points.begin() + static_cast<std::ptrdiff_t>(begin),
                                     points.begin() + static_cast<std::ptrdiff_t>(begin + width));
    for (std::size_t k = width; k < share * width; ++k) {
      ChannelRange& range = pooled[k % width];
      range.max = std::max(range.max, points[begin + k].max);
      range.min = std::min(range.min, points[begin + k].min);
    }
    const Clustering found = clusterChannels(pooled, clusters);
    for (std::size_t k = 0; k < share * width; ++k) labels[begin + k] = first + found.labels[k % width];
    first += static_cast<std::int32_t>(found.centres.size());
  }
  return clusterScales(points, std::move(labels), bits);
}

std::unique_ptr<QuantMethod> makeRptq() {
  return std::make_unique<Rptq>();
}

}  // namespace oscope::quant
