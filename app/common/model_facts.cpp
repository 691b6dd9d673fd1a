#include "app/common/model_facts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "app/common/number_format.h"
#include "quant/transform/channel_reorder.h"

namespace oscope::app {
namespace {

std::string counted(std::size_t count, const char* one, const char* many) {
  return formatCounted(static_cast<std::int64_t>(count), one, many);
}

/// "q, k, v".
std::string readersOf(const model::BlockGraph& block, const model::SiteDesc& site) {
  std::vector<std::string> roles;
  for (const int reader : site.readers) roles.push_back(block.linears[static_cast<std::size_t>(reader)].role);
  return fmt::format("{}", fmt::join(roles, ", "));
}

/// "12,288 × 4,096" or, where the readers differ, one shape after the other.
std::string shapesOf(const model::BlockGraph& block, const model::SiteDesc& site) {
  std::string text, last;
  for (const int reader : site.readers) {
    const auto& linear = block.linears[static_cast<std::size_t>(reader)];
    const std::string shape = fmt::format("{} × {}", formatCount(linear.out), formatCount(linear.in));
    if (shape == last) continue;
    text += (text.empty() ? "" : ", ") + shape;
    last = shape;
  }
  return text;
}

std::string orderText(const quant::Reordering& reordering) {
  return reordering.name + ": " + (reordering.why.empty() ? reordering.carrier : "no, " + reordering.why);
}

/// R2 has no site: it is of q and k behind their linears.
std::string queryKeyOrder(const model::ModelGraph& graph) {
  const quant::Reordering reordering = quant::queryKeyReordering(graph.blocks.front());
  return orderText(reordering) + (reordering.why.empty() ? "; nothing asks for it: q and k stay in float" : "");
}

std::vector<SiteFacts> sitesOf(const model::BlockGraph& block) {
  std::vector<SiteFacts> rows;
  for (const model::SiteDesc& site : block.sites) {
    rows.push_back({"", std::string(toString(site.id.kind)), readersOf(block, site), shapesOf(block, site),
                    site.channels, site.fold ? "into " + site.fold->name : "no: " + site.whyNoFold,
                    orderText(quant::reorderingOf(block, site.id.kind))});
  }
  return rows;
}

bool sameSites(const std::vector<SiteFacts>& a, const std::vector<SiteFacts>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const SiteFacts& x, const SiteFacts& y) {
    return x.kind == y.kind && x.readers == y.readers && x.shapes == y.shapes && x.channels == y.channels &&
           x.fold == y.fold && x.order == y.order;
  });
}

}  // namespace

std::vector<Fact> graphFacts(const model::ModelGraph& graph) {
  std::size_t linears = 0;
  for (const auto& block : graph.blocks) linears += block.linears.size();
  return {
      {"architecture", graph.architecture},
      {"parameters", formatCount(graph.parameters)},
      {"blocks", formatCount(static_cast<std::int64_t>(graph.blocks.size()))},
      {"sites", formatCount(static_cast<std::int64_t>(graph.sites().size()))},
      {"linears", formatCount(static_cast<std::int64_t>(linears))},
      {"hidden, ffn", formatCount(graph.hidden) + ", " + formatCount(graph.ffn)},
      {"heads", fmt::format("{} of {} channels, {} for keys and values", graph.heads, graph.headDim, graph.kvHeads)},
      {"vocabulary", formatCount(graph.vocabulary)},
      {"positions", formatCount(graph.maxPositions)},
      {"head", graph.head.tied ? "tied to the embedding" : "its own weight (" + graph.head.weight + ")"},
      {"order of q, k", queryKeyOrder(graph)}};
}

std::vector<Fact> fileFacts(const model::OpenedModel& model) {
  std::map<std::string, std::uint64_t> bytes;
  for (const auto& entry : model.weights->entries())
    bytes[std::string(toString(entry.dtype))] += entry.end - entry.begin;
  std::vector<std::string> dtypes;
  for (const auto& [name, size] : bytes) dtypes.push_back(name + " " + formatBytes(static_cast<double>(size)));
  return {{"model", model.folder.string()},
          {"files",
           fmt::format("{}: {}", counted(model.weights->shards().size(), "shard", "shards"), fmt::join(dtypes, ", "))}};
}

std::vector<Fact> snapshotFacts(const stats::Snapshot& snapshot) {
  const stats::Provenance& p = snapshot.provenance();
  const std::string source =
      p.dataFile.empty() ? p.dataSource + " tokens" : fmt::format("{} ({})", p.dataFile, p.dataSource);
  std::string windows =
      fmt::format("{} of {} tokens, {} in all", counted(static_cast<std::size_t>(p.samples), "sample", "samples"),
                  formatCount(p.length), formatCount(p.samples * p.length));
  if (p.firstSample > 0) windows += fmt::format(", from sample {} on", formatCount(p.firstSample));
  std::vector<std::string> observers;
  for (const std::string& id : p.observers) {
    observers.push_back(id);
    if (!p.observerParams.contains(id)) continue;
    for (const auto& [key, value] : p.observerParams.at(id).items()) {
      observers.back() += fmt::format(" ({} {})", key, value.dump());
    }
  }
  return {{"model", p.modelName},
          {"model fingerprint", p.modelFingerprint},
          {"calibrated on", source},
          {"samples", windows},
          {"seed", fmt::format("{}", p.seed)},
          {"first token", p.bosAtStart ? "BOS, put in front by the tokenizer" : "of the text"},
          {"observers", fmt::format("{}", fmt::join(observers, ", "))},
          {"data hash", p.dataHash},
          {"content hash", snapshot.contentHash()},
          {"made", fmt::format("{} on {}, {}", p.createdUtc, p.device, p.build)}};
}

std::vector<SiteFacts> siteFacts(const model::ModelGraph& graph) {
  std::vector<SiteFacts> all;
  for (std::size_t first = 0; first < graph.blocks.size();) {
    std::vector<SiteFacts> rows = sitesOf(graph.blocks[first]);
    std::size_t last = first;
    while (last + 1 < graph.blocks.size() && sameSites(sitesOf(graph.blocks[last + 1]), rows)) ++last;
    if (!rows.empty())
      rows.front().blocks = first == last ? fmt::format("{}", first) : fmt::format("{}–{}", first, last);
    all.insert(all.end(), rows.begin(), rows.end());
    first = last + 1;
  }
  return all;
}

}  // namespace oscope::app
