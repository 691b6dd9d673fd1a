// Peak memory of calibrating a checkpoint, beside the bar: calibrate_memory_bench MODEL [SAMPLES LENGTH].
// Bar: two blocks in float32 + the activations (hidden states and work tensors of a micro-batch) + 300 MB.
#include <fmt/format.h>

#include <cstdlib>
#include <exception>
#include <filesystem>

#include "analysis/calibration/calibrate.h"
#include "analysis/compute/backend_registry.h"

namespace {

using namespace oscope;

calibration::Dataset someData(std::int64_t samples, std::int64_t length, std::int64_t vocabulary) {
  calibration::Dataset data;
  data.samples = samples;
  data.length = length;
  data.source = "random";
  std::uint64_t state = 1;
  for (std::int64_t t = 0; t < samples * length; ++t) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    data.ids.push_back(static_cast<std::int32_t>((state >> 33) % static_cast<std::uint64_t>(vocabulary)));
  }
  return data;
}

double blockFloat32(const model::BlockGraph& block) {
  double elements = 0;
  for (const model::LinearDesc& linear : block.linears) elements += static_cast<double>(linear.in * linear.out);
  return elements * sizeof(float);
}

int run(const std::filesystem::path& folder, std::int64_t samples, std::int64_t length) {
  constexpr double kMegabyte = 1e6, kAllowance = 300e6;
  const model::OpenedModel model = model::openModel(folder);
  const auto backend = compute::cpuBackendFactory().create("cpu", {2, 0});
  calibration::CalibrateOptions options;
  options.output = folder / "bench.oscope.h5";
  options.restart = true;
  const auto report = calibration::calibrate(model, someData(samples, length, model.graph.vocabulary), nullptr, options,
                                             *backend, JobContext{});
  const double activations = static_cast<double>(report.estimate.hiddenBytes + report.estimate.workBytes);
  const double bar = 2 * blockFloat32(model.graph.blocks[0]) + activations + kAllowance;
  const double peak = static_cast<double>(report.peakResident);
  fmt::print("checkpoint       {:9.0f} MB\n", static_cast<double>(model.weights->totalBytes()) / kMegabyte);
  fmt::print("peak resident    {:9.0f} MB   bar {:.0f} MB   {}\n", peak / kMegabyte, bar / kMegabyte,
             peak <= bar ? "ok" : "MISSED");
  fmt::print("estimated peak   {:9.0f} MB\n", static_cast<double>(report.estimate.peakMemory) / kMegabyte);
  fmt::print("speed            {:9.1f} tokens/s ({} tokens in {:.1f} s, estimated {:.1f} s)\n", report.tokensPerSecond,
             report.tokens, report.seconds, report.estimate.seconds.value_or(0));
  fmt::print("snapshot         {:9.0f} MB   estimated {:.0f} MB\n",
             static_cast<double>(std::filesystem::file_size(report.snapshot)) / kMegabyte,
             static_cast<double>(report.estimate.snapshotBytes) / kMegabyte);
  return peak <= bar ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 4) {
    fmt::print(stderr, "usage: calibrate_memory_bench MODEL [SAMPLES LENGTH]\n");
    return 2;
  }
  try {
    return run(argv[1], argc == 4 ? std::atoll(argv[2]) : 4, argc == 4 ? std::atoll(argv[3]) : 512);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
