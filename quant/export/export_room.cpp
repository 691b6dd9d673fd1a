#include "quant/export/export_room.h"

#include <fmt/format.h>
#include <unistd.h>

#include "analysis/base/atomic_file.h"
#include "analysis/base/number_text.h"

namespace oscope::quant {
namespace {

/// The folder that a new one would be made in: the nearest that exists.
std::filesystem::path existingAbove(const std::filesystem::path& output) {
  std::filesystem::path folder = std::filesystem::absolute(output).lexically_normal();
  if (folder.filename().empty()) folder = folder.parent_path();
  std::error_code error;
  do {
    folder = folder.parent_path();
  } while (!std::filesystem::exists(folder, error) && folder.has_relative_path());
  return folder;
}

}  // namespace

std::optional<Error> whyNoRoom(const std::filesystem::path& output, std::uint64_t bytes,
                               std::optional<std::uint64_t> available) {
  const std::filesystem::path folder = existingAbove(output);
  if (!std::filesystem::is_directory(folder)) {
    return Error(ErrorCode::WriteFailed, folder.string(), "is a file, and no folder to write to",
                 "choose another folder");
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    return Error(ErrorCode::WriteFailed, folder.string(), "can't be written to",
                 "allow writing, or choose another folder");
  }
  const std::uint64_t free = available ? *available : freeDiskBytes(folder);
  if (bytes <= free) return std::nullopt;
  return Error(
      ErrorCode::DiskFull, folder.string(),
      fmt::format("the export needs {}, {} are free", formatBytesUp(static_cast<double>(bytes)),
                  formatBytes(static_cast<double>(free))),
      fmt::format("free {}, or choose a folder on another disk", formatBytesUp(static_cast<double>(bytes - free))));
}

void requireRoom(const std::filesystem::path& output, std::uint64_t bytes) {
  if (const std::optional<Error> error = whyNoRoom(output, bytes)) throw Error(*error);
}

}  // namespace oscope::quant
