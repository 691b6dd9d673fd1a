#include "app/cli/options.h"

#include <map>

#include "analysis/base/error.h"
#include "app/cli/command.h"
#include "app/common/byte_size.h"
#include "app/common/composition.h"

namespace oscope::cli {

CLI::Option* addByteSize(CLI::App& app, const std::string& name, std::uint64_t& target, const std::string& help) {
  const auto parse = [&target, name](const std::string& text) {
    try {
      target = app::parseByteSize(text);
    } catch (const Error& error) {
      throw CLI::ValidationError(name, error.what());
    }
  };
  return app.add_option_function<std::string>(name, parse, help)->type_name("SIZE");
}

void addDeviceChoice(CLI::App& app, DeviceOptions& options) {
  app.add_option("--device", options.device, "auto (the first GPU, else the CPU), cpu, cuda, cuda:N")
      ->capture_default_str()
      ->type_name("DEVICE");
  app.add_option("--threads", options.threads, "CPU threads; 0: one per usable core. Results don't depend on it")
      ->capture_default_str()
      ->check(CLI::Range(0, 4096));
  addByteSize(app, "--device-memory", options.deviceMemoryBytes, "Limit of GPU memory. Default: what is free");
}

void addDeviceOptions(CLI::App& app, DeviceOptions& options) {
  addDeviceChoice(app, options);
  addByteSize(app, "--memory", options.memoryBytes,
              "Limit of host memory, e.g. 8GiB; what doesn't fit is spilled to disk. Default: 3/4 of what is free");
  const std::map<std::string, compute::MatmulPrecision> precisions{{"fast", compute::MatmulPrecision::Fast},
                                                                   {"full", compute::MatmulPrecision::Full}};
  app.add_option(
         "--precision", options.precision,
         "Products on a GPU while calibrating: fast (activations rounded to the weights' 16 bits, as 16-bit "
         "models do) or full (float32's precision, three times the work). The CPU and verification keep float32")
      ->transform(CLI::CheckedTransformer(precisions, CLI::ignore_case).description(""))
      ->type_name("MODE");
}

std::unique_ptr<compute::Backend> openBackend(const DeviceOptions& options) {
  return app::makeBackendRegistry().create(
      options.device,
      {.threads = options.threads, .memoryBytes = options.deviceMemoryBytes, .precision = options.precision});
}

void addSourceOptions(CLI::App& app, DataOptions& options, const std::string& prefix, const std::string& group,
                      const std::string& tokensAlias) {
  auto* source = app.add_option_group(group);
  source->add_option("--" + prefix + "text", options.text, "UTF-8 text, encoded by the model's tokenizer")
      ->type_name("FILE");
  source->add_option("--" + prefix + "jsonl", options.jsonl, "One JSON object per line (see --" + prefix + "json-key)")
      ->type_name("FILE");
  source
      ->add_option("--" + prefix + "tokens" + tokensAlias, options.tokens,
                   "Token ids: .safetensors with an integer tensor [windows, length], .json, or text")
      ->type_name("FILE");
  source->add_flag("--" + prefix + "random", options.random, "Seeded random tokens (the default without a file)");
  source->require_option(0, 1);
  app.add_option("--" + prefix + "json-key", options.jsonKey, "Field of the JSON lines that holds text or ids")
      ->capture_default_str();
}

void addWindowOptions(CLI::App& app, DataOptions& options, const std::string& count, const std::string& length) {
  options.samplesOption =
      app.add_option(count, options.samples, "Windows of tokens to take; a token file with rows gives its own number")
          ->capture_default_str()
          ->check(CLI::PositiveNumber);
  options.lengthOption =
      app.add_option(length, options.length, "Tokens of each window; a token file with rows gives its own length")
          ->capture_default_str()
          ->check(CLI::PositiveNumber);
}

calibration::DatasetOptions DataOptions::datasetOptions() const {
  using Source = calibration::DatasetOptions::Source;
  calibration::DatasetOptions data;
  data.jsonKey = jsonKey;
  data.samples = samples;
  data.length = length;
  data.samplesOfFile = samplesOption != nullptr && samplesOption->empty();
  data.lengthOfFile = lengthOption != nullptr && lengthOption->empty();
  data.seed = seed;
  data.firstSample = firstSample;
  if (!text.empty()) {
    data.source = Source::Text;
    data.file = text;
  } else if (!jsonl.empty()) {
    data.source = Source::Jsonl;
    data.file = jsonl;
  } else if (!tokens.empty()) {
    data.source = Source::Tokens;
    data.file = tokens;
  }
  return data;
}

LoadedData loadData(const calibration::DatasetOptions& data, const model::OpenedModel& model) {
  return calibration::loadData(data, model.folder, model.graph.vocabulary);
}

}  // namespace oscope::cli
