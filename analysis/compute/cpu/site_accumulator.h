// The reductions of one site on the CPU.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/compute/backend.h"
#include "analysis/compute/cpu/gram_tiles.h"
#include "analysis/compute/cpu/parallel.h"

namespace oscope::compute::cpu {

/// Reads each activation once, in tiles of kTile channels; a tile belongs to one thread, which walks its tokens in
/// order. So neither threads nor the cut into batches show in the result.
class CpuSiteAccumulator final : public SiteAccumulator {
 public:
  CpuSiteAccumulator(std::int64_t channels, const ReductionSpec& spec);

  SiteReductions read() override;
  std::int64_t channels() const { return m_result.channels; }
  void accumulate(Parallel& parallel, const float* x, const SequenceLayout& layout, std::int64_t firstToken);

 private:
  static constexpr std::int64_t kTile = 256;
  struct Batch;  ///< what one call of accumulate works on
  struct Tile;   ///< one thread's working set

  void reduceTile(const Batch& batch, std::int64_t tile, Tile& work);
  const float* finiteRow(const Batch& batch, std::int64_t row, std::int64_t first, std::int64_t count,
                         Tile& work) const;
  void mergeTile(const Batch& batch, std::int64_t first, std::int64_t count, Tile& work);
  void collect(Batch& batch);
  void keepRows(const Batch& batch);
  void addGram(Parallel& parallel, const Batch& batch);

  ReductionSpec m_spec;
  SiteReductions m_result;
  std::shared_ptr<GramTiles> m_gram;
};

}  // namespace oscope::compute::cpu
