// oscope compare: recipes side by side on one model.
#include "analysis/base/atomic_file.h"
#include "analysis/stats/hdf5_store.h"
#include "app/cli/command.h"
#include "app/cli/options.h"
#include "app/cli/steps.h"
#include "app/cli/text_table.h"
#include "app/cli/usage.h"
#include "app/cli/verify_options.h"
#include "app/common/compare_table.h"
#include "quant/compare/compare_methods.h"

namespace oscope::cli {
namespace {

struct Options {
  std::string model, snapshot;
  std::vector<std::string> recipes;
  DataOptions data, calibrationData;
  DeviceOptions device;
  quant::CompareOptions compare;
  std::filesystem::path keep, csv, html, markdown;
};

/// The given snapshot, or one calibrated for these recipes: kept where asked for, else only as long as it is needed.
class SnapshotSource {
 public:
  SnapshotSource(const Options& options, const std::vector<quant::NamedRecipe>& recipes,
                 const model::OpenedModel& model, compute::Backend& backend, Session& session) {
    if (!options.snapshot.empty()) {
      m_snapshot = stats::openSnapshot(options.snapshot);
      quant::requireObservers(*m_snapshot, recipes);
      return;
    }
    calibration::CalibrateOptions calibrate;
    calibrate.output = options.keep;
    if (calibrate.output.empty()) {
      m_scratch.emplace(std::filesystem::temp_directory_path() / "oscope-compare", false);
      calibrate.output = m_scratch->path() / "run.oscope.h5";
    }
    calibrate.memoryBytes = options.device.memoryBytes;
    calibrate.seed = options.calibrationData.seed;
    calibrate.observers = quant::observersFor(recipes);
    const LoadedData data = loadData(options.calibrationData.datasetOptions(), model);
    calibrateStep(model, data, calibrate, backend, session);
    m_snapshot = stats::openSnapshot(calibrate.output);
  }
  const stats::Snapshot& snapshot() const { return *m_snapshot; }

 private:
  std::optional<AtomicFolder> m_scratch;  ///< never committed: removed at the end
  stats::SnapshotPtr m_snapshot;
};

std::string tableText(const quant::CompareReport& report) {
  const app::CompareTable content = app::compareTable(report);
  std::vector<TextTable::Column> columns;
  for (const std::string& head : content.heads) {
    columns.push_back({head, columns.empty() ? TextTable::Align::Left : TextTable::Align::Right});
  }
  TextTable table(columns);
  for (const auto& row : content.rows) table.addRow(row);
  return app::compareSubject(report) + "\n\n" + table.text();
}

void save(const std::filesystem::path& path, const std::string& text, Session& session) {
  if (path.empty()) return;
  AtomicFile file(path);
  file.write(text);
  file.commit();
  session.note("written to " + path.string());
}

ExitStatus run(Options& options, Session& session) {
  options.compare.memoryBytes = options.device.memoryBytes;
  const std::vector<quant::NamedRecipe> recipes = asUsage([&] { return quant::loadRecipes(options.recipes); });
  const model::OpenedModel model = model::openModel(options.model);
  session.show(model.diagnostics);
  const LoadedData data =
      loadData(options.data.datasetOptions(), model);  // before the calibration: a bad file is found
  const auto backend = openBackend(options.device);
  const SnapshotSource source(options, recipes, model, *backend, session);
  const auto report = quant::compareMethods({model, source.snapshot(), recipes, data.dataset}, options.compare,
                                            *backend, session.context());
  session.print(tableText(report));
  save(options.csv, app::compareCsv(report), session);
  save(options.html, app::compareHtml(report), session);
  save(options.markdown, app::compareMarkdown(report), session);
  session.emit(quant::toJson(report));
  return ExitStatus::Ok;
}

}  // namespace

Command addCompare(CLI::App& root) {
  CLI::App* app = root.add_subcommand(
      "compare", "Quantize a model by several recipes in memory and measure them side by side on the same tokens");
  const auto options = std::make_shared<Options>();
  options->data.samples = kDefaultWindows;
  options->data.length = kDefaultWindowLength;
  app->add_option("model", options->model, "Folder with config.json and safetensors files")
      ->required()
      ->type_name("MODEL");
  app->add_option("--recipes", options->recipes, "Recipe files or names of built-in ones; default: every built-in one")
      ->type_name("FILE|NAME");
  addSourceOptions(*app, options->data, "", "Held-out tokens", ",--eval-tokens");
  addWindowOptions(*app, options->data, "--windows", "--length");
  app->add_option("--site-samples", options->compare.siteSamples, "Windows that per-site figures are measured on")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  auto* snapshot = app->add_option("--snapshot", options->snapshot,
                                   "Snapshot that all recipes are planned on; default: calibrate first");
  addSourceOptions(*app, options->calibrationData, "calib-", "Calibration tokens (without --snapshot)");
  addWindowOptions(*app, options->calibrationData, "--samples", "--calib-length");
  app->add_option("--seed", options->calibrationData.seed, "Seed of random tokens and of the sampled rows")
      ->capture_default_str();
  app->add_option("--keep-snapshot", options->keep, "Keep the snapshot of this calibration here")->excludes(snapshot);
  app->add_option("--csv", options->csv, "Save the table as CSV")->type_name("FILE");
  app->add_option("--html", options->html, "Save the table as a page")->type_name("FILE");
  app->add_option("--markdown", options->markdown, "Save the table as Markdown")->type_name("FILE");
  addDeviceOptions(*app, options->device);
  return {app, [options](Session& session) {
            options->data.seed = options->calibrationData.seed;
            return run(*options, session);
          }};
}

}  // namespace oscope::cli
