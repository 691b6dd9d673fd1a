// The hidden states of all samples between two blocks: in memory, or in a spill file where memory doesn't suffice;
// and their durable copy, from which a killed run goes on.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "analysis/compute/backend.h"

namespace oscope::calibration {

struct HiddenShape {
  std::int64_t samples = 0, length = 0, hidden = 0;
  std::uint64_t sampleBytes() const { return static_cast<std::uint64_t>(length * hidden) * sizeof(float); }
  std::uint64_t bytes() const { return static_cast<std::uint64_t>(samples) * sampleBytes(); }
};

/// Two files, `hidden.0` and `hidden.1`, and `hidden.json`, which names the durable one and the block that reads it.
/// The durable file is never written to until the other one has become durable; `hidden.json` is renamed into place
/// last.
class HiddenStateStore {
 public:
  HiddenStateStore(const HiddenShape& shape, bool spilled, std::filesystem::path folder);
  ~HiddenStateStore();
  HiddenStateStore(const HiddenStateStore&) = delete;
  HiddenStateStore& operator=(const HiddenStateStore&) = delete;

  /// Takes over the durable state of an earlier run, if there is one that fits: the block that reads it.
  std::optional<int> restore();

  /// Samples [first, first + n) where n is `target.rows` / length.
  void load(std::int64_t first, compute::Backend& backend, compute::Tensor& target);
  /// Their states behind the block that is running. load() of these samples gives the old states no longer.
  void store(std::int64_t first, compute::Backend& backend, const compute::Tensor& source);
  /// All samples were stored: what was stored is what the next block loads.
  void finishPass();
  /// Makes the current states durable as the input of `block`. Everything before is then no longer needed.
  void makeDurable(int block);

 private:
  int openFile(int index);
  int target() const;  ///< index of the file that store() writes

  HiddenShape m_shape;
  bool m_spilled;
  std::filesystem::path m_folder;
  std::vector<float> m_memory;   ///< all states, where not spilled
  std::vector<float> m_staging;  ///< one micro-batch on its way to or from a file
  std::array<int, 2> m_files{-1, -1};
  int m_current = -1;  ///< index of the file with the current states, where spilled
  int m_durable = -1;  ///< index of the file that hidden.json names
};

}  // namespace oscope::calibration
