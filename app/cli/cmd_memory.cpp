// oscope memory: bytes of weights, KV cache and activations over batch, length and scheme.
#include <fmt/format.h>

#include "analysis/base/error.h"
#include "analysis/model/open_model.h"
#include "app/cli/command.h"
#include "app/cli/text_table.h"
#include "app/common/known_configs.h"
#include "app/common/number_format.h"
#include "quant/memory/memory_table.h"

namespace oscope::cli {
namespace {

using Align = TextTable::Align;

struct MemoryOptions {
  std::string model, config;
  std::vector<std::int64_t> batches{1}, lengths{2048};
  std::vector<std::string> schemes{"W16A16", "W8A8", "W4A8", "W4A8KV8"};
  bool rptqTable = false, listConfigs = false;
};

ExitStatus listConfigs(Session& session) {
  const auto names = app::knownConfigNames();
  session.print(fmt::format("{}\n", fmt::join(names, "\n")));
  session.emit({{"configs", names}});
  return ExitStatus::Ok;
}

ExitStatus rptqTable(Session& session) {
  TextTable table({{"model", Align::Left}, {"scheme", Align::Left}, {"batch"}, {"length"}, {"memory (GiB)"}});
  Json cells = Json::array();
  for (const quant::RptqCell& cell : quant::rptqTable()) {
    table.addRow({cell.model, cell.scheme, fmt::format("{}", cell.batch), app::formatCount(cell.sequence),
                  fmt::format("{:.1f}", cell.gib)});
    cells.push_back({{"model", cell.model},
                     {"scheme", cell.scheme},
                     {"batch", cell.batch},
                     {"length", cell.sequence},
                     {"gib", cell.gib}});
  }
  session.print("RPTQ's table (slides to arXiv 2304.01089); its GB are GiB\n\n" + table.text());
  session.emit({{"unit", "GiB"}, {"cells", cells}});
  return ExitStatus::Ok;
}

model::ModelGraph graphOf(const MemoryOptions& options) {
  if (options.config.empty()) return model::openModel(options.model).graph;
  return model::graphOfConfig(app::knownConfig(options.config));
}

std::vector<quant::MemoryScheme> schemesOf(const MemoryOptions& options) {
  std::vector<quant::MemoryScheme> schemes;
  try {
    for (const std::string& text : options.schemes) schemes.push_back(quant::parseMemoryScheme(text));
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
  return schemes;
}

ExitStatus estimates(const MemoryOptions& options, Session& session) {
  if (options.model.empty() == options.config.empty()) {
    throw UsageError("name either a model folder or a known config (--config NAME; --list-configs shows them)");
  }
  const auto schemes = schemesOf(options);
  const model::ModelGraph graph = graphOf(options);
  TextTable table(
      {{"scheme", Align::Left}, {"batch"}, {"length"}, {"weights"}, {"KV cache"}, {"activations"}, {"total"}});
  Json rows = Json::array();
  for (const quant::MemoryScheme& scheme : schemes) {
    for (const std::int64_t batch : options.batches) {
      for (const std::int64_t length : options.lengths) {
        const quant::MemoryEstimate estimate = quant::estimateMemory(graph, scheme, batch, length);
        const double weights = estimate.weightBytes + estimate.scaleBytes;
        table.addRow({scheme.name, app::formatCount(batch), app::formatCount(length), app::formatBytes(weights),
                      app::formatBytes(estimate.kvBytes), app::formatBytes(estimate.activationBytes),
                      app::formatBytes(estimate.total())});
        rows.push_back({{"scheme", scheme.name},
                        {"batch", batch},
                        {"length", length},
                        {"weight_bytes", estimate.weightBytes},
                        {"scale_bytes", estimate.scaleBytes},
                        {"kv_bytes", estimate.kvBytes},
                        {"activation_bytes", estimate.activationBytes},
                        {"total_bytes", estimate.total()}});
      }
    }
  }
  const std::string name = options.config.empty() ? options.model : options.config;
  session.print(fmt::format("{}: {} parameters (weights with their scales; MB and GB are decimal)\n\n{}", name,
                            app::formatCount(graph.parameters), table.text()));
  session.emit({{"model", name}, {"parameters", graph.parameters}, {"estimates", rows}});
  return ExitStatus::Ok;
}

}  // namespace

Command addMemory(CLI::App& root) {
  CLI::App* app =
      root.add_subcommand("memory", "Estimate the bytes of weights, KV cache and activations of a deployed model");
  const auto options = std::make_shared<MemoryOptions>();
  app->add_option("model", options->model, "Folder with config.json and safetensors files")->type_name("MODEL");
  app->add_option("--config", options->config, "A published shape instead of a checkpoint (--list-configs names them)");
  app->add_flag("--list-configs", options->listConfigs, "List the known shapes");
  app->add_option("--batch", options->batches, "Sequences at once, e.g. 1,16,64")
      ->delimiter(',')
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app->add_option("--length", options->lengths, "Tokens of each sequence, e.g. 2048,8192")
      ->delimiter(',')
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app->add_option("--scheme", options->schemes, "Bits of weights, activations and KV cache, e.g. W4A8KV8,W4A16")
      ->delimiter(',')
      ->capture_default_str();
  app->add_flag("--rptq-table", options->rptqTable, "Print the table of RPTQ's slides (OPT models, GiB)");
  return {app, [options](Session& session) {
            if (options->listConfigs) return listConfigs(session);
            if (options->rptqTable) return rptqTable(session);
            return estimates(*options, session);
          }};
}

}  // namespace oscope::cli
