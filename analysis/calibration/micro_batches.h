// Sequences on their way through a model, as many at a time as memory takes: what calibration and verification share.
// Where a device has no memory left, what can be made anew is dropped, the number of sequences is halved, and the work
// goes on; only a single sequence that finds no room ends it.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <type_traits>

#include "analysis/base/error.h"
#include "analysis/base/job_context.h"
#include "analysis/calibration/dataset.h"
#include "analysis/forward/forward_runner.h"

namespace oscope::calibration {

class MicroBatches {
 public:
  /// Called where memory ran out, before anything is tried again: drops what the owner can make anew.
  using DropMore = std::function<void()>;
  /// Told the error and how many sequences the work goes on with.
  using Halved = std::function<void(const Error& error, std::int64_t sequences)>;

  /// All references must outlive this. `sequences` >= 1 at a time, to begin with.
  MicroBatches(const model::ModelGraph& graph, compute::Backend& backend, const Dataset& data, std::int64_t sequences,
               const JobContext& context, Halved halved, DropMore dropMore)
      : m_graph(graph),
        m_backend(backend),
        m_data(data),
        m_context(context),
        m_halved(std::move(halved)),
        m_dropMore(std::move(dropMore)),
        m_sequences(sequences),
        m_runner(std::make_unique<forward::ForwardRunner>(graph, backend)) {}

  /// Its work tensors are among what is dropped: ask anew behind every call of this class.
  forward::ForwardRunner& runner() { return *m_runner; }

  /// body(first, hidden, layout) for the samples from `first` on; `hidden` [rows, hidden] is work memory. A body that
  /// runs out of memory is called again for fewer sequences: until then it must have changed nothing that it needs.
  template <typename Body>
  void forEach(std::int64_t first, const Body& body) {
    while (first < m_data.samples) {
      const std::int64_t count = std::min(m_sequences, m_data.samples - first);
      m_context.checkCancelled();
      try {
        body(first, hiddenOf(count),
             compute::SequenceLayout::uniform(count, m_data.length, m_data.firstSample + first));
        first += count;
      } catch (const Error& error) {
        if (error.code() != ErrorCode::OutOfMemory || count == 1) throw;
        m_sequences = count / 2;
        drop();
        m_halved(error, m_sequences);
      }
    }
  }

  /// make(); where there is no memory for it, once more without what can be made anew.
  template <typename Make>
  std::invoke_result_t<Make> withRoom(const Make& make) {
    try {
      return make();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::OutOfMemory) throw;
      drop();
    }
    return make();
  }

  /// Work memory for `count` sequences, valid until the next call of this class.
  compute::Tensor& hiddenOf(std::int64_t count) {
    const std::int64_t most = std::max(m_sequences, count);
    if (m_hidden.empty() || m_capacity < count) {
      m_hidden = {};
      m_hidden = m_backend.allocate(DType::F32, most * m_data.length, m_graph.hidden);
      m_capacity = most;
    }
    m_hidden.rows = count * m_data.length;
    return m_hidden;
  }

 private:
  void drop() {
    m_hidden = {};
    m_runner = std::make_unique<forward::ForwardRunner>(m_graph, m_backend);
    m_dropMore();
  }

  const model::ModelGraph& m_graph;
  compute::Backend& m_backend;
  const Dataset& m_data;
  const JobContext& m_context;
  Halved m_halved;
  DropMore m_dropMore;
  std::int64_t m_sequences;
  compute::Tensor m_hidden;
  std::int64_t m_capacity = 0;  ///< sequences that m_hidden has room for
  std::unique_ptr<forward::ForwardRunner> m_runner;
};

}  // namespace oscope::calibration
