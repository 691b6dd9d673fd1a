// estimateCalibration: what a run needs, and what can't work, before it starts.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "analysis/base/atomic_file.h"
#include "analysis/base/number_text.h"
#include "analysis/base/process_memory.h"
#include "analysis/calibration/run_plan.h"
#include "analysis/calibration/work_folder.h"
#include "analysis/compute/cpu_backend.h"
#include "analysis/forward/forward_runner.h"

namespace oscope::calibration {
namespace {

/// Tokens of a micro-batch that keep a backend busy: a weight is converted once for so many.
constexpr std::int64_t kBusyTokensCpu = 2048, kBusyTokensDevice = 8192;
/// What the process may take between an estimate and the run that follows its advice.
constexpr std::uint64_t kDrift = std::uint64_t{16} << 20;
/// Share of a device's free memory that is used.
constexpr double kDeviceShare = 0.9;
/// Time of everything that is no GEMM, beside the GEMMs (tests/bench holds the forward pass to 80 % of the GEMM rate).
constexpr double kBesidesGemm = 1.3;

/// Multiply-adds count twice; attention sees half of the sequence on average.
double blockFlops(const model::ModelGraph& graph, const model::BlockGraph& block, const Dataset& data) {
  double perToken = 0;
  for (const model::LinearDesc& linear : block.linears) perToken += 2.0 * static_cast<double>(linear.in * linear.out);
  perToken += 2.0 * static_cast<double>(graph.heads * graph.headDim * data.length);
  return perToken * static_cast<double>(data.samples * data.length);
}

/// Multiply-adds per second, times two, of one product with a weight of `dtype`.
double gemmRate(compute::Backend& backend, DType dtype, std::int64_t rows, std::int64_t width) {
  const auto values = static_cast<std::size_t>(width * width);
  compute::HostTensor host = compute::makeHostTensor("gemm rate", std::vector<float>(values, 0.01f), {width, width});
  if (dtype == DType::BF16 || dtype == DType::F16) {
    const auto bits = std::make_shared<std::vector<std::uint16_t>>(
        values, dtype == DType::BF16 ? floatToBf16(0.01f) : floatToFp16(0.01f));
    host = {bits->data(), dtype, {width, width}, bits, "gemm rate"};
  }
  const compute::WeightPtr weight = backend.prepareWeight(host);
  compute::Tensor x = backend.allocate(DType::F32, rows, width), y = backend.allocate(DType::F32, rows, width);
  backend.upload(std::vector<float>(static_cast<std::size_t>(rows * width), 0.5f).data(), x);
  const auto layout = compute::SequenceLayout::uniform(1, rows);
  backend.linear(x, layout, *weight, nullptr, y);  // the first call warms up
  backend.synchronize();
  const auto start = std::chrono::steady_clock::now();
  backend.linear(x, layout, *weight, nullptr, y);
  backend.synchronize();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return 2.0 * static_cast<double>(rows * width * width) / std::max(seconds, 1e-9);
}

/// The rate of products like those of a block, with weights of the model's type.
double measureGemmRate(compute::Backend& backend, DType dtype) {
  constexpr double kFast = 1e12;  // a small product is mostly overhead then
  const double rate = gemmRate(backend, dtype, 256, 1024);
  return rate < kFast ? rate : gemmRate(backend, dtype, 2048, 4096);
}

/// `onHost`: Gram matrices are the CPU's.
void addStatistics(const model::ModelGraph& graph, const Dataset& data, const CalibrateOptions& options, bool onHost,
                   CalibrateEstimate& estimate) {
  const std::vector<ActiveObserver> observers = chooseObservers(options);
  const ObservedRun run = observedRun(data, options);
  for (const model::BlockGraph& block : graph.blocks) {
    std::uint64_t device = 0, gram = 0;
    for (const model::SiteDesc& site : block.sites) {
      for (const ActiveObserver& active : observers) {
        const ObserverCost cost = active.observer->cost(site, run, active.params);
        device += cost.device;
        if (cost.gram > 0) {
          gram += onHost ? compute::CpuBackend::gramBytes(site.channels) : cost.gram;
          estimate.flops += static_cast<double>(run.tokens()) * static_cast<double>(site.channels * site.channels);
        }
        estimate.snapshotBytes += cost.snapshot;
      }
      // Column norms, column maxima and sampled rows of each reader.
      estimate.snapshotBytes += site.readers.size() * static_cast<std::uint64_t>(site.channels) * 34 * sizeof(float);
    }
    estimate.statisticsBytes = std::max(estimate.statisticsBytes, device);
    estimate.gramBytes = std::max(estimate.gramBytes, gram);
  }
  estimate.snapshotBytes += static_cast<std::uint64_t>(run.tokens()) * sizeof(std::int32_t);
}

/// What lies on disk instead of in memory.
struct Spilling {
  bool hidden = false, gram = false;
};

/// Host memory by what it depends on.
struct HostMemory {
  std::uint64_t base = 0;            ///< all the time
  std::uint64_t block = 0;           ///< while blocks run
  std::uint64_t gram = 0;            ///< Gram matrices, while blocks run
  std::uint64_t embedding = 0;       ///< before the first block
  std::uint64_t hidden = 0;          ///< all hidden states
  std::uint64_t perSample = 0;       ///< work tensors of one sequence
  std::uint64_t spillPerSample = 0;  ///< staging of one sequence, where spilled

  std::uint64_t peak(Spilling spilling, std::int64_t microBatch) const {
    return base + std::max(block + (spilling.gram ? 0 : gram), embedding) + (spilling.hidden ? 0 : hidden) +
           static_cast<std::uint64_t>(microBatch) * (perSample + (spilling.hidden ? spillPerSample : 0));
  }
};

HostMemory hostMemory(const model::OpenedModel& model, const Dataset& data, const compute::DeviceInfo& device,
                      const CalibrateEstimate& estimate) {
  const model::ModelGraph& graph = model.graph;
  const bool onHost = device.threads > 0;
  HostMemory memory;
  const std::uint64_t blocks = onHost ? 1 : 2;  // for a device, the next one's pages are read ahead
  memory.base = baseMemory(graph, device);
  // The embedding is released before the first block is read. Statistics: accumulators, and the records read from them.
  // On a device, the records of the block before are being written.
  memory.block = blocks * estimate.weightsPerBlock + (onHost ? 2 : 3) * estimate.statisticsBytes;
  memory.embedding = tensorBytes(model, embeddingTensors(graph));
  memory.gram = estimate.gramBytes;
  if (estimate.gramBytes > 0) {  // a band on its way to the file, and a tile per thread
    memory.block += static_cast<std::uint64_t>(compute::kGramBand) * sizeof(double) *
                    static_cast<std::uint64_t>(widestInput(graph) + device.threads * compute::kGramBand);
  }
  memory.hidden = estimate.hiddenOnDevice ? 0 : estimate.hiddenBytes;
  const HiddenShape shape = hiddenShape(graph, data);
  const auto rows = static_cast<std::uint64_t>(data.length);
  memory.perSample = onHost ? rows * forward::ForwardRunner::workBytesPerRow(graph, device) + shape.sampleBytes() : 0;
  memory.spillPerSample = shape.sampleBytes();
  return memory;
}

void refuse(CalibrateEstimate& estimate, const char* code, std::string where, std::string text, std::string remedy) {
  estimate.problems.push_back({Severity::Error, code, std::move(where), std::move(text), std::move(remedy)});
}

/// Chooses micro-batch and spilling so that the promise holds. Hidden states go to disk before Gram matrices, which
/// every micro-batch reads and writes.
void planMemory(const HostMemory& memory, bool fixedBatch, bool onHost, CalibrateEstimate& estimate) {
  const auto fits = [&](Spilling spilling, std::int64_t batch) {
    return memory.peak(spilling, batch) <= estimate.promisedMemory;
  };
  std::vector<Spilling> choices{{false, false}, {true, false}};
  if (onHost && memory.gram > 0) choices.insert(choices.end(), {{false, true}, {true, true}});
  const std::int64_t wanted = estimate.microBatch;
  Spilling chosen;
  for (const Spilling choice : choices) {
    std::int64_t batch = wanted;
    while (!fits(choice, batch) && batch > 1 && !fixedBatch) batch /= 2;
    chosen = choice;
    estimate.microBatch = batch;
    if (fits(choice, batch)) break;
  }
  estimate.spilled = chosen.hidden;
  estimate.gramSpilled = chosen.gram;
  estimate.peakMemory = memory.peak(chosen, estimate.microBatch);
  estimate.sufficientMemory = estimate.peakMemory + kDrift;
  if (memory.perSample > 0) estimate.workBytes = static_cast<std::uint64_t>(estimate.microBatch) * memory.perSample;
  if (fits(chosen, estimate.microBatch)) return;
  refuse(estimate, "calibrate.memory", "memory",
         fmt::format("the run needs {}, promised are {}", formatBytesUp(static_cast<double>(estimate.peakMemory)),
                     formatBytes(static_cast<double>(estimate.promisedMemory))),
         fmt::format("allow at least {} of memory, or take shorter samples{}",
                     formatBytesUp(static_cast<double>(estimate.sufficientMemory)),
                     fixedBatch ? ", or a smaller micro-batch" : ""));
}

/// Chooses the micro-batch for a device, and whether the hidden states stay there.
void planDevice(const model::OpenedModel& model, const compute::DeviceInfo& device, const Dataset& data,
                std::int64_t wanted, CalibrateEstimate& estimate) {
  const model::ModelGraph& graph = model.graph;
  const HiddenShape shape = hiddenShape(graph, data);
  const std::uint64_t perRow = forward::ForwardRunner::workBytesPerRow(graph, device);
  estimate.workBytes = perRow * static_cast<std::uint64_t>(data.length) + shape.sampleBytes();  // of one sequence
  estimate.deviceBudget = static_cast<std::uint64_t>(static_cast<double>(device.freeBytes) * kDeviceShare);
  const auto needed = [&](std::int64_t batch, std::uint64_t blocks) {
    const std::uint64_t weights = blocks * estimate.weightsPerBlock + estimate.statisticsBytes + estimate.gramBytes;
    return device.fixedBytes + std::max(weights, tensorBytes(model, embeddingTensors(graph))) +
           static_cast<std::uint64_t>(batch) * estimate.workBytes;
  };
  // Two blocks where they fit: one comes in while the other runs.
  std::int64_t batch = wanted;
  while (batch > 1 && needed(batch, 2) > estimate.deviceBudget) batch /= 2;
  const std::uint64_t blocks = needed(batch, 2) <= estimate.deviceBudget ? 2 : 1;
  estimate.microBatch = batch;
  estimate.deviceMemory = needed(batch, blocks);
  estimate.workBytes *= static_cast<std::uint64_t>(batch);
  if (estimate.deviceMemory > estimate.deviceBudget) {
    refuse(estimate, "calibrate.device_memory", device.id,
           fmt::format("the run needs {} of device memory, {} are free",
                       formatBytesUp(static_cast<double>(estimate.deviceMemory)),
                       formatBytes(static_cast<double>(device.freeBytes))),
           "take shorter samples, free device memory, or calibrate on the CPU");
    return;
  }
  estimate.hiddenOnDevice = estimate.deviceMemory + estimate.hiddenBytes <= estimate.deviceBudget;
  if (estimate.hiddenOnDevice) estimate.deviceMemory += estimate.hiddenBytes;
}

/// Block files and the snapshot made from them, two generations of hidden states, and what is spilled.
std::uint64_t diskBytes(const CalibrateEstimate& estimate) {
  return 2 * estimate.snapshotBytes + 2 * estimate.hiddenBytes + (estimate.gramSpilled ? estimate.gramBytes : 0);
}

void planDisk(const CalibrateOptions& options, CalibrateEstimate& estimate) {
  estimate.diskBytes = diskBytes(estimate);
  const auto parent = options.output.has_parent_path() ? options.output.parent_path() : std::filesystem::path(".");
  if (!std::filesystem::is_directory(parent)) {
    refuse(estimate, "calibrate.output", parent.string(), "is no folder", "create it, or choose another output");
    return;
  }
  if (::access(parent.c_str(), W_OK) != 0) {
    refuse(estimate, "calibrate.output", parent.string(), "can't be written to",
           "allow writing, or choose an output in another folder");
    return;
  }
  if (std::filesystem::is_directory(options.output)) {
    refuse(estimate, "calibrate.output", options.output.string(), "is a folder", "name a file");
    return;
  }
  estimate.freeDisk = freeDiskBytes(parent) + WorkFolder::bytes(options.output);
  if (estimate.freeDisk >= estimate.diskBytes) return;
  refuse(
      estimate, "calibrate.disk", parent.string(),
      fmt::format("the run needs up to {} of disk, {} are free", formatBytesUp(static_cast<double>(estimate.diskBytes)),
                  formatBytes(static_cast<double>(estimate.freeDisk))),
      fmt::format("free {}, take fewer samples, or choose an output on another disk",
                  formatBytesUp(static_cast<double>(estimate.diskBytes - estimate.freeDisk))));
}

void checkData(const model::ModelGraph& graph, const Dataset& data, CalibrateEstimate& estimate) {
  if (data.samples < 1 || data.length < 1) {
    refuse(estimate, "calibrate.data", "data", "there are no tokens", "take at least one sample of one token");
  }
  if (graph.positionsLimited && data.length > graph.maxPositions) {
    refuse(estimate, "calibrate.length", "length",
           fmt::format("{} tokens are more than the {} positions that the model knows", formatCount(data.length),
                       formatCount(graph.maxPositions)),
           fmt::format("take a length of at most {}", formatCount(graph.maxPositions)));
  }
  const auto bad =
      std::find_if(data.ids.begin(), data.ids.end(), [&](std::int32_t id) { return id < 0 || id >= graph.vocabulary; });
  if (bad != data.ids.end()) {
    const auto token = bad - data.ids.begin();
    refuse(estimate, "calibrate.token", fmt::format("sample {}, position {}", token / data.length, token % data.length),
           fmt::format("token id {} is outside of the vocabulary of {}", *bad, graph.vocabulary),
           "use the tokens of this model's tokenizer");
  }
}

}  // namespace

std::uint64_t calibrationDiskBytes(const model::ModelGraph& graph, std::int64_t samples, std::int64_t length,
                                   const CalibrateOptions& options) {
  Dataset data;
  data.samples = samples;
  data.length = length;
  CalibrateEstimate estimate;
  estimate.hiddenBytes = hiddenShape(graph, data).bytes();
  addStatistics(graph, data, options, true, estimate);
  return diskBytes(estimate);
}

CalibrateEstimate estimateCalibration(const model::OpenedModel& model, const Dataset& data,
                                      const CalibrateOptions& options, compute::Backend& backend) {
  options.validate();
  const model::ModelGraph& graph = model.graph;
  const compute::DeviceInfo device = backend.info();
  const bool onHost = device.threads > 0;
  CalibrateEstimate estimate;
  checkData(graph, data, estimate);
  if (!estimate.problems.empty()) return estimate;
  for (const model::BlockGraph& block : graph.blocks) {
    estimate.weightsPerBlock = std::max(estimate.weightsPerBlock, tensorBytes(model, graph.tensorsOf(block.index)));
    estimate.flops += blockFlops(graph, block, data);
  }
  estimate.hiddenBytes = hiddenShape(graph, data).bytes();
  addStatistics(graph, data, options, onHost, estimate);
  // Before memory is looked at: the products leave buffers behind, which the run will find, too.
  estimate.seconds = kBesidesGemm * estimate.flops /
                     measureGemmRate(backend, model.weights->entry(graph.blocks.front().linears.front().weight).dtype);
  estimate.promisedMemory =
      options.memoryBytes > 0 ? options.memoryBytes : residentMemory() + availableMemory() / 4 * 3;

  const std::int64_t busy = (onHost ? kBusyTokensCpu : kBusyTokensDevice) / data.length;
  const std::int64_t sequences = std::max<std::int64_t>({1, busy, device.threads});
  const std::int64_t wanted = std::min(options.microBatch > 0 ? options.microBatch : sequences, data.samples);
  estimate.microBatch = wanted;
  if (!onHost) planDevice(model, device, data, wanted, estimate);
  planMemory(hostMemory(model, data, device, estimate), options.microBatch > 0, onHost, estimate);
  planDisk(options, estimate);
  return estimate;
}

}  // namespace oscope::calibration
