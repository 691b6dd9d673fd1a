#include "tests/calibration/calibration_runs.h"

#include "analysis/compute/backend_registry.h"

namespace oscope::test {

model::OpenedModel openRandomModel(const std::filesystem::path& folder, const RandomShape& shape) {
  writeRandomCheckpoint(folder, shape);
  return model::openModel(folder);
}

calibration::Dataset randomData(std::int64_t samples, std::int64_t length, std::int64_t vocabulary,
                                std::int64_t firstSample) {
  calibration::Dataset data;
  data.samples = samples;
  data.length = length;
  data.firstSample = firstSample;
  data.source = "random";
  for (std::int64_t t = firstSample * length; t < (firstSample + samples) * length; ++t) {
    const auto mixed = static_cast<std::uint64_t>(t + 1) * 0x9E3779B97F4A7C15u;
    data.ids.push_back(static_cast<std::int32_t>((mixed >> 33) % static_cast<std::uint64_t>(vocabulary)));
  }
  return data;
}

std::unique_ptr<compute::Backend> cpuBackend(int threads) {
  return compute::cpuBackendFactory().create("cpu", {threads, 0});
}

calibration::CalibrateOptions fixedOptions(const std::filesystem::path& output) {
  calibration::CalibrateOptions options;
  options.output = output;
  options.seed = 7;
  options.microBatch = 2;
  options.memoryBytes = std::uint64_t{4} << 30;
  options.durableSeconds = 0;
  return options;
}

calibration::CalibrateReport calibrateModel(const model::OpenedModel& model, const calibration::Dataset& data,
                                            const calibration::CalibrateOptions& options, int threads,
                                            const JobContext& context) {
  const auto backend = cpuBackend(threads);
  return calibration::calibrate(model, data, nullptr, options, *backend, context);
}

}  // namespace oscope::test
