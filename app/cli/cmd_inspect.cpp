// oscope inspect: what a checkpoint holds, from its config and headers alone.
#include <fmt/format.h>

#include <map>

#include "app/cli/command.h"
#include "app/cli/result_json.h"
#include "app/cli/text_table.h"
#include "app/common/number_format.h"

namespace oscope::cli {
namespace {

using app::formatBytes;
using app::formatCount;

std::map<std::string, std::uint64_t> bytesByDtype(const checkpoint::ShardedCheckpoint& weights) {
  std::map<std::string, std::uint64_t> bytes;
  for (const auto& entry : weights.entries()) bytes[std::string(toString(entry.dtype))] += entry.end - entry.begin;
  return bytes;
}

/// "q, k, v".
std::string roles(const model::BlockGraph& block, const model::SiteDesc& site) {
  std::string text;
  for (const int reader : site.readers) {
    text += (text.empty() ? "" : ", ") + block.linears[static_cast<std::size_t>(reader)].role;
  }
  return text;
}

/// "12,288 × 4,096" or, where the readers differ, one shape after the other.
std::string shapes(const model::BlockGraph& block, const model::SiteDesc& site) {
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

using SiteRow = std::vector<std::string>;

std::vector<SiteRow> siteRows(const model::BlockGraph& block) {
  std::vector<SiteRow> rows;
  for (const model::SiteDesc& site : block.sites) {
    rows.push_back({std::string(toString(site.id.kind)), formatCount(site.channels), roles(block, site),
                    shapes(block, site), site.fold ? "into " + site.fold->name : "no: " + site.whyNoFold});
  }
  return rows;
}

/// One table line per site kind for each run of equal blocks.
std::string siteTable(const model::ModelGraph& graph) {
  using Align = TextTable::Align;
  TextTable table({{"blocks", Align::Left},
                   {"site", Align::Left},
                   {"channels"},
                   {"read by", Align::Left},
                   {"out × in", Align::Left},
                   {"exact fold", Align::Left}});
  for (std::size_t first = 0; first < graph.blocks.size();) {
    const auto rows = siteRows(graph.blocks[first]);
    std::size_t last = first;
    while (last + 1 < graph.blocks.size() && siteRows(graph.blocks[last + 1]) == rows) ++last;
    std::string blocks = first == last ? fmt::format("{}", first) : fmt::format("{}–{}", first, last);
    for (SiteRow row : rows) {
      row.insert(row.begin(), blocks);
      table.addRow(std::move(row));
      blocks.clear();
    }
    first = last + 1;
  }
  return table.text();
}

std::string summary(const model::OpenedModel& model) {
  const model::ModelGraph& graph = model.graph;
  std::size_t linears = 0;
  for (const auto& block : graph.blocks) linears += block.linears.size();
  std::string dtypes;
  for (const auto& [name, bytes] : bytesByDtype(*model.weights)) {
    dtypes += fmt::format("{}{} {}", dtypes.empty() ? "" : ", ", name, formatBytes(static_cast<double>(bytes)));
  }
  std::string text;
  const auto add = [&text](const char* name, const std::string& value) {
    text += fmt::format("{:<14}{}\n", name, value);
  };
  add("model", model.folder.string());
  add("architecture", graph.architecture);
  add("parameters", formatCount(graph.parameters));
  add("blocks", formatCount(static_cast<std::int64_t>(graph.blocks.size())));
  add("sites", formatCount(static_cast<std::int64_t>(graph.sites().size())));
  add("linears", formatCount(static_cast<std::int64_t>(linears)));
  add("hidden, ffn", formatCount(graph.hidden) + ", " + formatCount(graph.ffn));
  add("heads", fmt::format("{} of {} channels, {} for keys and values", graph.heads, graph.headDim, graph.kvHeads));
  add("vocabulary", formatCount(graph.vocabulary));
  add("positions", formatCount(graph.maxPositions));
  add("head", graph.head.tied ? "tied to the embedding" : "its own weight (" + graph.head.weight + ")");
  add("files", fmt::format("{} shard{}: {}", model.weights->shards().size(),
                           model.weights->shards().size() == 1 ? "" : "s", dtypes));
  return text;
}

Json siteJson(const model::BlockGraph& block, const model::SiteDesc& site) {
  Json readers = Json::array();
  for (const int reader : site.readers) readers.push_back(block.linears[static_cast<std::size_t>(reader)].module);
  return {{"id", toString(site.id)},
          {"channels", site.channels},
          {"linears", readers},
          {"fold_edge", site.fold ? Json(site.fold->name) : Json(nullptr)},
          {"why_no_fold", site.fold ? Json(nullptr) : Json(site.whyNoFold)}};
}

Json inspectionJson(const model::OpenedModel& model) {
  const model::ModelGraph& graph = model.graph;
  Json sites = Json::array(), linears = Json::array(), dtypes = Json::object();
  for (const model::BlockGraph& block : graph.blocks) {
    for (const model::SiteDesc& site : block.sites) sites.push_back(siteJson(block, site));
    for (const model::LinearDesc& linear : block.linears) {
      linears.push_back({{"module", linear.module},
                         {"role", linear.role},
                         {"out", linear.out},
                         {"in", linear.in},
                         {"bias", !linear.bias.empty()},
                         {"dtype", toString(model.weights->entry(linear.weight).dtype)}});
    }
  }
  for (const auto& [name, bytes] : bytesByDtype(*model.weights)) dtypes[name] = bytes;
  return {{"model", model.folder.string()},
          {"architecture", graph.architecture},
          {"parameters", graph.parameters},
          {"blocks", graph.blocks.size()},
          {"hidden", graph.hidden},
          {"ffn", graph.ffn},
          {"heads", graph.heads},
          {"kv_heads", graph.kvHeads},
          {"head_dim", graph.headDim},
          {"vocabulary", graph.vocabulary},
          {"max_positions", graph.maxPositions},
          {"tied_head", graph.head.tied},
          {"shards", model.weights->shards().size()},
          {"bytes_by_dtype", dtypes},
          {"sites", sites},
          {"linears", linears},
          {"diagnostics", toJson(model.diagnostics)}};
}

}  // namespace

Command addInspect(CLI::App& root) {
  CLI::App* app = root.add_subcommand(
      "inspect", "Show architecture, blocks, sites, linears, dtypes and exact folds of a checkpoint (headers only)");
  const auto folder = std::make_shared<std::string>();
  app->add_option("model", *folder, "Folder with config.json and safetensors files")->required()->type_name("MODEL");
  return {app, [folder](Session& session) {
            const model::OpenedModel model = model::openModel(*folder);
            session.show(model.diagnostics);
            session.print(summary(model) + "\n" + siteTable(model.graph));
            session.emit(inspectionJson(model));
            return ExitStatus::Ok;
          }};
}

}  // namespace oscope::cli
