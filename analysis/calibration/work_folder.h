// `<output>.work`: what a killed calibration goes on from.
#pragma once

#include <filesystem>
#include <optional>

#include "analysis/base/json.h"

namespace oscope::calibration {

/// Holds `job.json` (what the run computes), `request.json` (where its tokens lie, for people who go on), a file per
/// finished block, the hidden states, and a lock against a second process.
class WorkFolder {
 public:
  /// Opens or creates the folder of `output`. A folder of another job is a Mismatch error that names what differs,
  /// unless `restart` is set: then its content is discarded. A folder that another process works in is an error.
  WorkFolder(const std::filesystem::path& output, const Json& job, bool restart);
  static std::filesystem::path pathFor(const std::filesystem::path& output);
  /// Bytes that the folder of `output` holds already; 0 where there is none.
  static std::uint64_t bytes(const std::filesystem::path& output);

  const std::filesystem::path& path() const { return m_path; }
  std::filesystem::path blockFile(int block) const;
  std::filesystem::path requestFile() const { return m_path / "request.json"; }
  /// Blocks 0 .. n-1 whose files are there.
  int finishedBlocks(int total) const;
  /// The same for the folder of `output`, without opening it.
  static int finishedBlocksOf(const std::filesystem::path& output);
  /// Where the snapshot is put together before it moves to its final name.
  std::filesystem::path snapshotFile() const { return m_path / "snapshot.h5"; }
  /// Discards the folder: the job is done.
  void remove();

 private:
  /// Locked from construction to destruction.
  class Lock {
   public:
    explicit Lock(const std::filesystem::path& folder);
    ~Lock();
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

   private:
    int m_fd = -1;
  };

  void clear();

  std::filesystem::path m_path;
  std::optional<Lock> m_lock;
};

}  // namespace oscope::calibration
