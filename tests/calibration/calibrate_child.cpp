// A calibration in a process of its own, to be killed or measured:
//   calibrate_child MODEL OUTPUT SAMPLES LENGTH THREADS MEMORY_MIB DURABLE_SECONDS [OBSERVER]
// prints "hash peak-bytes promised-bytes spilled resumed-blocks gram-spilled"; OBSERVER runs beside the default ones.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "analysis/calibration/observer_registry.h"
#include "tests/calibration/calibration_runs.h"

int main(int argc, char** argv) {
  using namespace oscope;
  if (argc != 8 && argc != 9) return 2;
  try {
    const model::OpenedModel model = model::openModel(argv[1]);
    const auto data = test::randomData(std::atoll(argv[3]), std::atoll(argv[4]), model.graph.vocabulary);
    calibration::CalibrateOptions options = test::fixedOptions(argv[2]);
    options.microBatch = 0;
    options.memoryBytes = std::strtoull(argv[6], nullptr, 10) << 20;
    options.durableSeconds = std::atof(argv[7]);
    options.observers = calibration::defaultObservers();
    if (argc == 9) options.observers.emplace_back(argv[8]);
    const auto report = test::calibrateModel(model, data, options, std::atoi(argv[5]));
    fmt::print("{} {} {} {} {} {}\n", report.contentHash, report.peakResident, report.estimate.promisedMemory,
               report.estimate.spilled ? 1 : 0, report.resumedBlocks, report.estimate.gramSpilled ? 1 : 0);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
