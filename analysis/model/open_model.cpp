#include "analysis/model/open_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "analysis/base/error.h"
#include "analysis/model/arch_registry.h"
#include "analysis/model/tensor_list.h"

namespace oscope::model {
namespace {

class CheckpointCatalog final : public TensorCatalog {
 public:
  explicit CheckpointCatalog(const checkpoint::ShardedCheckpoint& weights) : m_weights(weights) {}
  bool contains(const std::string& name) const override { return m_weights.contains(name); }
  std::vector<std::int64_t> shape(const std::string& name) const override { return m_weights.entry(name).shape; }

 private:
  const checkpoint::ShardedCheckpoint& m_weights;
};

void checkTensor(const checkpoint::ShardedCheckpoint& weights, const TensorNeed& need) {
  if (!weights.contains(need.name)) {
    throw Error(
        ErrorCode::MissingTensor, weights.folder().string(),
        fmt::format("tensor {} [{}] is needed and is not in the checkpoint", need.name, fmt::join(need.shape, ", ")),
        "download the model again, or check that config.json belongs to these weights");
  }
  const checkpoint::TensorEntry& entry = weights.entry(need.name);
  const std::string where = fmt::format("{}: {}", weights.folder().string(), need.name);
  if (entry.shape != need.shape) {
    throw Error(ErrorCode::WrongShape, where,
                fmt::format("has shape [{}], config.json asks for [{}]", fmt::join(entry.shape, ", "),
                            fmt::join(need.shape, ", ")),
                "check that config.json belongs to these weights");
  }
  if (!isFloatWeight(entry.dtype)) {
    throw Error(ErrorCode::WrongDType, where,
                fmt::format("has dtype {}, expected F32, F16 or BF16", toString(entry.dtype)),
                "open the unquantized checkpoint");
  }
}

/// Errors of checkTensor(); of a checkpoint that says itself that it is quantized, an error that says so.
void checkTensors(const checkpoint::ShardedCheckpoint& weights, const std::vector<TensorNeed>& needs,
                  const checkpoint::HfConfig& config) {
  try {
    for (const TensorNeed& need : needs) checkTensor(weights, need);
  } catch (const Error& error) {
    const Json* quantization = config.object({"quantization_config"});
    if (quantization == nullptr) throw;
    const auto method = quantization->find("quant_method");
    const bool named = method != quantization->end() && method->is_string();
    throw Error(error.code(), error.where(),
                fmt::format("the checkpoint is quantized already ({}): {}",
                            named ? method->get_ref<const std::string&>() : "quantization_config", error.text()),
                "open the float checkpoint that it was made from; to check an export, verify it against that one");
  }
}

// The other spelling of a tied pair is no surprise.
bool isIgnored(const ArchSpec& spec, const ModelGraph& graph, const std::string& name) {
  if (graph.head.tied && name == graph.head.module + ".weight") return true;
  return std::any_of(spec.ignoredSuffixes.begin(), spec.ignoredSuffixes.end(),
                     [&](const std::string& suffix) { return name.ends_with(suffix); });
}

void reportUnused(const ArchSpec& spec, const std::set<std::string>& used, OpenedModel& model) {
  std::vector<std::string> unused;
  for (const checkpoint::TensorEntry& entry : model.weights->entries()) {
    if (!used.contains(entry.name) && !isIgnored(spec, model.graph, entry.name)) unused.push_back(entry.name);
  }
  if (unused.empty()) return;
  const std::size_t shown = std::min<std::size_t>(unused.size(), 5);
  model.diagnostics.push_back(
      {Severity::Warning, "checkpoint.unused_tensors", model.folder.string(),
       fmt::format("{} tensors belong to no part of the model: {}{}", unused.size(),
                   fmt::join(unused.begin(), unused.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
                   unused.size() > shown ? ", ..." : ""),
       "they are ignored; check the model type if they matter"});
}

std::int64_t countParameters(const std::vector<TensorNeed>& tensors) {
  std::int64_t total = 0;
  for (const TensorNeed& need : tensors) {
    std::int64_t elements = 1;
    for (std::int64_t extent : need.shape) elements *= extent;
    total += elements;
  }
  return total;
}

ModelGraph buildGraph(const ArchSpec& spec, const checkpoint::HfConfig& config, const TensorCatalog* catalog) {
  ModelGraph graph = spec.build(config, catalog);
  graph.architecture = spec.id;
  graph.parameters = countParameters(allTensors(graph));
  return graph;
}

}  // namespace

OpenedModel openModel(const std::filesystem::path& folder) {
  OpenedModel model{folder, checkpoint::HfConfig::load(folder), nullptr, {}, {}};
  const ArchSpec& spec = findArchitecture(model.config);
  model.weights = std::make_shared<const checkpoint::ShardedCheckpoint>(folder);
  model.diagnostics = model.weights->diagnostics();
  const CheckpointCatalog catalog(*model.weights);
  model.graph = buildGraph(spec, model.config, &catalog);

  const std::vector<TensorNeed> needs = allTensors(model.graph);
  checkTensors(*model.weights, needs, model.config);
  std::set<std::string> used;
  for (const TensorNeed& need : needs) used.insert(need.name);
  reportUnused(spec, used, model);
  return model;
}

ModelGraph graphOfConfig(const checkpoint::HfConfig& config) {
  return buildGraph(findArchitecture(config), config, nullptr);
}

}  // namespace oscope::model
