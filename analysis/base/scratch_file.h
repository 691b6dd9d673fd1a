// Reading and writing at a place of an open file, and files for what doesn't fit memory.
#pragma once

#include <cstdint>
#include <filesystem>

namespace oscope {

/// Writes all of it, or throws: DiskFull, WriteFailed. `what` ("hidden states") and `path` are for the message.
void writeAt(int fd, const void* data, std::uint64_t bytes, std::uint64_t offset, const std::filesystem::path& path,
             const char* what);
/// Reads all of it; FileTruncated where the file ends before.
void readAt(int fd, void* data, std::uint64_t bytes, std::uint64_t offset, const std::filesystem::path& path,
            const char* what);

/// A file without a name, which nobody finds and which vanishes with its owner, killed or not. Bytes that were never
/// written are 0. Disk is taken as it is written.
class ScratchFile {
 public:
  ScratchFile(const std::filesystem::path& folder, std::uint64_t bytes, const char* what);
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  /// Threads may use different places at once.
  void write(const void* data, std::uint64_t bytes, std::uint64_t offset);
  void read(void* data, std::uint64_t bytes, std::uint64_t offset) const;

 private:
  std::filesystem::path m_path;  ///< what it was called for a moment
  const char* m_what;
  int m_fd = -1;
};

}  // namespace oscope
