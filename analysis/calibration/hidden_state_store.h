// The hidden states of all samples between two blocks: on the device while they fit there, else in host memory, else in
// a spill file; and their durable copy, from which a killed run goes on.
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

enum class HiddenPlace : std::uint8_t { Device, Host, File };

/// Two files, `hidden.0` and `hidden.1`, and `hidden.json`, which names the durable one and the block that reads it.
/// The durable file is never written to until the other one has become durable; `hidden.json` is renamed into place
/// last.
class HiddenStateStore {
 public:
  /// `backend` must outlive the store. Memory is taken here; a device that has none left makes it a file.
  HiddenStateStore(const HiddenShape& shape, HiddenPlace place, std::filesystem::path folder,
                   compute::Backend& backend);
  ~HiddenStateStore();
  HiddenStateStore(const HiddenStateStore&) = delete;
  HiddenStateStore& operator=(const HiddenStateStore&) = delete;

  /// Takes over the durable state of an earlier run, if there is one that fits: the block that reads it.
  std::optional<int> restore();

  /// Samples [first, first + n) where n is `target.rows` / length.
  void load(std::int64_t first, compute::Tensor& target);
  /// Their states behind the block that is running. load() of these samples gives the old states no longer.
  void store(std::int64_t first, const compute::Tensor& source);
  /// All samples were stored: what was stored is what the next block loads.
  void finishPass();
  /// Makes the current states durable as the input of `block`. Everything before is then no longer needed.
  void makeDurable(int block);

 private:
  int openFile(int index);
  int target() const;  ///< index of the file that store() writes
  float* memory() { return static_cast<float*>(m_memory->data()); }
  /// The durable file's states to the device, or the device's to file `index`, sample by sample.
  void readToDevice(int index);
  void writeFromDevice(int index);

  HiddenShape m_shape;
  HiddenPlace m_place;
  std::filesystem::path m_folder;
  compute::Backend& m_backend;
  compute::Tensor m_onDevice;                 ///< all states [samples * length, hidden], where they lie there
  std::shared_ptr<compute::Buffer> m_memory;  ///< all states, where they lie in host memory
  std::vector<float> m_staging;               ///< one micro-batch on its way to or from a file
  std::array<int, 2> m_files{-1, -1};
  int m_current = -1;  ///< index of the file with the current states, where they are spilled
  int m_durable = -1;  ///< index of the file that hidden.json names
};

}  // namespace oscope::calibration
