// oscope run: calibrate, plan, export and verify in one go, into one folder.
#include <fmt/format.h>

#include "analysis/stats/hdf5_store.h"
#include "app/cli/command.h"
#include "app/cli/export_options.h"
#include "app/cli/options.h"
#include "app/cli/param_options.h"
#include "app/cli/result_json.h"
#include "app/cli/steps.h"
#include "app/cli/usage.h"
#include "app/cli/verify_options.h"
#include "quant/compare/compare_methods.h"
#include "quant/export/export_room.h"
#include "quant/pipeline/workspace.h"

namespace oscope::cli {
namespace {

struct Options {
  std::string model;
  std::filesystem::path output;
  DataOptions data, evalData;
  DeviceOptions device;
  RecipeOptions recipe;
  ExportChoice choice;
  quant::VerifyOptions verify;
  std::vector<std::string> observerParams;
};

/// Calibration tokens; where none are given to verify on, some of the source must be left for that.
calibration::DatasetOptions calibrating(const Options& options) {
  calibration::DatasetOptions data = options.data.datasetOptions();
  if (!options.evalData.given()) data.samplesOfFile = false;
  return data;
}

/// Held-out tokens: the given ones, else the windows of the calibration source behind those that calibrate.
calibration::DatasetOptions heldOut(const Options& options, const calibration::Dataset& calibrated) {
  calibration::DatasetOptions data = options.evalData.datasetOptions();
  if (options.evalData.given()) return data;
  const calibration::DatasetOptions source = options.data.datasetOptions();
  data.source = source.source;
  data.file = source.file;
  data.jsonKey = source.jsonKey;
  data.seed = source.seed;
  const bool tokens = data.source == calibration::DatasetOptions::Source::Tokens;
  if (tokens && data.lengthOfFile) data.length = calibrated.length;  // rows have one length
  const std::int64_t used = (calibrated.firstSample + calibrated.samples) * calibrated.length;
  data.firstSample = (used + data.length - 1) / data.length;
  return data;
}

/// What sets the snapshot that an earlier run left apart from the one wanted now ("": nothing); nullopt: there is none.
std::optional<std::string> differencesOfEarlier(const calibration::CalibrateOptions& options,
                                                const model::OpenedModel& model, const calibration::Dataset& data) {
  if (!std::filesystem::exists(options.output)) return std::nullopt;
  return calibration::differencesFrom(stats::openSnapshot(options.output)->provenance(), model, data, options);
}

ExitStatus run(Options& options, Session& session) {
  const quant::Recipe base = makeRecipe(options.recipe);
  const quant::ExportFormat& format = findFormat(options.choice);
  const std::filesystem::path out = std::filesystem::absolute(options.output).lexically_normal();
  calibration::CalibrateOptions calibrateOptions;
  calibrateOptions.output = out / "run.oscope.h5";
  calibrateOptions.memoryBytes = options.device.memoryBytes;
  calibrateOptions.seed = options.data.seed;
  calibrateOptions.observers = quant::observersFor({{options.recipe.recipe, base}});
  calibrateOptions.observerParams = makeObserverParams(options.observerParams);
  asUsage([&] { calibrateOptions.validate(); });
  auto exportOptions = makeExportOptions(options.choice, format, out / "model");

  const model::OpenedModel model = model::openModel(options.model);
  session.show(model.diagnostics);
  exportOptions.replace = true;  // that of an earlier run
  quant::requireReplaceable(exportOptions.output, model.folder);
  // Both sets of tokens before the long work, so that a bad file is found now.
  const LoadedData data = loadData(calibrating(options), model);
  const LoadedData evalData = loadData(heldOut(options, data.dataset), model);
  const auto backend = openBackend(options.device);
  std::filesystem::create_directories(out);

  session.print("1. calibrate\n");
  Json calibrated;
  const std::string path = calibrateOptions.output.string();
  const std::optional<std::string> differences = differencesOfEarlier(calibrateOptions, model, data.dataset);
  if (differences == "") {
    session.print(path + " is there already and taken over\n");
  } else {
    if (differences) {
      session.note(fmt::format("{} is of another calibration (different: {}): calibrating again", path, *differences));
    }
    calibrated = toJson(calibrateStep(model, data, calibrateOptions, *backend, session));
  }

  session.print("\n2. plan\n");
  const stats::SnapshotPtr snapshot = stats::openSnapshot(calibrateOptions.output);
  const quant::Recipe recipe = bindRecipe(base, options.recipe, *snapshot);
  const PlanResult planned = planStep(*snapshot, recipe, session);
  quant::saveRecipe(recipe, out / "recipe.json");

  session.print("\n3. export\n");
  const auto exported = exportStep(model, *snapshot, planned.plan, format, exportOptions, *backend, session);

  session.print("\n4. verify\n");
  options.verify.memoryBytes = options.device.memoryBytes;
  const auto verified =
      quant::verifyExport(model, exportOptions.output, evalData.dataset, options.verify, *backend, session.context());
  session.show(verified.diagnostics);
  session.print(verifyText(verified));

  const Json report = {{"calibrate", calibrated},
                       {"plan", toJson(planned.plan, &planned.predictions)},
                       {"export", toJson(exported)},
                       {"verify", quant::toJson(verified)}};
  writeJsonFile(out / "report.json", report);
  quant::saveVerifyHtml(verified, out / "report.html");
  quant::Workspace workspace;
  workspace.model = std::filesystem::absolute(options.model).lexically_normal();
  workspace.snapshot = calibrateOptions.output;
  workspace.exported = exportOptions.output;
  workspace.verifyReport = out / "report.json";
  workspace.recipe = recipe;
  quant::saveWorkspace(workspace, out / "workspace.oscope");
  session.note("all of it is in " + out.string());
  session.emit(report);
  return verified.passed() ? ExitStatus::Ok : ExitStatus::Failed;
}

}  // namespace

Command addRun(CLI::App& root) {
  CLI::App* app = root.add_subcommand(
      "run",
      "Calibrate, plan, export and verify in one go, into one folder: run.oscope.h5, recipe.json, model/, report.json, "
      "report.html, workspace.oscope. Killed or cancelled, the same command resumes");
  const auto options = std::make_shared<Options>();
  options->evalData.samples = kDefaultWindows;
  options->evalData.length = kDefaultWindowLength;
  app->add_option("model", options->model, "Folder with config.json and safetensors files")
      ->required()
      ->type_name("MODEL");
  app->add_option("-o,--output", options->output, "Folder to write")->required()->type_name("DIR");
  addSourceOptions(*app, options->data, "", "Calibration tokens");
  addWindowOptions(*app, options->data, "--samples", "--length");
  app->add_option("--seed", options->data.seed, "Seed of --random and of the sampled rows")->capture_default_str();
  addObserverParams(*app, options->observerParams);
  addSourceOptions(*app, options->evalData, "eval-",
                   "Held-out tokens (default: the windows behind the calibrated ones)");
  addWindowOptions(*app, options->evalData, "--windows", "--eval-length");
  addRecipeOptions(*app, options->recipe);
  addExportChoice(*app, options->choice);
  addVerifyOptions(*app, options->verify);
  addDeviceOptions(*app, options->device);
  return {app, [options](Session& session) { return run(*options, session); }};
}

}  // namespace oscope::cli
