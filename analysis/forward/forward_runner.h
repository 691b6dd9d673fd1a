// Runs a ModelGraph on a backend, block by block. It interprets the block program and knows no architecture.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "analysis/base/job_context.h"
#include "analysis/checkpoint/tensor_source.h"
#include "analysis/compute/backend.h"
#include "analysis/forward/site_hook.h"
#include "analysis/model/model_graph.h"

namespace oscope::forward {

/// The weights of one block, ready on the device. Dropping it releases them.
struct LoadedBlock {
  int index = 0;
  std::vector<compute::WeightPtr> normWeights, normBiases;      ///< by BlockGraph::norms, null where absent
  std::vector<std::vector<std::int32_t>> normOrders;            ///< by BlockGraph::norms, empty: as the norm gives it
  std::vector<compute::WeightPtr> linearWeights, linearBiases;  ///< by BlockGraph::linears
};

class ForwardRunner {
 public:
  /// Both must outlive the runner.
  ForwardRunner(const model::ModelGraph& graph, compute::Backend& backend);
  ~ForwardRunner();

  /// Weights of block `index` out of `source`, but for those of linears that `ready` has (by BlockGraph::linears; null:
  /// not there).
  LoadedBlock loadBlock(int index, const checkpoint::TensorSource& source,
                        std::vector<compute::WeightPtr> ready = {}) const;

  /// Token ids of the layout's rows to hidden [rows, hidden] (positions, embedding norm and projection included).
  void embed(const checkpoint::TensorSource& source, std::span<const std::int32_t> ids,
             const compute::SequenceLayout& layout, compute::Tensor& hidden);

  /// One block, in place. Work tensors are kept between calls of the same shape. With a context, a requested stop
  /// throws Cancelled between steps and inside long ones; `hidden` is then undefined.
  void runBlock(const LoadedBlock& block, compute::Tensor& hidden, const compute::SequenceLayout& layout,
                SiteHook* hook = nullptr, const JobContext* context = nullptr);

  /// Final norm, projection and head: logits [rows, vocabulary].
  compute::Tensor logits(const checkpoint::TensorSource& source, const compute::Tensor& hidden,
                         const compute::SequenceLayout& layout);

  /// Bytes that runBlock needs per row (hidden not counted): work tensors, and scratch memory of the device's ops.
  static std::uint64_t workBytesPerRow(const model::ModelGraph& graph, const compute::DeviceInfo& device);

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

/// The whole model on a few sequences: ids to logits [rows, vocabulary] on the host. For tests and small checks.
std::vector<float> forwardAll(const model::ModelGraph& graph, const checkpoint::TensorSource& source,
                              compute::Backend& backend, std::span<const std::int32_t> ids,
                              const compute::SequenceLayout& layout, SiteHook* hook = nullptr);

}  // namespace oscope::forward
