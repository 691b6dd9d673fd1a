#include "analysis/base/scratch_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

#include "analysis/base/error.h"

namespace oscope {
namespace {

/// A limit on file sizes stops a write as a full disk does.
int asFullDisk(int error) {
  return error == EFBIG ? ENOSPC : error;
}

}  // namespace

void writeAt(int fd, const void* data, std::uint64_t bytes, std::uint64_t offset, const std::filesystem::path& path,
             const char* what) {
  const auto* from = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t written = ::pwrite(fd, from, bytes, static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw systemError(asFullDisk(errno), path.string(), std::string("writing ") + what);
    from += written;
    offset += static_cast<std::uint64_t>(written);
    bytes -= static_cast<std::uint64_t>(written);
  }
}

void readAt(int fd, void* data, std::uint64_t bytes, std::uint64_t offset, const std::filesystem::path& path,
            const char* what) {
  auto* to = static_cast<char*>(data);
  while (bytes > 0) {
    const ssize_t got = ::pread(fd, to, bytes, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw systemError(errno, path.string(), std::string("reading ") + what);
    if (got == 0) {
      throw Error(ErrorCode::FileTruncated, path.string(), std::string("the ") + what + " end too early",
                  "start the calibration anew with --restart");
    }
    to += got;
    offset += static_cast<std::uint64_t>(got);
    bytes -= static_cast<std::uint64_t>(got);
  }
}

ScratchFile::ScratchFile(const std::filesystem::path& folder, std::uint64_t bytes, const char* what) : m_what(what) {
  // A kill before it loses its name leaves a ".part-" file, which the owner of the folder knows to be rubbish.
  std::string name = (folder / "scratch.part-XXXXXX").string();
  m_fd = ::mkostemp(name.data(), O_CLOEXEC);
  m_path = name;
  if (m_fd < 0) throw systemError(errno, m_path.string(), std::string("creating a file for ") + what);
  ::unlink(m_path.c_str());
  if (::ftruncate(m_fd, static_cast<off_t>(bytes)) == 0) return;
  const int error = errno;
  ::close(m_fd);
  throw systemError(asFullDisk(error), m_path.string(), std::string("making room for ") + what);
}

ScratchFile::~ScratchFile() {
  ::close(m_fd);
}

void ScratchFile::write(const void* data, std::uint64_t bytes, std::uint64_t offset) {
  writeAt(m_fd, data, bytes, offset, m_path, m_what);
}

void ScratchFile::read(void* data, std::uint64_t bytes, std::uint64_t offset) const {
  readAt(m_fd, data, bytes, offset, m_path, m_what);
}

}  // namespace oscope
