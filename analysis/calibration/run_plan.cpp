#include "analysis/calibration/run_plan.h"

#include <algorithm>

#include "analysis/base/error.h"
#include "analysis/base/process_memory.h"
#include "analysis/calibration/observer_registry.h"
#include "analysis/compute/cpu_backend.h"

namespace oscope::calibration {
namespace {

/// What code, allocator, BLAS buffers and HDF5 take besides what is counted.
constexpr std::uint64_t kReserve = std::uint64_t{96} << 20;
/// A BLAS thread's packing buffer.
constexpr std::uint64_t kBlasBuffer = std::uint64_t{16} << 20;
}  // namespace

void CalibrateOptions::validate() const {
  const auto refuse = [](const char* option, const char* text) {
    throw Error(ErrorCode::InvalidArgument, option, text);
  };
  if (output.empty()) refuse("output", "names no file");
  if (microBatch < 0) refuse("microBatch", "must not be negative");
  if (!(durableSeconds >= 0)) refuse("durableSeconds", "must not be negative");
  chooseObservers(*this);
}

std::vector<ActiveObserver> chooseObservers(const CalibrateOptions& options) {
  const std::vector<std::string> wanted = options.observers.empty() ? defaultObservers() : options.observers;
  for (const std::string& id : wanted) findObserver(id);
  for (const auto& entry : options.observerParams) {
    findObserver(entry.first);
    if (std::find(wanted.begin(), wanted.end(), entry.first) != wanted.end()) continue;
    throw Error(ErrorCode::InvalidArgument, "parameters of the observer \"" + entry.first + "\"",
                "the run doesn't observe that", "leave them out, or choose the observer");
  }
  std::vector<ActiveObserver> chosen;
  for (const auto& observer : observers()) {
    if (std::find(wanted.begin(), wanted.end(), observer->id()) == wanted.end()) continue;
    const auto params = options.observerParams.find(observer->id());
    chosen.push_back(
        {observer.get(), params != options.observerParams.end() ? params->second : ParamSet(observer->params())});
  }
  return chosen;
}

ObservedRun observedRun(const Dataset& data, const CalibrateOptions& options) {
  return {data.samples, data.length, data.firstSample, options.seed};
}

HiddenShape hiddenShape(const model::ModelGraph& graph, const Dataset& data) {
  return {data.samples, data.length, graph.hidden};
}

std::int64_t widestInput(const model::ModelGraph& graph) {
  std::int64_t widest = 0;
  for (const model::BlockGraph& block : graph.blocks) {
    for (const model::LinearDesc& linear : block.linears) widest = std::max(widest, linear.in);
  }
  return widest;
}

std::uint64_t baseMemory(const model::ModelGraph& graph, const compute::DeviceInfo& device) {
  returnFreedMemory();  // what an earlier estimate or job has freed is not needed again
  return residentMemory() + kReserve +
         static_cast<std::uint64_t>(device.threads) *
             (kBlasBuffer + compute::CpuBackend::panelBytes(widestInput(graph)));
}

double durableInterval(double least, double cost) {
  constexpr double kShare = 0.05;
  return least > 0 ? std::max(least, cost / kShare) : 0;
}

std::uint64_t tensorBytes(const model::OpenedModel& model, const std::vector<std::string>& names) {
  std::uint64_t bytes = 0;
  for (const std::string& name : names) {
    const checkpoint::TensorEntry& entry = model.weights->entry(name);
    bytes += entry.end - entry.begin;
  }
  return bytes;
}

std::vector<std::string> embeddingTensors(const model::ModelGraph& graph) {
  const model::EmbeddingDesc& embedding = graph.embedding;
  std::vector<std::string> names{embedding.tokens, embedding.positions, embedding.projectIn};
  if (embedding.norm) names.insert(names.end(), {embedding.norm->weight, embedding.norm->bias});
  names.erase(std::remove(names.begin(), names.end(), std::string()), names.end());
  return names;
}

}  // namespace oscope::calibration
