// oscope calibrate: statistics of every site into a snapshot.
#include "app/cli/command.h"
#include "app/cli/options.h"
#include "app/cli/param_options.h"
#include "app/cli/result_json.h"
#include "app/cli/steps.h"
#include "app/cli/usage.h"

namespace oscope::cli {
namespace {

struct Options {
  std::string model;
  DataOptions data;
  DeviceOptions device;
  calibration::CalibrateOptions calibrate;
  std::vector<std::string> observerParams;
  bool dryRun = false;
};

bool hasErrors(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity == Severity::Error) return true;
  }
  return false;
}

ExitStatus run(Options& options, Session& session) {
  options.calibrate.memoryBytes = options.device.memoryBytes;
  options.calibrate.seed = options.data.seed;
  options.calibrate.observerParams = makeObserverParams(options.observerParams);
  asUsage([&] { options.calibrate.validate(); });
  const model::OpenedModel model = model::openModel(options.model);
  session.show(model.diagnostics);
  const LoadedData data = loadData(options.data.datasetOptions(), model);
  const auto backend = openBackend(options.device);
  if (options.dryRun) {
    const auto estimate = calibration::estimateCalibration(model, data.dataset, options.calibrate, *backend);
    session.print(estimateText(data.dataset, estimate));
    session.show(estimate.problems);
    session.emit(toJson(estimate));
    return hasErrors(estimate.problems) ? ExitStatus::Failed : ExitStatus::Ok;
  }
  session.emit(toJson(calibrateStep(model, data, options.calibrate, *backend, session)));
  return ExitStatus::Ok;
}

}  // namespace

Command addCalibrate(CLI::App& root) {
  CLI::App* app = root.add_subcommand(
      "calibrate",
      "Run the model over calibration tokens and store the statistics of every site. Killed or cancelled, the same "
      "command resumes after the last finished block, with the identical result");
  const auto options = std::make_shared<Options>();
  app->add_option("model", options->model, "Folder with config.json and safetensors files")
      ->required()
      ->type_name("MODEL");
  app->add_option("-o,--output", options->calibrate.output, "Snapshot to write, e.g. run.oscope.h5")->required();
  addSourceOptions(*app, options->data, "", "Calibration tokens");
  addWindowOptions(*app, options->data, "--samples", "--length");
  app->add_option("--seed", options->data.seed, "Seed of --random and of the sampled rows")->capture_default_str();
  app->add_option("--first-sample", options->data.firstSample, "Skip this many samples (shards; see oscope merge)")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app->add_option("--observers", options->calibrate.observers,
                  "What to observe; default: what the built-in recipes need")
      ->delimiter(',');
  addObserverParams(*app, options->observerParams);
  app->add_option("--micro-batch", options->calibrate.microBatch, "Sequences per pass; 0: chosen from the memory limit")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app->add_option("--durable-seconds", options->calibrate.durableSeconds,
                  "Least seconds between two durable states, which take a twentieth of the time at most; "
                  "0: after every block")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app->add_flag("--restart", options->calibrate.restart, "Discard an interrupted run instead of resuming it");
  app->add_flag("--dry-run", options->dryRun, "Only say what the run will need (memory, disk, time)");
  addDeviceOptions(*app, options->device);
  return {app, [options](Session& session) { return run(*options, session); }};
}

}  // namespace oscope::cli
