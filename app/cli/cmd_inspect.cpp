// oscope inspect: what a checkpoint holds, from its config and headers alone.
#include <fmt/format.h>

#include <map>

#include "app/cli/command.h"
#include "app/cli/result_json.h"
#include "app/cli/text_table.h"
#include "app/common/model_facts.h"
#include "app/common/number_format.h"
#include "quant/transform/channel_reorder.h"

namespace oscope::cli {
namespace {

std::map<std::string, std::uint64_t> bytesByDtype(const checkpoint::ShardedCheckpoint& weights) {
  std::map<std::string, std::uint64_t> bytes;
  for (const auto& entry : weights.entries()) bytes[std::string(toString(entry.dtype))] += entry.end - entry.begin;
  return bytes;
}

/// One table line per site kind for each run of equal blocks.
std::string siteTable(const model::ModelGraph& graph) {
  using Align = TextTable::Align;
  TextTable table({{"blocks", Align::Left},
                   {"site", Align::Left},
                   {"channels"},
                   {"read by", Align::Left},
                   {"out × in", Align::Left},
                   {"exact fold", Align::Left},
                   {"exact order of channels", Align::Left}});
  for (const app::SiteFacts& row : app::siteFacts(graph)) {
    table.addRow({row.blocks, row.kind, app::formatCount(row.channels), row.readers, row.shapes, row.fold, row.order});
  }
  return table.text();
}

std::string summary(const model::OpenedModel& model) {
  const std::vector<app::Fact> files = app::fileFacts(model), graph = app::graphFacts(model.graph);
  std::string text;
  const auto add = [&text](const app::Fact& fact) { text += fmt::format("{:<14}{}\n", fact.name, fact.value); };
  add(files.front());
  for (const app::Fact& fact : graph) add(fact);
  for (std::size_t i = 1; i < files.size(); ++i) add(files[i]);
  return text;
}

Json orderJson(const quant::Reordering& reordering) {
  const bool exact = reordering.why.empty();
  return {{"name", reordering.name},
          {"carrier", exact ? Json(reordering.carrier) : Json(nullptr)},
          {"why_not", exact ? Json(nullptr) : Json(reordering.why)}};
}

Json siteJson(const model::BlockGraph& block, const model::SiteDesc& site) {
  Json readers = Json::array();
  for (const int reader : site.readers) readers.push_back(block.linears[static_cast<std::size_t>(reader)].module);
  return {{"id", toString(site.id)},
          {"channels", site.channels},
          {"linears", readers},
          {"fold_edge", site.fold ? Json(site.fold->name) : Json(nullptr)},
          {"why_no_fold", site.fold ? Json(nullptr) : Json(site.whyNoFold)},
          {"order", orderJson(quant::reorderingOf(block, site.id.kind))}};
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
          {"query_key_order", orderJson(quant::queryKeyReordering(graph.blocks.front()))},
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
