// Errors of single sites and linears, measured where they arise and end to end.
#pragma once

#include <map>
#include <vector>

#include "analysis/forward/forward_runner.h"
#include "quant/transform/quantize_block.h"
#include "quant/verify/verify.h"

namespace oscope::quant {

/// Carries out the activation part of a block's plan during its forward pass.
class FakeQuantHook : public forward::SiteHook {
 public:
  FakeQuantHook(compute::Backend& backend, const QuantizedBlock& block, std::optional<double> divisor);
  void onSite(SiteId site, compute::Tensor& x, const compute::SequenceLayout& layout) override;

 protected:
  const SitePlan& plan(SiteId site) const;

  compute::Backend& m_backend;
  const QuantizedBlock& m_block;
  std::optional<double> m_divisor;
};

/// Measures one block, one batch at a time: first the folded float block runs with floatHook(), then the quantized one
/// with quantizedHook() on its own hidden states. Sums are over all finished batches, in float64.
class LayerErrors {
 public:
  /// `loaded` has the dequantized weights of `block`; `codes` by linear what prepareQuantized() made of them, null
  /// where integer arithmetic isn't compared. All arguments must outlive this.
  LayerErrors(compute::Backend& backend, const model::BlockGraph& graph, const QuantizedBlock& block,
              const forward::LoadedBlock& loaded, const std::vector<compute::WeightPtr>& codes,
              std::optional<double> divisor);
  ~LayerErrors();

  /// Opens a batch. What an unfinished one has added is taken back: a batch that ran out of memory may run again.
  void startBatch();
  void finishBatch();
  forward::SiteHook& floatHook();
  forward::SiteHook& quantizedHook();
  /// Figures of every site, in the order of BlockGraph::sites. NonFinite names the first site or linear with NaN or
  /// infinity.
  std::vector<SiteMeasure> measures() const;

 private:
  class FloatProbe;
  class QuantizedProbe;
  struct Totals;
  struct Sums;
  std::unique_ptr<Totals> m_finished;  ///< of all finished batches
  std::unique_ptr<Sums> m_sums;
  std::unique_ptr<FloatProbe> m_float;
  std::unique_ptr<QuantizedProbe> m_quantized;
};

/// 10 log10(signal / error); infinity for no error, 0 for no signal.
double sqnrDb(double signal, double error);

}  // namespace oscope::quant
