#include "quant/transform/quantize_block.h"

#include <fmt/format.h>

#include <cmath>

#include "analysis/base/error.h"
#include "quant/methods/method_registry.h"
#include "quant/numerics/quantize.h"
#include "quant/transform/channel_reorder.h"
#include "quant/transform/fold.h"

namespace oscope::quant {
namespace {

struct Linear {
  std::vector<float> weight, bias;
  DType weightDtype = DType::F32, biasDtype = DType::F32;
  bool biasChanged = false;
  std::vector<float> clipLimits;
};

std::vector<float> readFinite(const checkpoint::TensorSource& source, const std::string& name, DType& dtype) {
  const compute::HostTensor tensor = source.tensor(name);
  dtype = tensor.dtype;
  std::vector<float> values = compute::toFloat32(tensor);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) continue;
    throw Error(ErrorCode::NonFinite, name,
                fmt::format("element [{}, {}] is {}", static_cast<std::int64_t>(i) / tensor.cols(),
                            static_cast<std::int64_t>(i) % tensor.cols(), values[i]),
                "the checkpoint is damaged; get a fresh copy");
  }
  return values;
}

/// One block on its way from checkpoint to codes.
class BlockJob {
 public:
  BlockJob(const model::BlockGraph& block, const checkpoint::TensorSource& source, const stats::Snapshot& snapshot,
           const Plan& plan, const JobContext& context)
      : m_block(block), m_source(source), m_snapshot(snapshot), m_plan(plan), m_context(context) {
    m_result.index = block.index;
    for (const model::SiteDesc& site : block.sites) {
      m_result.sites.push_back(plan.site(site.id));
      requireSameReaders(site, m_result.sites.back());
    }
    for (const model::LinearDesc& desc : block.linears) {
      context.checkCancelled();
      Linear& linear = m_linears.emplace_back();
      linear.weight = readFinite(source, desc.weight, linear.weightDtype);
      if (!desc.bias.empty()) linear.bias = readFinite(source, desc.bias, linear.biasDtype);
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
          site.readers.push_back({&m_result.sites[i].linears[r], linear.weight, &linear.clipLimits});
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
        linear.bias = shiftBias(linear.bias, linear.weight, site.shift);
        linear.biasChanged = true;
      }
      if (!site.scale.empty()) scaleColumns(linear.weight, site.scale);
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
      divideRows(producer.weight, producer.bias, m_block.linears[static_cast<std::size_t>(desc.fold->producer)].in,
                 desc.fold->rowOfChannel, site.scale);
      producer.biasChanged = producer.biasChanged || !producer.bias.empty();
      return;
    }
    const model::NormDesc& norm = m_block.norms[static_cast<std::size_t>(desc.fold->producer)];
    DType dtype = DType::F32;
    const std::vector<float> weight = readFinite(m_source, norm.weight, dtype);
    m_result.folded[norm.weight] = foldNormWeight(weight, norm.weightOffset, site.scale, dtype);
    if (norm.bias.empty()) return;
    const std::vector<float> bias = readFinite(m_source, norm.bias, dtype);
    m_result.folded[norm.bias] = foldNormBias(bias, site.scale, site.shift, dtype);
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
          for (float& value : linear.weight) value = roundTo(linear.weightDtype, value);
          result.floatWeight = std::move(linear.weight);
          m_result.weightErrors[result.module] = 0;
          continue;
        }
        JobContext named = m_context;
        named.diagnostic = [this, &result](const Diagnostic& found) { report(found, result.module); };
        try {
          result.weight = method.quantizeWeight({m_snapshot.site(id), m_snapshot, site, site.linears[r], linear.weight,
                                                 linear.clipLimits, m_plan.recipe.rules.scaleDtype},
                                                params, named);
        } catch (const Error& error) {
          throw Error(error.code(), fmt::format("{}: {}", result.module, error.where()), error.text(), error.remedy());
        }
        m_result.weightErrors[result.module] = relativeError(linear.weight, dequantizeWeight(result.weight));
        linear.weight = {};
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

  /// A finding of a method, which does not know the linear's name.
  void report(Diagnostic found, const std::string& module) const {
    found.where = module + (found.where.empty() ? "" : ": " + found.where);
    m_context.report(found);
  }

  static double relativeError(const std::vector<float>& exact, const std::vector<float>& approximate) {
    double error = 0, energy = 0;
    for (std::size_t k = 0; k < exact.size(); ++k) {
      const double difference = static_cast<double>(exact[k]) - approximate[k];
      error += difference * difference;
      energy += static_cast<double>(exact[k]) * exact[k];
    }
    return energy > 0 ? error / energy : 0;
  }

  Linear& linearAt(int index) { return m_linears.at(static_cast<std::size_t>(index)); }

  const model::BlockGraph& m_block;
  const checkpoint::TensorSource& m_source;
  const stats::Snapshot& m_snapshot;
  const Plan& m_plan;
  const JobContext& m_context;
  std::vector<Linear> m_linears;
  QuantizedBlock m_result;
};

}  // namespace

QuantizedBlock quantizeBlock(const model::ModelGraph& graph, int index, const checkpoint::TensorSource& weights,
                             const stats::Snapshot& snapshot, const Plan& plan, const JobContext& context) {
  const model::BlockGraph& block = graph.blocks.at(static_cast<std::size_t>(index));
  return BlockJob(block, weights, snapshot, plan, context).run();
}

}  // namespace oscope::quant
