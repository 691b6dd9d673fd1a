// Files and folders that appear under their final name only when they are complete.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace oscope {

/// Writes `<final>.part-XXXXXX` beside the final name; commit() flushes to disk and renames. Without commit() the
/// temporary file is removed. A full disk is a DiskFull error, any other failure WriteFailed; both name the file.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path finalPath);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  /// Writes at a place of its own, over bytes written before or beyond the end.
  void writeAt(std::uint64_t offset, std::span<const std::byte> bytes);
  /// Asks the file system for `bytes` in all, where it can: DiskFull now and not after an hour of work.
  void reserve(std::uint64_t bytes);
  std::uint64_t size() const { return m_size; }
  const std::filesystem::path& finalPath() const { return m_final; }
  const std::filesystem::path& temporaryPath() const { return m_temporary; }
  void commit();

 private:
  std::filesystem::path m_final, m_temporary;
  int m_fd = -1;
  std::uint64_t m_size = 0;
};

/// A folder `<final>.part-XXXXXX` that commit() renames to its final name; without commit() it is removed with its
/// content. An existing, non-empty final folder is an error at construction unless `replace` is set; then it is
/// swapped out at commit().
class AtomicFolder {
 public:
  AtomicFolder(const std::filesystem::path& finalPath, bool replace);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  const std::filesystem::path& path() const { return m_temporary; }
  void commit();

 private:
  std::filesystem::path m_final, m_temporary;
  bool m_replace = false;
  bool m_committed = false;
};

/// fsync on a folder, so that a rename in it survives a power cut.
void syncFolder(const std::filesystem::path& folder);

/// Bytes that an unprivileged writer may still use on the file system of `path` (or of its nearest existing parent).
std::uint64_t freeDiskBytes(const std::filesystem::path& path);

}  // namespace oscope
