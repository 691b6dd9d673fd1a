#include "analysis/base/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "analysis/base/error.h"

namespace oscope {
namespace {

namespace fs = std::filesystem;

fs::path parentOf(const fs::path& path) {
  const fs::path parent = path.parent_path();
  return parent.empty() ? fs::path(".") : parent;
}

/// `path` without a trailing separator, so that "out/" and "out" are one folder.
fs::path withoutSlash(fs::path path) {
  return path.has_filename() ? path : path.parent_path();
}

void writeAll(int fd, const std::byte* data, std::size_t size, std::int64_t offset, const fs::path& path) {
  while (size > 0) {
    const ssize_t written = offset < 0 ? ::write(fd, data, size) : ::pwrite(fd, data, size, offset);
    if (written < 0) {
      if (errno == EINTR) continue;
      throw systemError(errno, path.string(), "writing");
    }
    data += written;
    size -= static_cast<std::size_t>(written);
    if (offset >= 0) offset += written;
  }
}

}  // namespace

AtomicFile::AtomicFile(fs::path finalPath) : m_final(std::move(finalPath)) {
  std::string pattern = m_final.string() + ".part-XXXXXX";
  m_fd = ::mkostemp(pattern.data(), O_CLOEXEC);
  if (m_fd < 0) throw systemError(errno, m_final.string(), "creating");
  m_temporary = pattern;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(m_fd, 0666 & ~mask);  // mkstemp makes private files; a result is an ordinary one
}

AtomicFile::~AtomicFile() {
  if (m_fd < 0) return;
  ::close(m_fd);
  ::unlink(m_temporary.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  writeAll(m_fd, bytes.data(), bytes.size(), -1, m_final);
  m_size += bytes.size();
}

void AtomicFile::write(std::string_view text) {
  write(std::as_bytes(std::span(text.data(), text.size())));
}

void AtomicFile::writeAt(std::uint64_t offset, std::span<const std::byte> bytes) {
  writeAll(m_fd, bytes.data(), bytes.size(), static_cast<std::int64_t>(offset), m_final);
}

void AtomicFile::commit() {
  if (::fsync(m_fd) != 0) throw systemError(errno, m_final.string(), "writing to disk");
  if (::close(std::exchange(m_fd, -1)) != 0 || ::rename(m_temporary.c_str(), m_final.c_str()) != 0) {
    const int error = errno;
    ::unlink(m_temporary.c_str());
    throw systemError(error, m_final.string(), "renaming into place");
  }
  syncFolder(parentOf(m_final));
}

AtomicFolder::AtomicFolder(fs::path finalPath, bool replace)
    : m_final(withoutSlash(std::move(finalPath))), m_replace(replace) {
  std::error_code ignored;
  if (fs::exists(m_final, ignored) && !(fs::is_directory(m_final) && (replace || fs::is_empty(m_final)))) {
    throw Error(ErrorCode::WriteFailed, m_final.string(), "the output folder exists already",
                "choose another folder, or allow it to be replaced");
  }
  std::error_code error;
  fs::create_directories(parentOf(m_final), error);
  if (error) throw systemError(error.value(), parentOf(m_final).string(), "creating the folder");
  std::string pattern = m_final.string() + ".part-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw systemError(errno, m_final.string(), "creating the folder");
  ::chmod(pattern.c_str(), 0755);
  m_temporary = pattern;
}

AtomicFolder::~AtomicFolder() {
  if (m_committed) return;
  std::error_code ignored;
  fs::remove_all(m_temporary, ignored);
}

void AtomicFolder::commit() {
  syncFolder(m_temporary);
  fs::path old;
  std::error_code error;
  if (fs::exists(m_final, error)) {
    if (fs::is_empty(m_final, error)) {
      fs::remove(m_final, error);
    } else {
      old = m_temporary.string() + ".old";
      fs::rename(m_final, old, error);
      if (error) throw systemError(error.value(), m_final.string(), "moving the old folder away");
    }
  }
  fs::rename(m_temporary, m_final, error);
  if (error) {
    std::error_code ignored;
    if (!old.empty()) fs::rename(old, m_final, ignored);
    throw systemError(error.value(), m_final.string(), "renaming into place");
  }
  m_committed = true;
  syncFolder(parentOf(m_final));
  if (!old.empty()) fs::remove_all(old, error);
}

void syncFolder(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) throw systemError(errno, folder.string(), "opening");
  ::fsync(fd);  // some file systems refuse fsync on folders: the rename itself has succeeded
  ::close(fd);
}

std::uint64_t freeDiskBytes(const fs::path& path) {
  fs::path existing = fs::absolute(path);
  std::error_code error;
  while (!fs::exists(existing, error) && existing.has_parent_path() && existing != existing.parent_path()) {
    existing = existing.parent_path();
  }
  const fs::space_info space = fs::space(existing, error);
  if (error) throw systemError(error.value(), existing.string(), "asking for free space");
  return space.available;
}

}  // namespace oscope
