// A calibration with the default observers on a model of random bf16 weights: tokens per second beside the roof of the
// same run, what the observers cost, what crosses the bus, and the peak of device memory. On a GPU it exits with 1
// where a bar is missed.
//
//   bench_calibration FOLDER                                 7B shape on the first GPU, 512 samples of 2048 tokens
//   bench_calibration FOLDER --shape 70b                     per block, with as many blocks as the disk holds
//   bench_calibration FOLDER --device cpu --shape tiny --samples 4 --length 64
//
// The checkpoint is written into FOLDER where there is none yet, and stays there.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <exception>
#include <filesystem>
#include <map>

#include "analysis/calibration/calibrate.h"
#include "analysis/compute/cpu_backend.h"
#include "analysis/forward/forward_runner.h"
#include "app/common/composition.h"
#include "tests/bench/counting_backend.h"
#include "tests/bench/gemm_roof.h"
#include "tests/support/random_checkpoint.h"

namespace {

using namespace oscope;
using Clock = std::chrono::steady_clock;

constexpr double kLeastShareOfRoof = 0.50, kMostObserverCost = 0.08;
/// A 7B calibration fits a card of this size, by choice of micro-batch.
constexpr double kSmallCard = 24e9;

struct Arguments {
  std::filesystem::path folder;
  std::string device = "cuda", shape = "7b";
  std::int64_t samples = 512, length = 2048, blocks = 0, microBatch = 0;
  double deviceGigabytes = 0;
};

test::RandomShape shapeOf(const std::string& name) {
  if (name == "7b") return {4096, 11008, 32, 32, 32, 32000, 4096, DType::BF16, 1};
  if (name == "70b") return {8192, 28672, 80, 64, 8, 32000, 4096, DType::BF16, 1};
  return {64, 176, 3, 4, 2, 500, 4096, DType::BF16, 1};
}

double blockBytes(const test::RandomShape& s) {
  const double kv = static_cast<double>(s.hidden / s.heads * s.kvHeads), h = static_cast<double>(s.hidden);
  return 2.0 * (2 * h * h + 2 * kv * h + 3 * h * static_cast<double>(s.ffn));
}

/// The blocks asked for; else all of the model, or those that take half of what is free on the disk.
std::int64_t blocksOf(const Arguments& arguments, const test::RandomShape& shape) {
  if (arguments.blocks > 0) return arguments.blocks;
  std::filesystem::create_directories(arguments.folder);
  const double room = static_cast<double>(std::filesystem::space(arguments.folder).available) / 2;
  return std::clamp(static_cast<std::int64_t>(room / blockBytes(shape)), std::int64_t{1}, shape.blocks);
}

calibration::Dataset randomTokens(const Arguments& arguments, std::int64_t vocabulary) {
  calibration::Dataset data;
  data.samples = arguments.samples;
  data.length = arguments.length;
  data.source = "random";
  std::uint64_t state = 1;
  for (std::int64_t t = 0; t < data.samples * data.length; ++t) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    data.ids.push_back(static_cast<std::int32_t>((state >> 33) % static_cast<std::uint64_t>(vocabulary)));
  }
  return data;
}

/// What the default observers ask for at every site.
struct AllObservers final : forward::SiteHook {
  AllObservers(compute::Backend& backend, const model::BlockGraph& block, std::int64_t rows) : backend(backend) {
    compute::ReductionSpec spec;
    spec.range = spec.moments = spec.histogram = spec.tokenAbsmax = true;
    spec.extremes = 64;
    for (std::int64_t row = 0; row < std::min<std::int64_t>(64, rows); ++row) spec.sampleRows.push_back(row);
    for (const model::SiteDesc& site : block.sites) {
      accumulators[site.id.kind] = backend.makeAccumulator(site.channels, spec);
    }
  }
  void onSite(SiteId site, compute::Tensor& x, const compute::SequenceLayout& layout) override {
    backend.accumulate(*accumulators.at(site.kind), x, layout, 0);
  }
  void onLinear(SiteId, int, const compute::Tensor&, compute::Tensor& y,
                const compute::SequenceLayout& layout) override {
    backend.energies(y, layout);
  }
  compute::Backend& backend;
  std::map<SiteKind, std::unique_ptr<compute::SiteAccumulator>> accumulators;
};

/// One block with and without observers, taking turns; the best of each.
struct BlockTimes {
  double plain = 1e30, observed = 1e30;
};
BlockTimes timeBlock(const model::OpenedModel& model, compute::Backend& backend, std::int64_t sequences,
                     std::int64_t length) {
  forward::ForwardRunner runner(model.graph, backend);
  const forward::LoadedBlock block = runner.loadBlock(0, *model.weights);
  const auto layout = compute::SequenceLayout::uniform(sequences, length);
  compute::Tensor hidden = backend.allocate(DType::F32, layout.rows(), model.graph.hidden);
  std::vector<float> start(static_cast<std::size_t>(hidden.rows * hidden.cols));
  for (std::size_t i = 0; i < start.size(); ++i) start[i] = static_cast<float>(i * 2654435761u % 2048) / 1024 - 1;
  AllObservers observers(backend, model.graph.blocks[0], layout.rows());
  const auto run = [&](forward::SiteHook* hook) {
    backend.upload(start.data(), hidden);
    backend.synchronize();
    const auto begin = Clock::now();
    runner.runBlock(block, hidden, layout, hook);
    backend.synchronize();
    return std::chrono::duration<double>(Clock::now() - begin).count();
  };
  BlockTimes times;
  run(nullptr), run(&observers);  // warm up
  for (int i = 0; i < 5; ++i) {
    times.plain = std::min(times.plain, run(nullptr));
    times.observed = std::min(times.observed, run(&observers));
  }
  return times;
}

void line(const std::string& name, const std::string& value, const std::string& bar = {}) {
  fmt::print("  {:34} {:>16}  {}\n", name, value, bar);
}

int report(const Arguments& arguments, const model::OpenedModel& model, const calibration::CalibrateReport& run,
           const BlockTimes& block, const bench::BusTraffic& traffic, const bench::GemmRoof& roof) {
  const bool onDevice = arguments.device != "cpu";
  const auto tokens = static_cast<double>(run.tokens), blocks = static_cast<double>(model.graph.blocks.size());
  const double share = run.estimate.flops / run.seconds / roof.rate, cost = block.observed / block.plain - 1;
  const auto gigabytes = [](std::uint64_t bytes) {
    return fmt::format("{:.3f} GB", static_cast<double>(bytes) * 1e-9);
  };
  line("calibration", fmt::format("{:.2f} s", run.seconds));
  line("per block", fmt::format("{:.3f} s", run.seconds / blocks));
  line("speed", fmt::format("{:.0f} tokens/s", tokens / run.seconds));
  line("speed of one block", fmt::format("{:.0f} tokens/s", tokens * blocks / run.seconds));
  line("arithmetic", fmt::format("{:.4g} TFLOP/s", run.estimate.flops / run.seconds * 1e-12));
  line("roof", fmt::format("{:.4g} TFLOP/s", roof.rate * 1e-12), roof.what);
  line("share of the roof", fmt::format("{:.1f} %", share * 100),
       onDevice ? fmt::format("bar {:.0f} %", kLeastShareOfRoof * 100) : "");
  line("cost of all observers, one block", fmt::format("{:.1f} %", cost * 100),
       onDevice ? fmt::format("bar {:.0f} %", kMostObserverCost * 100) : "");
  line(onDevice ? "over the bus" : "to and from the backend", gigabytes(traffic.total()),
       fmt::format("{:.0f} bytes a token and block", static_cast<double>(traffic.total()) / tokens / blocks));
  line("  weights", gigabytes(traffic.weights));
  line("  hidden states and ids", gigabytes(traffic.up + traffic.down));
  line("  statistics", gigabytes(traffic.statistics));
  if (onDevice) {
    line("peak device memory", gigabytes(traffic.mostTaken),
         arguments.shape == "7b" ? fmt::format("bar {:.0f} GB, with --device-memory 24", kSmallCard * 1e-9) : "");
  }
  line("peak host memory", gigabytes(run.peakResident));
  line("hidden states", run.estimate.hiddenOnDevice ? "on the device"
                        : run.estimate.spilled      ? "in the spill file"
                                                    : "in host memory");
  line("micro-batch", fmt::format("{} sequences", run.estimate.microBatch));
  const bool fits =
      arguments.shape != "7b" || arguments.deviceGigabytes == 0 || static_cast<double>(traffic.mostTaken) <= kSmallCard;
  return !onDevice || (share >= kLeastShareOfRoof && cost <= kMostObserverCost && fits) ? 0 : 1;
}

int run(const Arguments& arguments) {
  const compute::BackendRegistry registry = app::makeBackendRegistry();
  if (arguments.device.starts_with("cuda")) {
    for (const compute::BackendFactory& factory : registry.factories()) {
      std::string reason;
      if (factory.kind != "cuda" || !factory.probe(reason).empty()) continue;
      fmt::print("no CUDA device: {}\n", reason);
      return 0;
    }
  }
  test::RandomShape shape = shapeOf(arguments.shape);
  if (!std::filesystem::exists(arguments.folder / "config.json")) {
    shape.blocks = blocksOf(arguments, shape);
    fmt::print("writing {} blocks of the {} shape, {:.1f} GB\n", shape.blocks, arguments.shape,
               blockBytes(shape) * static_cast<double>(shape.blocks) * 1e-9);
    test::writeRandomCheckpoint(arguments.folder, shape);
  }
  const model::OpenedModel model = model::openModel(arguments.folder);
  compute::BackendOptions backendOptions;
  backendOptions.memoryBytes = static_cast<std::uint64_t>(arguments.deviceGigabytes * 1e9);
  bench::CountingBackend backend(registry.create(arguments.device, backendOptions));
  const compute::DeviceInfo device = backend.info();
  fmt::print("{} ({}), {} blocks, {} samples of {} tokens\n", device.name, device.id, model.graph.blocks.size(),
             arguments.samples, arguments.length);

  const calibration::Dataset data = randomTokens(arguments, model.graph.vocabulary);
  calibration::CalibrateOptions options;
  options.output = arguments.folder / "bench.oscope.h5";
  options.microBatch = arguments.microBatch;
  options.restart = true;
  const auto estimate = calibration::estimateCalibration(model, data, options, backend);
  const bench::GemmRoof roof = bench::measureGemmRoof(device.id, device.threads);
  const BlockTimes block = timeBlock(model, backend, estimate.microBatch, arguments.length);
  backend.reset();
  const auto calibrated = calibration::calibrate(model, data, nullptr, options, backend, JobContext{});
  return report(arguments, model, calibrated, block, backend.traffic(), roof);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Benchmark of a whole calibration");
  app.add_option("FOLDER", arguments.folder, "Where the checkpoint is, or is written to")->required();
  app.add_option("--device", arguments.device, "cuda, cuda:N or cpu");
  app.add_option("--shape", arguments.shape, "7b, 70b or tiny")->check(CLI::IsMember({"7b", "70b", "tiny"}));
  app.add_option("--blocks", arguments.blocks, "Blocks to write; 0: all, or what half of the free disk holds");
  app.add_option("--samples", arguments.samples, "Sequences");
  app.add_option("--length", arguments.length, "Tokens of a sequence");
  app.add_option("--micro-batch", arguments.microBatch, "Sequences at a time; 0: chosen");
  app.add_option("--device-memory", arguments.deviceGigabytes, "Device memory to use, in GB; 0: all");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(arguments);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
