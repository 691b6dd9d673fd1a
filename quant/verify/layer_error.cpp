#include "quant/verify/layer_error.h"

#include <cmath>
#include <limits>

#include "analysis/base/error.h"
#include "quant/verify/agreement.h"
#include "quant/verify/apply_activation.h"

namespace oscope::quant {

using compute::Backend;
using compute::SequenceLayout;
using compute::Tensor;
using PairSums = Backend::PairSums;

namespace {

void add(PairSums& into, const PairSums& more) {
  into.aa += more.aa;
  into.dd += more.dd;
  into.ab += more.ab;
  into.bb += more.bb;
}

/// NaN and infinity show in every sum.
void requireFinite(const PairSums& sums, const std::string& where) {
  if (std::isfinite(sums.aa) && std::isfinite(sums.bb) && std::isfinite(sums.dd)) return;
  throw Error(ErrorCode::NonFinite, where, "has values that are not finite, in float or quantized",
              "look at the ranges of this block and at the scales of its sites");
}

Tensor copyOf(Backend& backend, const Tensor& x) {
  Tensor copy = backend.allocate(x.dtype, x.rows, x.cols);
  backend.copy(x, copy);
  return copy;
}

}  // namespace

double sqnrDb(double signal, double error) {
  if (error == 0) return std::numeric_limits<double>::infinity();
  return signal > 0 ? 10 * std::log10(signal / error) : 0;
}

FakeQuantHook::FakeQuantHook(Backend& backend, const QuantizedBlock& block, std::optional<double> divisor)
    : m_backend(backend), m_block(block), m_divisor(divisor) {}

void FakeQuantHook::onSite(SiteId site, Tensor& x, const SequenceLayout& layout) {
  applyActivation(m_backend, x, layout, plan(site), m_divisor);
}

const SitePlan& FakeQuantHook::plan(SiteId site) const {
  for (const SitePlan& plan : m_block.sites) {
    if (plan.id == site) return plan;
  }
  throw Error(ErrorCode::Internal, toString(site), "is no site of the quantized block");
}

struct LayerErrors::Totals {
  std::map<SiteKind, PairSums> inputLocal, inputEndToEnd;
  std::map<int, PairSums> outputLocal, outputEndToEnd;
  std::map<int, double> integerMax;
};

/// What both probes add to, and the float activations that wait for the quantized run.
struct LayerErrors::Sums : Totals {
  std::map<SiteKind, Tensor> inputs;
  std::map<int, Tensor> outputs;
  const model::BlockGraph* graph = nullptr;
  const QuantizedBlock* block = nullptr;
};

/// On the folded float block: the error that each site and linear makes alone.
class LayerErrors::FloatProbe final : public FakeQuantHook {
 public:
  FloatProbe(Backend& backend, const QuantizedBlock& block, const forward::LoadedBlock& loaded,
             const std::vector<compute::WeightPtr>& codes, std::optional<double> divisor, Sums& sums)
      : FakeQuantHook(backend, block, divisor), m_loaded(loaded), m_codes(codes), m_sums(sums) {}

  bool wantsLinears() const override { return true; }

  void onSite(SiteId site, Tensor& x, const SequenceLayout& layout) override {
    m_quantizedInput = copyOf(m_backend, x);
    applyActivation(m_backend, m_quantizedInput, layout, plan(site), m_divisor);
    add(m_sums.inputLocal[site.kind], m_backend.compare(x, m_quantizedInput));
    m_sums.inputs[site.kind] = copyOf(m_backend, x);
  }

  void onLinear(SiteId site, int linear, const Tensor& x, Tensor& y, const SequenceLayout& layout) override {
    const auto index = static_cast<std::size_t>(linear);
    Tensor quantized = m_backend.allocate(DType::F32, y.rows, y.cols);
    m_backend.linear(m_quantizedInput, layout, *m_loaded.linearWeights[index], m_loaded.linearBiases[index].get(),
                     quantized);
    add(m_sums.outputLocal[linear], m_backend.compare(y, quantized));
    m_sums.outputs[linear] = copyOf(m_backend, y);
    compareIntegers(plan(site), linear, x, quantized, layout);
  }

 private:
  void compareIntegers(const SitePlan& site, int linear, const Tensor& x, const Tensor& fake,
                       const SequenceLayout& layout) {
    const auto index = static_cast<std::size_t>(linear);
    const auto quant = deviceQuant(site, m_divisor);
    if (!m_codes[index] || !quant || !quant->hasRowScales() || quant->bits > 8) return;
    Tensor codes = m_backend.allocate(DType::I8, x.rows, x.cols);
    Tensor scales = m_backend.allocate(DType::F32, x.rows, 1);
    Tensor exact = m_backend.allocate(DType::F32, fake.rows, fake.cols);
    m_backend.quantize(x, layout, *quant, codes, scales);
    m_backend.integerLinear(codes, scales, *m_codes[index], m_loaded.linearBiases[index].get(), exact);
    double& worst = m_sums.integerMax[linear];
    worst = largerOrNaN(worst, m_backend.largestRelativeDifference(exact, fake));
  }

  const forward::LoadedBlock& m_loaded;
  const std::vector<compute::WeightPtr>& m_codes;
  Sums& m_sums;
  Tensor m_quantizedInput;  ///< of the site whose linears run now
};

/// On the quantized block: everything that has gone wrong so far.
class LayerErrors::QuantizedProbe final : public FakeQuantHook {
 public:
  QuantizedProbe(Backend& backend, const QuantizedBlock& block, std::optional<double> divisor, Sums& sums)
      : FakeQuantHook(backend, block, divisor), m_sums(sums) {}

  bool wantsLinears() const override { return true; }

  void onSite(SiteId site, Tensor& x, const SequenceLayout& layout) override {
    FakeQuantHook::onSite(site, x, layout);
    add(m_sums.inputEndToEnd[site.kind], m_backend.compare(m_sums.inputs.at(site.kind), x));
    m_sums.inputs.erase(site.kind);
  }

  void onLinear(SiteId, int linear, const Tensor&, Tensor& y, const SequenceLayout&) override {
    add(m_sums.outputEndToEnd[linear], m_backend.compare(m_sums.outputs.at(linear), y));
    m_sums.outputs.erase(linear);
  }

 private:
  Sums& m_sums;
};

LayerErrors::LayerErrors(Backend& backend, const model::BlockGraph& graph, const QuantizedBlock& block,
                         const forward::LoadedBlock& loaded, const std::vector<compute::WeightPtr>& codes,
                         std::optional<double> divisor)
    : m_finished(std::make_unique<Totals>()), m_sums(std::make_unique<Sums>()) {
  m_sums->graph = &graph;
  m_sums->block = &block;
  m_float = std::make_unique<FloatProbe>(backend, block, loaded, codes, divisor, *m_sums);
  m_quantized = std::make_unique<QuantizedProbe>(backend, block, divisor, *m_sums);
}

LayerErrors::~LayerErrors() = default;

void LayerErrors::startBatch() {
  static_cast<Totals&>(*m_sums) = *m_finished;
  m_sums->inputs.clear();
  m_sums->outputs.clear();
}

void LayerErrors::finishBatch() {
  *m_finished = static_cast<const Totals&>(*m_sums);
}

forward::SiteHook& LayerErrors::floatHook() {
  return *m_float;
}
forward::SiteHook& LayerErrors::quantizedHook() {
  return *m_quantized;
}

std::vector<SiteMeasure> LayerErrors::measures() const {
  std::vector<SiteMeasure> measures;
  for (std::size_t s = 0; s < m_sums->graph->sites.size(); ++s) {
    const model::SiteDesc& desc = m_sums->graph->sites[s];
    SiteMeasure& site = measures.emplace_back();
    site.id = desc.id;
    site.policy = m_sums->block->sites[s].policy;
    const PairSums local = m_finished->inputLocal[desc.id.kind], whole = m_finished->inputEndToEnd[desc.id.kind];
    requireFinite(local, toString(desc.id));
    requireFinite(whole, toString(desc.id));
    site.inputSqnrLocalDb = sqnrDb(local.aa, local.dd);
    site.inputSqnrDb = sqnrDb(whole.aa, whole.dd);
    const double norms = std::sqrt(whole.aa) * std::sqrt(whole.bb);
    site.inputCosine = norms > 0 ? whole.ab / norms : 0;
    PairSums outputs;
    for (const int reader : desc.readers) {
      const PairSums output = m_finished->outputLocal[reader], endToEnd = m_finished->outputEndToEnd[reader];
      add(outputs, output);
      LinearMeasure& linear = site.linears.emplace_back();
      linear.module = m_sums->graph->linears[static_cast<std::size_t>(reader)].module;
      requireFinite(output, linear.module);
      requireFinite(endToEnd, linear.module);
      linear.outputSqnrLocalDb = sqnrDb(output.aa, output.dd);
      linear.outputSqnrDb = sqnrDb(endToEnd.aa, endToEnd.dd);
      const auto compared = m_finished->integerMax.find(reader);
      if (compared != m_finished->integerMax.end()) linear.integerMaxRelative = compared->second;
    }
    site.outputSqnrLocalDb = sqnrDb(outputs.aa, outputs.dd);
  }
  return measures;
}

}  // namespace oscope::quant
