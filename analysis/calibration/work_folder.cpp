#include "analysis/calibration/work_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "analysis/base/error.h"
#include "analysis/stats/provenance_io.h"

namespace oscope::calibration {
namespace {

namespace fs = std::filesystem;

constexpr const char* kJobFile = "job.json";
constexpr const char* kLockFile = "lock";

/// Files of a calibration: nothing else is ever removed.
bool isOurs(const std::string& name) {
  return name.starts_with("job.json") || name.starts_with("request.json") || name.starts_with("block-") ||
         name.starts_with("hidden.") || name.starts_with("snapshot.h5") || name.starts_with("scratch.part-");
}

std::string blockName(int block) {
  return fmt::format("block-{:03}.h5", block);
}

/// The folder where a finished job's folder waits for its removal: a kill on the way leaves no half work folder.
fs::path doneName(const fs::path& path) {
  return path.string() + ".done";
}

}  // namespace

fs::path WorkFolder::pathFor(const fs::path& output) {
  return output.string() + ".work";
}

std::uint64_t WorkFolder::bytes(const fs::path& output) {
  std::uint64_t total = 0;
  std::error_code code;
  for (fs::directory_iterator it(pathFor(output), code), end; !code && it != end; it.increment(code)) {
    const std::uint64_t size = it->file_size(code);
    if (!code) total += size;
  }
  return total;
}

WorkFolder::WorkFolder(const fs::path& output, const Json& job, bool restart) : m_path(pathFor(output)) {
  std::error_code code;
  fs::remove_all(doneName(m_path), code);
  fs::create_directories(m_path, code);
  if (code) throw systemError(code.value(), m_path.string(), "creating the work folder");
  m_lock.emplace(m_path);
  if (restart) clear();
  const fs::path jobFile = m_path / kJobFile;
  if (fs::exists(jobFile)) {
    const Json found = readJsonFile(jobFile);
    if (found != job) {
      const std::string keys = stats::differingKeys(job, found);
      throw Error(
          ErrorCode::Mismatch, m_path.string(),
          "holds an interrupted calibration of another job; different: " + (keys.empty() ? "the options" : keys),
          "give --restart to discard it, or another output");
    }
    // What a killed run was writing under a temporary name.
    for (const fs::directory_entry& entry : fs::directory_iterator(m_path)) {
      if (entry.path().filename().string().find(".part-") != std::string::npos) fs::remove(entry.path(), code);
    }
    return;
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(m_path)) {
    const std::string name = entry.path().filename().string();
    if (name != kLockFile && !isOurs(name)) {
      throw Error(ErrorCode::Mismatch, m_path.string(), "holds \"" + name + "\", which is no calibration's",
                  "remove the folder, or choose another output");
    }
  }
  writeJsonFile(jobFile, job);
}

WorkFolder::Lock::Lock(const fs::path& folder) {
  const fs::path path = folder / kLockFile;
  m_fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (m_fd < 0) throw systemError(errno, path.string(), "opening the work folder");
  if (::flock(m_fd, LOCK_EX | LOCK_NB) == 0) return;
  ::close(m_fd);
  throw Error(ErrorCode::Mismatch, folder.string(), "another process is calibrating into this output",
              "wait for it, or choose another output");
}

WorkFolder::Lock::~Lock() {
  ::close(m_fd);
}

void WorkFolder::clear() {
  for (const fs::directory_entry& entry : fs::directory_iterator(m_path)) {
    if (isOurs(entry.path().filename().string())) fs::remove_all(entry.path());
  }
}

fs::path WorkFolder::blockFile(int block) const {
  return m_path / blockName(block);
}

int WorkFolder::finishedBlocksOf(const fs::path& output) {
  int finished = 0;
  while (fs::exists(pathFor(output) / blockName(finished))) ++finished;
  return finished;
}

int WorkFolder::finishedBlocks(int total) const {
  int finished = 0;
  while (finished < total && fs::exists(blockFile(finished))) ++finished;
  return finished;
}

void WorkFolder::remove() {
  fs::rename(m_path, doneName(m_path));
  fs::remove_all(doneName(m_path));
}

}  // namespace oscope::calibration
