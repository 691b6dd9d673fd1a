#include "quant/transform/quantize_block.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/base/error.h"
#include "analysis/compute/stop_scope.h"
#include "quant/methods/method_registry.h"
#include "quant/transform/channel_reorder.h"
#include "quant/transform/fold.h"
#include "quant/transform/folded_weight.h"

namespace oscope::quant {
namespace {

struct Linear {
  FoldedWeight weight;
  std::vector<float> bias = {};
  DType biasDtype = DType::F32;
  bool biasChanged = false;
  std::vector<float> clipLimits = {};
};

/// One block on its way from checkpoint to codes.
class BlockJob {
 public:
  BlockJob(const model::BlockGraph& block, const checkpoint::TensorSource& source, const stats::Snapshot& snapshot,
           const Plan& plan, compute::Backend& backend, const JobContext& context)
      : m_block(block), m_source(source), m_snapshot(snapshot), m_plan(plan), m_backend(backend), m_context(context) {
    m_result.index = block.index;
    for (const model::SiteDesc& site : block.sites) {
      m_result.sites.push_back(plan.site(site.id));
      requireSameReaders(site, m_result.sites.back());
    }
    for (const model::LinearDesc& desc : block.linears) {
      context.checkCancelled();
      Linear& linear = m_linears.emplace_back(Linear{FoldedWeight(source.tensor(desc.weight))});
      if (desc.bias.empty()) continue;
      const compute::HostTensor bias = source.tensor(desc.bias);
      linear.biasDtype = bias.dtype;
      linear.bias = finiteValues(bias);
    }
  }

  QuantizedBlock run() {
    search(&QuantMethod::searchesScale, &QuantMethod::searchScale);
    for (std::size_t i = 0; i < m_block.sites.size(); ++i) foldReaders(m_block.sites[i], m_result.sites[i]);
    for (std::size_t i = 0; i < m_block.sites.size(); ++i) foldProducer(m_block.sites[i], m_result.sites[i]);
    search(&QuantMethod::searchesClip, &QuantMethod::searchClip);
    quantize();
    reorder();
    return std::move(m_result);
  }

 private:
  void requireSameReaders(const model::SiteDesc& site, const SitePlan& plan) const {
    bool same = plan.linears.size() == site.readers.size();
    for (std::size_t r = 0; same && r < site.readers.size(); ++r) {
      const model::LinearDesc& desc = m_block.linears.at(static_cast<std::size_t>(site.readers[r]));
      const LinearPlan& linear = plan.linears[r];
      same = linear.module == desc.module && linear.out == desc.out && linear.in == desc.in;
    }
    if (same && (plan.scale.empty() || static_cast<std::int64_t>(plan.scale.size()) == site.channels)) return;
    throw Error(ErrorCode::Mismatch, toString(site.id), "the plan's linears are not this model's",
                "plan again from a snapshot of this model");
  }

  using Wanted = bool (QuantMethod::*)(const ParamSet&) const;
  using Hook = void (QuantMethod::*)(SiteWeights&, const ParamSet&, const JobContext&) const;

  void search(Wanted wanted, Hook hook) {
    for (const RecipeStep& step : m_plan.recipe.steps) {
      const QuantMethod& method = findMethod(step.method);
      if (!(method.*wanted)(step.params)) continue;
      for (std::size_t i = 0; i < m_block.sites.size(); ++i) {
        m_context.checkCancelled();
        const SiteId id = m_block.sites[i].id;
        SiteWeights site{m_snapshot.site(id), m_snapshot, m_plan.recipe, m_result.sites[i], {}};
        for (std::size_t r = 0; r < m_block.sites[i].readers.size(); ++r) {
          Linear& linear = linearAt(m_block.sites[i].readers[r]);
          site.readers.push_back({&m_result.sites[i].linears[r], linear.weight.values(), &linear.clipLimits});
        }
        (method.*hook)(site, step.params, m_context);
      }
    }
  }

  void foldReaders(const model::SiteDesc& desc, const SitePlan& site) {
    for (int reader : desc.readers) {
      Linear& linear = linearAt(reader);
      if (!site.shift.empty()) {
        if (linear.bias.empty())
          linear.bias.resize(static_cast<std::size_t>(m_block.linears[static_cast<std::size_t>(reader)].out));
        linear.bias = shiftBias(linear.bias, linear.weight.values(), site.shift);
        linear.biasChanged = true;
      }
      if (!site.scale.empty()) linear.weight.scaleColumns(site.scale);
    }
  }

  void foldProducer(const model::SiteDesc& desc, const SitePlan& site) {
    if (site.scale.empty() || site.foldEdge == kRuntimeEdge) return;
    if (!desc.fold || desc.fold->name != site.foldEdge) {
      throw Error(ErrorCode::Mismatch, toString(desc.id),
                  fmt::format("the plan folds into {}, the model has {}", site.foldEdge,
                              desc.fold ? desc.fold->name : "no such edge"),
                  "plan again from a snapshot of this model");
    }
    if (desc.fold->kind == model::FoldEdge::Kind::LinearRows) {
      Linear& producer = linearAt(desc.fold->producer);
      const std::vector<float> divisors = rowDivisors(
          m_block.linears[static_cast<std::size_t>(desc.fold->producer)].out, desc.fold->rowOfChannel, site.scale);
      producer.weight.divideRows(divisors);
      for (std::size_t row = 0; row < producer.bias.size(); ++row) producer.bias[row] /= divisors[row];
      producer.biasChanged = producer.biasChanged || !producer.bias.empty();
      return;
    }
    const model::NormDesc& norm = m_block.norms[static_cast<std::size_t>(desc.fold->producer)];
    const compute::HostTensor weight = m_source.tensor(norm.weight);
    m_result.folded[norm.weight] = foldNormWeight(finiteValues(weight), norm.weightOffset, site.scale, weight.dtype);
    if (norm.bias.empty()) return;
    const compute::HostTensor bias = m_source.tensor(norm.bias);
    m_result.folded[norm.bias] = foldNormBias(finiteValues(bias), site.scale, site.shift, bias.dtype);
  }

  void quantize() {
    const RecipeStep* step = nullptr;
    for (const RecipeStep& candidate : m_plan.recipe.steps) {
      if (findMethod(candidate.method).quantizesWeights()) step = &candidate;
    }
    const std::string name = step != nullptr ? step->method : "rtn";
    const QuantMethod& method = findMethod(name);
    const ParamSet params = step ? step->params : ParamSet(method.params());
    m_result.linears.resize(m_linears.size());
    const std::vector<int> order = quantizationOrder();
    auto next = order.begin();
    for (std::size_t i = 0; i < m_block.sites.size(); ++i) {
      const SiteId id = m_block.sites[i].id;
      const SitePlan& site = m_result.sites[i];
      for (std::size_t r = 0; r < site.linears.size(); ++r) {
        m_context.checkCancelled();
        const int index = m_block.sites[i].readers[r];
        Linear& linear = linearAt(index);
        QuantizedLinear& result = m_result.linears[static_cast<std::size_t>(index)];
        result.module = site.linears[r].module;
        if (linear.biasChanged) {
          for (float& value : linear.bias) value = roundTo(linear.biasDtype, value);
          result.bias = std::move(linear.bias);
        }
        if (site.linears[r].scheme.isFloat()) {
          const DType dtype = linear.weight.dtype();
          result.floatWeight = linear.weight.take();
          for (float& value : result.floatWeight) value = roundTo(dtype, value);
          m_result.weightErrors[result.module] = 0;
          continue;
        }
        // While one weight is quantized the next comes to the device; second-order methods read weights on the host.
        if (method.observers(params).empty() && ++next < order.end()) prefetch(linearAt(*next).weight);
        JobContext named = m_context;
        named.diagnostic = [this, &result](const Diagnostic& found) { report(found, result.module); };
        try {
          compute::WeightCodes codes =
              method.quantizeWeight({m_backend, m_snapshot.site(id), m_snapshot, site, site.linears[r], linear.weight,
                                     linear.clipLimits, m_plan.recipe.rules.scaleDtype},
                                    params, named);
          result.weight = std::move(codes.weight);
          m_result.weightErrors[result.module] = codes.sums.energy > 0 ? codes.sums.error / codes.sums.energy : 0;
        } catch (const Error& error) {
          if (error.where() == m_block.linears[static_cast<std::size_t>(index)].weight) throw;
          throw Error(error.code(), fmt::format("{}: {}", result.module, error.where()), error.text(), error.remedy());
        }
        linear.weight.drop();
      }
    }
  }

  /// Behind quantization: an order changes no code.
  void reorder() {
    reorderBlock(m_block, m_result.sites,
                 {[this](int linear, const ChannelOrder& order) {
                    QuantizedLinear& result = m_result.linears[static_cast<std::size_t>(linear)];
                    if (!result.weight.codes.empty()) return reorderColumns(result.weight, order);
                    reorderColumns(result.floatWeight, order);
                  },
                  [this](int linear, const ChannelOrder& rows) {
                    QuantizedLinear& result = m_result.linears[static_cast<std::size_t>(linear)];
                    if (!result.weight.codes.empty()) reorderRows(result.weight, rows);
                    reorderRows(result.floatWeight, rows);
                    reorderBias(linear, rows);
                  },
                  [this](const model::NormDesc& norm, const ChannelOrder& order) {
                    m_result.normOrders[model::normOrderName(norm)] = order;
                  }});
    for (SitePlan& site : m_result.sites) reorderFigures(site);
  }

  void reorderBias(int linear, const ChannelOrder& rows) {
    const std::string& name = m_block.linears[static_cast<std::size_t>(linear)].bias;
    if (name.empty()) return;
    std::vector<float>& bias = m_result.linears[static_cast<std::size_t>(linear)].bias;
    if (bias.empty()) bias = compute::toFloat32(m_source.tensor(name));
    reorderRows(bias, rows);
  }

  /// The linears that become codes, in the order in which they do.
  std::vector<int> quantizationOrder() const {
    std::vector<int> order;
    for (std::size_t i = 0; i < m_block.sites.size(); ++i) {
      for (std::size_t r = 0; r < m_block.sites[i].readers.size(); ++r) {
        if (!m_result.sites[i].linears[r].scheme.isFloat()) order.push_back(m_block.sites[i].readers[r]);
      }
    }
    return order;
  }

  void prefetch(FoldedWeight& weight) {
    try {
      weight.prepare(m_backend);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::OutOfMemory) throw;  // then it comes when its turn does
    }
  }

  /// A finding of a method, which does not know the linear's name.
  void report(Diagnostic found, const std::string& module) const {
    found.where = module + (found.where.empty() ? "" : ": " + found.where);
    m_context.report(found);
  }

  Linear& linearAt(int index) { return m_linears.at(static_cast<std::size_t>(index)); }

  const model::BlockGraph& m_block;
  const checkpoint::TensorSource& m_source;
  const stats::Snapshot& m_snapshot;
  const Plan& m_plan;
  compute::Backend& m_backend;
  const JobContext& m_context;
  std::vector<Linear> m_linears;
  QuantizedBlock m_result;
};

}  // namespace

std::uint64_t quantizeBlockBytes(const model::ModelGraph& graph, const Recipe& recipe) {
  constexpr std::uint64_t kBand = 3 * 256;  // rows in float64 that searches and column loops work on
  const std::vector<std::string> observers = observersOf(recipe);
  const bool matrix = std::find(observers.begin(), observers.end(), "gram") != observers.end();
  std::uint64_t most = 0;
  for (const model::BlockGraph& block : graph.blocks) {
    std::uint64_t elements = 0, widest = 0;
    for (const model::LinearDesc& linear : block.linears) {
      elements += static_cast<std::uint64_t>(linear.in * linear.out);
      widest = std::max(widest, static_cast<std::uint64_t>(linear.in));
    }
    const std::uint64_t searched = matrix ? widest * (widest + kBand) * sizeof(double) : 0;
    most = std::max(most, elements * (sizeof(float) + sizeof(std::int8_t)) + searched);
  }
  return most;
}

QuantizedBlock quantizeBlock(const model::ModelGraph& graph, int index, const checkpoint::TensorSource& weights,
                             const stats::Snapshot& snapshot, const Plan& plan, compute::Backend& backend,
                             const JobContext& context) {
  const model::BlockGraph& block = graph.blocks.at(static_cast<std::size_t>(index));
  const compute::StopScope stop(backend, &context);
  return BlockJob(block, weights, snapshot, plan, backend, context).run();
}

}  // namespace oscope::quant
