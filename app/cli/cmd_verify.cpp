// oscope verify: what was written against what was chosen, and the quantized model against the float one.
#include "app/cli/command.h"
#include "app/cli/options.h"
#include "app/cli/steps.h"
#include "app/cli/verify_options.h"

namespace oscope::cli {
namespace {

struct Options {
  std::string model;
  std::filesystem::path exported;
  DataOptions data;
  DeviceOptions device;
  quant::VerifyOptions verify;
  std::filesystem::path html;
};

ExitStatus run(Options& options, Session& session) {
  options.verify.memoryBytes = options.device.memoryBytes;
  const model::OpenedModel model = model::openModel(options.model);
  session.show(model.diagnostics);
  const LoadedData data = loadData(options.data.datasetOptions(), model);
  const auto backend = openBackend(options.device);
  const auto report =
      quant::verifyExport(model, options.exported, data.dataset, options.verify, *backend, session.context());
  session.show(report.diagnostics);
  session.print(verifyText(report));
  session.emit(quant::toJson(report));
  if (!options.html.empty()) {
    quant::saveVerifyHtml(report, options.html);
    session.note("the report is in " + options.html.string());
  }
  return report.passed() ? ExitStatus::Ok : ExitStatus::Failed;
}

}  // namespace

void addVerifyOptions(CLI::App& app, quant::VerifyOptions& options) {
  const std::string group = "Verification";
  app.add_option("--site-samples", options.siteSamples, "Windows that per-site figures are measured on")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber)
      ->group(group);
  app.add_flag("--integer-true,!--no-integer-true", options.integerTrue,
               "Compare integer arithmetic with fake quantization (default on)")
      ->group(group);
  app.add_flag("--static-baseline,!--no-static-baseline", options.staticBaseline,
               "Also run static scales everywhere, without folds (default on)")
      ->group(group);
  app.add_option("--logits", options.logitsFile, "Write the quantized logits of the first window (.safetensors)")
      ->group(group);
}

Command addVerify(CLI::App& root) {
  CLI::App* app = root.add_subcommand(
      "verify", "Re-open an exported model, check it bit by bit, and measure it against the float model");
  const auto options = std::make_shared<Options>();
  options->data.samples = kDefaultWindows;
  options->data.length = kDefaultWindowLength;
  app->add_option("model", options->model, "Folder of the float model")->required()->type_name("MODEL");
  app->add_option("exported", options->exported, "Folder of oscope export")->required()->type_name("OUT");
  addSourceOptions(*app, options->data, "", "Held-out tokens", ",--eval-tokens");
  addWindowOptions(*app, options->data, "--windows", "--length");
  app->add_option("--seed", options->data.seed, "Seed of --random")->capture_default_str();
  addVerifyOptions(*app, options->verify);
  app->add_option("--divisor", options->verify.dynamicDivisor,
                  "Divisor of per-token scales instead of the recipe's, e.g. 127.5");
  app->add_option("--html", options->html, "Also write the report as a page with its plots")->type_name("FILE");
  addDeviceOptions(*app, options->device);
  return {app, [options](Session& session) { return run(*options, session); }};
}

}  // namespace oscope::cli
