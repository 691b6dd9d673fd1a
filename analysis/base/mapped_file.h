// A read-only mapping of a file that survives the file being truncated under it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace oscope {

/// Maps a whole file (MAP_SHARED, PROT_READ). Copies share the mapping through shared_ptr at the user's side.
///
/// When another process truncates the file, reading a vanished page raises SIGBUS. The process-wide handler that this
/// class installs replaces the page by zeros and marks the mapping as damaged; verifyIntact() then throws. So a stage
/// reads at full speed and asks after each tensor whether what it read was real.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::filesystem::path& path() const { return m_path; }
  std::span<const std::byte> bytes() const { return {m_data, m_size}; }

  /// Throws FileChanged where the file shrank or was written since it was opened, or a page of it was lost.
  void verifyIntact() const;

  /// Hints: the range will be read soon / its pages may leave memory now.
  void willNeed(std::span<const std::byte> range) const;
  void dontNeed(std::span<const std::byte> range) const;

 private:
  std::filesystem::path m_path;
  int m_fd = -1;
  const std::byte* m_data = nullptr;
  std::size_t m_size = 0;
  std::int64_t m_mtimeNanoseconds = 0;
  int m_slot = -1;  ///< place in the signal handler's table
};

}  // namespace oscope
