#include "quant/export/export_room.h"

#include <fmt/format.h>
#include <unistd.h>

#include <set>

#include "analysis/base/atomic_file.h"
#include "analysis/base/number_text.h"
#include "quant/export/deploy_config.h"

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

/// A file of `folder`, by its path below it, that the export there did not write; "": none.
std::string strangerIn(const std::filesystem::path& folder, const DeployConfig& deploy) {
  std::set<std::string> written{DeployConfig::kFileName};
  for (const DeployFile& file : deploy.files) written.insert(file.name);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    std::string name = entry.path().lexically_relative(folder).generic_string();
    if (!entry.is_directory() && !written.contains(name)) return name;
  }
  return "";
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

std::optional<Error> whyNotReplaced(const std::filesystem::path& output, const std::filesystem::path& modelFolder) {
  const auto refusal = [&](const std::string& text, const std::string& remedy) {
    return Error(ErrorCode::WriteFailed, output.string(), text, remedy);
  };
  std::error_code absent;
  if (!std::filesystem::exists(output, absent) || std::filesystem::is_empty(output, absent)) return std::nullopt;
  if (std::filesystem::equivalent(output, modelFolder, absent)) {
    return refusal("is the model itself, which an export does not replace", "choose another folder");
  }
  const std::filesystem::path sidecar = output / DeployConfig::kFileName;
  if (!std::filesystem::exists(sidecar, absent)) {
    return refusal(fmt::format("is no earlier export (it has no {}), so it is not replaced", DeployConfig::kFileName),
                   "choose another folder, or remove this one by hand");
  }
  try {
    const std::string stranger = strangerIn(output, deployConfigFromJson(readJsonFile(sidecar), sidecar.string()));
    if (stranger.empty()) return std::nullopt;
    return refusal(fmt::format("holds {}, which the earlier export did not write", stranger),
                   "move that file away, or choose another folder");
  } catch (const Error& error) {
    return error;
  }
}

void requireReplaceable(const std::filesystem::path& output, const std::filesystem::path& modelFolder) {
  if (const std::optional<Error> error = whyNotReplaced(output, modelFolder)) throw Error(*error);
}

}  // namespace oscope::quant
