// oscope export: the quantized model in a format that runtimes load.
#include <fmt/format.h>

#include "analysis/stats/hdf5_store.h"
#include "app/cli/command.h"
#include "app/cli/export_options.h"
#include "app/cli/options.h"
#include "app/cli/result_json.h"
#include "app/cli/steps.h"
#include "app/cli/usage.h"
#include "quant/export/export_registry.h"

namespace oscope::cli {
namespace {

struct Options {
  std::string model, snapshot, recipe;
  std::filesystem::path output;
  ExportChoice choice;
  DeviceOptions device;
};

ExitStatus run(const Options& options, Session& session) {
  const quant::ExportFormat& format = findFormat(options.choice);
  const quant::ExportOptions exportOptions = makeExportOptions(options.choice, format, options.output);
  const quant::Recipe recipe = quant::loadRecipe(options.recipe);
  const stats::SnapshotPtr snapshot = stats::openSnapshot(options.snapshot);
  const model::OpenedModel model = model::openModel(options.model);
  session.show(model.diagnostics);
  quant::requireSameModel(snapshot->provenance().modelFingerprint, model.weights->fingerprint(), options.snapshot);
  const quant::Plan plan = quant::makePlan(*snapshot, recipe);
  session.show(plan.diagnostics);
  const auto backend = openBackend(options.device);
  session.emit(toJson(exportStep(model, *snapshot, plan, format, exportOptions, *backend, session)));
  return ExitStatus::Ok;
}

}  // namespace

const quant::ExportFormat& findFormat(const ExportChoice& choice) {
  return asUsage([&]() -> const quant::ExportFormat& { return quant::findExportFormat(choice.format); });
}

quant::ExportOptions makeExportOptions(const ExportChoice& choice, const quant::ExportFormat& format,
                                       const std::filesystem::path& output) {
  quant::ExportOptions options;
  options.output = output;
  options.replace = choice.replace;
  options.shardBytes = choice.shardBytes;
  options.params = ParamSet(format.params());
  for (const std::string& text : choice.params) {
    const std::size_t at = text.find('=');
    if (at == std::string::npos) throw UsageError("--format-param \"" + text + "\" is not of the form KEY=VALUE");
    asUsage([&] {
      options.params.setFromText(format.params(), text.substr(0, at), text.substr(at + 1), "--format-param " + text);
    });
  }
  return options;
}

void addExportChoice(CLI::App& app, ExportChoice& choice) {
  const std::string group = "Export";
  std::vector<std::string> ids;
  for (const auto& format : quant::exportFormats()) ids.push_back(format->id());
  app.add_option("--format", choice.format, fmt::format("Export format: {}", fmt::join(ids, ", ")))
      ->capture_default_str()
      ->group(group);
  app.add_option("--format-param", choice.params, "Parameter of the format")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false)
      ->group(group);
  addByteSize(app, "--shard-size", choice.shardBytes, "Largest size of one weight file (default 5GiB)")->group(group);
  app.add_flag("--replace", choice.replace, "Replace an earlier export at the output")->group(group);
}

Command addExport(CLI::App& root) {
  CLI::App* app = root.add_subcommand("export", "Fold, quantize and write the model; complete or not at all");
  const auto options = std::make_shared<Options>();
  app->add_option("model", options->model, "Folder with config.json and safetensors files")
      ->required()
      ->type_name("MODEL");
  app->add_option("snapshot", options->snapshot, "Snapshot of oscope calibrate")->required()->type_name("SNAPSHOT");
  app->add_option("recipe", options->recipe, "Recipe of oscope plan, or the name of a built-in one")
      ->required()
      ->type_name("RECIPE");
  app->add_option("-o,--output", options->output, "Folder to write")->required();
  addExportChoice(*app, options->choice);
  addDeviceChoice(*app, options->device);
  return {app, [options](Session& session) { return run(*options, session); }};
}

}  // namespace oscope::cli
