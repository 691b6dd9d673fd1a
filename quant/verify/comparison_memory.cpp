#include "quant/verify/comparison_memory.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/base/error.h"
#include "analysis/base/number_text.h"
#include "analysis/base/process_memory.h"
#include "analysis/calibration/run_plan.h"
#include "analysis/forward/forward_runner.h"

namespace oscope::quant {
namespace {

using calibration::HiddenPlace;

constexpr std::int64_t kTokensOnHost = 2048, kTokensOnDevice = 8192;  ///< that pass a block together
/// Share of a device's free memory that is used.
constexpr double kDeviceShare = 0.9;

/// Bytes of what is there at once, whatever the number of windows: the folded and the quantized block in float32 and
/// its codes; or embedding, head and the last states of one window of `models`; probed activations of one window,
/// twice; logits of two models.
std::uint64_t fixedBytes(const model::ModelGraph& graph, const calibration::Dataset& data, const VerifyOptions& options,
                         std::size_t models) {
  std::int64_t widest = 0, probed = 0;
  for (const model::BlockGraph& block : graph.blocks) {
    std::int64_t elements = 0, channels = 0;
    for (const model::LinearDesc& linear : block.linears) {
      elements += linear.in * linear.out;
      channels += linear.in + linear.out;
    }
    widest = std::max(widest, elements);
    probed = std::max(probed, channels);
  }
  const std::int64_t ends = graph.vocabulary * std::max(graph.hidden, graph.embedding.width);
  const std::int64_t last = static_cast<std::int64_t>(models) * data.length * graph.hidden;
  const std::int64_t floats =
      std::max(2 * widest + widest / 4, 2 * ends + last) + (options.siteSamples > 0 ? 2 * probed * data.length : 0);
  return static_cast<std::uint64_t>(floats) * sizeof(float) + 2 * kLogitBytes;
}

std::uint64_t bytesPerWindow(const model::ModelGraph& graph, const calibration::Dataset& data,
                             const compute::DeviceInfo& device) {
  const std::uint64_t perRow =
      forward::ForwardRunner::workBytesPerRow(graph, device) + static_cast<std::uint64_t>(graph.hidden) * sizeof(float);
  return perRow * static_cast<std::uint64_t>(data.length);
}

std::uint64_t elementsOf(const model::BlockGraph& block) {
  std::uint64_t elements = 0;
  for (const model::LinearDesc& linear : block.linears) elements += static_cast<std::uint64_t>(linear.in * linear.out);
  return elements;
}

/// Peak of host memory by what it depends on.
struct HostNeeds {
  std::uint64_t base = 0;     ///< all the time
  std::uint64_t hidden = 0;   ///< hidden states of all models
  std::uint64_t making = 0;   ///< while a block is quantized
  std::uint64_t running = 0;  ///< while windows pass it, and per window
  std::uint64_t perWindow = 0;
  std::uint64_t logits = 0;  ///< behind the last block

  std::uint64_t peak(const ComparisonMemory& memory) const {
    return base + (memory.place == HiddenPlace::Host ? hidden : 0) +
           std::max({making, running + static_cast<std::uint64_t>(memory.windows) * perWindow, logits});
  }
};

HostNeeds hostNeeds(const model::OpenedModel& model, const std::vector<Contender>& contenders,
                    const calibration::Dataset& data, const VerifyOptions& options, const compute::DeviceInfo& device) {
  const model::ModelGraph& graph = model.graph;
  const auto hidden = static_cast<std::uint64_t>(graph.hidden), length = static_cast<std::uint64_t>(data.length);
  HostNeeds needs;
  needs.base = calibration::baseMemory(graph, device);
  needs.hidden = (contenders.size() + 1) * calibration::hiddenShape(graph, data).bytes();
  std::uint64_t stored = 0, elements = 0, making = 0, widest = 0;
  bool sites = false, otherEnds = false;
  for (const model::BlockGraph& block : graph.blocks) {
    stored = std::max(stored, calibration::tensorBytes(model, graph.tensorsOf(block.index)));
    elements = std::max(elements, elementsOf(block));
    for (const model::LinearDesc& linear : block.linears) {
      widest = std::max(widest, static_cast<std::uint64_t>(linear.in * linear.out));
    }
  }
  for (const Contender& contender : contenders) {
    making = std::max(making, contender.blockBytes);
    sites = sites || (contender.measuresSites && options.siteSamples > 0);
    otherEnds = otherEnds || contender.ends != model.weights.get();
  }
  needs.making = stored + making;
  // Codes, dequantized weights, and while sites are measured the folded ones; codes once more for integers, else while
  // a linear is dequantized.
  needs.running =
      stored + widest + elements * (1 + sizeof(float) + (sites ? sizeof(float) + (options.integerTrue ? 1 : 0) : 0));
  // Hidden states and their way from a file; on the CPU the work tensors, and a site's input once more, quantized.
  const auto widestInput = static_cast<std::uint64_t>(calibration::widestInput(graph));
  const std::uint64_t onHost =
      device.threads > 0 ? forward::ForwardRunner::workBytesPerRow(graph, device) + widestInput * sizeof(float) : 0;
  const std::uint64_t perRow = onHost + 3 * hidden * sizeof(float);
  needs.perWindow = length * perRow;
  std::vector<std::string> ends = calibration::embeddingTensors(graph);
  if (otherEnds) needs.base += calibration::tensorBytes(model, ends);  // the pages of an export's embedding stay
  if (std::find(ends.begin(), ends.end(), graph.head.weight) == ends.end()) ends.push_back(graph.head.weight);
  needs.logits = calibration::tensorBytes(model, ends) + (contenders.size() + 1) * length * hidden * sizeof(float) +
                 2 * std::min(kLogitBytes, length * static_cast<std::uint64_t>(graph.vocabulary) * sizeof(float));
  return needs;
}

}  // namespace

ComparisonMemory planComparison(const model::OpenedModel& model, const std::vector<Contender>& contenders,
                                const calibration::Dataset& data, const VerifyOptions& options,
                                const compute::DeviceInfo& device) {
  const model::ModelGraph& graph = model.graph;
  const HostNeeds needs = hostNeeds(model, contenders, data, options, device);
  const bool onHost = device.threads > 0, promised = options.memoryBytes > 0;
  ComparisonMemory memory;
  memory.windows = std::max<std::int64_t>(1, (onHost ? kTokensOnHost : kTokensOnDevice) / data.length);
  if (!onHost) {
    const auto budget = static_cast<std::uint64_t>(static_cast<double>(device.freeBytes) * kDeviceShare);
    const std::uint64_t fixed = device.fixedBytes + fixedBytes(graph, data, options, contenders.size() + 1);
    const std::uint64_t perWindow = bytesPerWindow(graph, data, device);
    const auto needed = [&] { return fixed + static_cast<std::uint64_t>(memory.windows) * perWindow; };
    while (memory.windows > 1 && needed() > budget) memory.windows /= 2;
    memory.place = needed() + needs.hidden <= budget ? HiddenPlace::Device : HiddenPlace::Host;
    if (memory.place == HiddenPlace::Device) return memory;
  }
  const std::uint64_t budget = promised ? options.memoryBytes : residentMemory() + availableMemory() / 4 * 3;
  const std::int64_t wanted = memory.windows;
  const auto fits = [&] { return needs.peak(memory) <= budget; };
  for (const HiddenPlace place : {HiddenPlace::Host, HiddenPlace::File}) {
    memory.place = place;
    memory.windows = wanted;
    while (onHost && memory.windows > 1 && !fits()) memory.windows /= 2;
    if (fits()) return memory;
  }
  if (!promised || !onHost) return memory;
  const auto peak = static_cast<double>(needs.peak(memory));
  throw Error(ErrorCode::OutOfMemory, "memory",
              fmt::format("the comparison needs {}, promised are {}", formatBytesUp(peak),
                          formatBytes(static_cast<double>(budget))),
              fmt::format("allow at least {} of memory, or take shorter windows", formatBytesUp(peak)));
}

}  // namespace oscope::quant
