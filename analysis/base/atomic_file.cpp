#include "analysis/base/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <random>
#include <system_error>
#include <tuple>
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
fs::path withoutSlash(const fs::path& path) {
  return path.has_filename() ? path : path.parent_path();
}

/// systemError of a failed write: what could not be written was not "unreadable".
Error writeError(int errnoValue, const fs::path& path, const std::string& action) {
  Error error = systemError(errnoValue, path.string(), action);
  if (error.code() != ErrorCode::FileUnreadable) return error;
  return {ErrorCode::WriteFailed, error.where(), error.text(),
          errnoValue == EFBIG ? "the file system or a limit of the shell (ulimit -f) forbids files of this size"
                              : error.remedy()};
}

/// Calls `create` with names `<path>.part-XXXXXX` until one is new (EEXIST: try the next). Not mkstemp: the result
/// shall have the permissions that the user's umask leaves. Returns what `create` returned, and the name.
template <typename Create>
std::pair<int, fs::path> createBeside(const fs::path& path, Create create) {
  std::random_device random;
  for (;;) {
    fs::path temporary = fmt::format("{}.part-{:06x}", path.string(), random() & 0xFFFFFFu);
    const int result = create(temporary.c_str());
    if (result >= 0) return {result, std::move(temporary)};
    if (errno != EEXIST) throw writeError(errno, path, "creating");
  }
}

void writeAll(int fd, std::span<const std::byte> bytes, std::uint64_t offset, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) continue;
      throw writeError(errno, path, "writing");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
}

}  // namespace

AtomicFile::AtomicFile(fs::path finalPath) : m_final(std::move(finalPath)) {
  std::tie(m_fd, m_temporary) = createBeside(
      m_final, [](const char* name) { return ::open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666); });
}

AtomicFile::~AtomicFile() {
  if (m_fd < 0) return;
  ::close(m_fd);
  ::unlink(m_temporary.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  writeAt(m_size, bytes);
}

void AtomicFile::write(std::string_view text) {
  write(std::as_bytes(std::span(text.data(), text.size())));
}

void AtomicFile::writeAt(std::uint64_t offset, std::span<const std::byte> bytes) {
  writeAll(m_fd, bytes, offset, m_final);
  m_size = std::max(m_size, offset + bytes.size());
}

void AtomicFile::reserve(std::uint64_t bytes) {
  int result = 0;
  do {
    result = ::fallocate(m_fd, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes));
  } while (result != 0 && errno == EINTR);
  if (result != 0 && errno != EOPNOTSUPP && errno != ENOSYS && bytes > 0) throw writeError(errno, m_final, "reserving");
}

void AtomicFile::commit() {
  if (::fsync(m_fd) != 0) throw writeError(errno, m_final, "writing to disk");
  if (::close(std::exchange(m_fd, -1)) != 0 || ::rename(m_temporary.c_str(), m_final.c_str()) != 0) {
    const int error = errno;
    ::unlink(m_temporary.c_str());
    throw writeError(error, m_final, "renaming into place");
  }
  syncFolder(parentOf(m_final));
}

AtomicFolder::AtomicFolder(const fs::path& finalPath, bool replace)
    : m_final(withoutSlash(finalPath)), m_replace(replace) {
  std::error_code ignored;
  if (fs::exists(m_final, ignored) && !(fs::is_directory(m_final) && (replace || fs::is_empty(m_final)))) {
    throw Error(ErrorCode::WriteFailed, m_final.string(), "the output folder exists already",
                "choose another folder, or allow it to be replaced");
  }
  std::error_code error;
  fs::create_directories(parentOf(m_final), error);
  if (error) throw writeError(error.value(), parentOf(m_final), "creating the folder");
  m_temporary = createBeside(m_final, [](const char* name) { return ::mkdir(name, 0777); }).second;
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
    } else if (!m_replace) {
      throw Error(ErrorCode::WriteFailed, m_final.string(), "another program filled the output folder meanwhile",
                  "choose another folder");
    } else {
      old = m_temporary.string() + ".old";
      fs::rename(m_final, old, error);
      if (error) throw writeError(error.value(), m_final, "moving the old folder away");
    }
  }
  fs::rename(m_temporary, m_final, error);
  if (error) {
    std::error_code ignored;
    if (!old.empty()) fs::rename(old, m_final, ignored);
    throw writeError(error.value(), m_final, "renaming into place");
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
