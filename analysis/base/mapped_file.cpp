#include "analysis/base/mapped_file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <mutex>

#include "analysis/base/error.h"

namespace oscope {
namespace {

/// Mappings that the signal handler knows. Plain atomics: a handler may not lock.
struct Slot {
  std::atomic<std::uintptr_t> begin{0}, end{0};
  std::atomic<bool> damaged{false};
};
constexpr std::size_t kSlots = 4096;
std::array<Slot, kSlots> g_slots;
std::atomic<long> g_pageSize{4096};
struct sigaction g_previous;

/// Puts a page of zeros where the file's page has vanished, so that the reader goes on and asks later.
void onBusError(int signal, siginfo_t* info, void* context) {
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  for (Slot& slot : g_slots) {
    if (info->si_code <= 0) break;  // sent by a process, not by a page
    if (address < slot.begin.load() || address >= slot.end.load()) continue;
    const auto page = static_cast<std::uintptr_t>(g_pageSize.load());
    void* start = reinterpret_cast<void*>(address / page * page);
    if (::mmap(start, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) break;
    slot.damaged.store(true);
    return;
  }
  // Not ours: hand it to whoever was there before, in the end the default that dumps core.
  if ((g_previous.sa_flags & SA_SIGINFO) != 0 && g_previous.sa_sigaction != nullptr) {
    g_previous.sa_sigaction(signal, info, context);
    return;
  }
  if ((g_previous.sa_flags & SA_SIGINFO) == 0 && g_previous.sa_handler != SIG_DFL && g_previous.sa_handler != SIG_IGN) {
    g_previous.sa_handler(signal);
    return;
  }
  ::signal(SIGBUS, SIG_DFL);
  ::raise(SIGBUS);
}

void installHandler() {
  static std::once_flag once;
  std::call_once(once, [] {
    g_pageSize = ::sysconf(_SC_PAGESIZE);
    struct sigaction action {};
    action.sa_sigaction = onBusError;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    ::sigaction(SIGBUS, &action, &g_previous);
  });
}

int claimSlot(const std::byte* data, std::size_t size) {
  static std::mutex mutex;
  std::lock_guard lock(mutex);
  for (std::size_t i = 0; i < kSlots; ++i) {
    if (g_slots[i].end.load() != 0) continue;
    g_slots[i].damaged = false;
    g_slots[i].begin = reinterpret_cast<std::uintptr_t>(data);
    g_slots[i].end = reinterpret_cast<std::uintptr_t>(data) + size;
    return static_cast<int>(i);
  }
  return -1;
}

std::int64_t mtimeOf(const struct stat& status) {
  return static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

/// Page-aligned hull of `range`, grown (for hints that load) or shrunk (for hints that drop) to whole pages.
std::pair<std::uintptr_t, std::uintptr_t> pagesOf(std::span<const std::byte> range, bool grow) {
  const auto page = static_cast<std::uintptr_t>(g_pageSize.load());
  const auto begin = reinterpret_cast<std::uintptr_t>(range.data());
  const auto end = begin + range.size();
  return grow ? std::pair{begin / page * page, (end + page - 1) / page * page}
              : std::pair{(begin + page - 1) / page * page, end / page * page};
}

void advise(std::span<const std::byte> range, bool grow, int advice) {
  const auto [begin, end] = pagesOf(range, grow);
  if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, advice);  // a hint: failure is no error
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path) : m_path(path) {
  installHandler();
  m_fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe must not make us wait
  if (m_fd < 0) throw systemError(errno, path.string(), "opening");
  struct stat status {};
  if (::fstat(m_fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(m_fd);
    throw Error(ErrorCode::FileUnreadable, path.string(), "not a regular file");
  }
  m_size = static_cast<std::size_t>(status.st_size);
  m_mtimeNanoseconds = mtimeOf(status);
  if (m_size == 0) return;
  void* data = ::mmap(nullptr, m_size, PROT_READ, MAP_SHARED, m_fd, 0);
  if (data == MAP_FAILED) {
    const int error = errno;
    ::close(m_fd);
    throw systemError(error, path.string(), "mapping");
  }
  m_data = static_cast<const std::byte*>(data);
  m_slot = claimSlot(m_data, m_size);
  if (m_slot < 0) {
    ::munmap(data, m_size);
    ::close(m_fd);
    throw Error(ErrorCode::FileUnreadable, path.string(), "too many files are mapped at once");
  }
}

MappedFile::~MappedFile() {
  if (m_slot >= 0) {  // before the addresses can become another mapping's
    g_slots[static_cast<std::size_t>(m_slot)].begin = 0;
    g_slots[static_cast<std::size_t>(m_slot)].end = 0;
  }
  if (m_data != nullptr) ::munmap(const_cast<std::byte*>(m_data), m_size);
  if (m_fd >= 0) ::close(m_fd);
}

void MappedFile::verifyIntact() const {
  const bool damaged = m_slot >= 0 && g_slots[static_cast<std::size_t>(m_slot)].damaged.load();
  struct stat status {};
  const bool changed = ::fstat(m_fd, &status) != 0 || static_cast<std::size_t>(status.st_size) != m_size ||
                       mtimeOf(status) != m_mtimeNanoseconds;
  if (!damaged && !changed) return;
  throw Error(ErrorCode::FileChanged, m_path.string(),
              static_cast<std::size_t>(status.st_size) < m_size
                  ? "the file shrank from " + std::to_string(m_size) + " to " + std::to_string(status.st_size) +
                        " bytes while it was in use"
                  : "the file was written while it was in use",
              "leave the checkpoint unchanged during a job and start again");
}

void MappedFile::willNeed(std::span<const std::byte> range) const {
  advise(range, true, MADV_WILLNEED);
}
void MappedFile::dontNeed(std::span<const std::byte> range) const {
  advise(range, false, MADV_DONTNEED);
}

}  // namespace oscope
