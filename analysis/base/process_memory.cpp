#include "analysis/base/process_memory.h"

#include <malloc.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace oscope {
namespace {

/// The number behind "key:" in a file of lines "key:   123 kB", in bytes; 0 where there is none.
std::uint64_t kilobytesOf(const char* file, const std::string& key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.compare(0, key.size(), key) == 0) return std::stoull(line.substr(key.size())) * 1024;
  }
  return 0;
}

std::uint64_t numberOf(const char* file, std::uint64_t fallback) {
  std::ifstream in(file);
  std::uint64_t value = fallback;
  return in >> value ? value : fallback;  // "max" is no number: no limit
}

}  // namespace

std::uint64_t residentMemory() {
  return kilobytesOf("/proc/self/status", "VmRSS:");
}

std::uint64_t peakResidentMemory() {
  return kilobytesOf("/proc/self/status", "VmHWM:");
}

void resetPeakResident() {
  std::ofstream("/proc/self/clear_refs") << "5";
}

std::uint64_t availableMemory() {
  constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t limit = numberOf("/sys/fs/cgroup/memory.max", kNoLimit);
  const std::uint64_t used = numberOf("/sys/fs/cgroup/memory.current", 0);
  const std::uint64_t system = kilobytesOf("/proc/meminfo", "MemAvailable:");
  return limit == kNoLimit ? system : std::min(system, limit - std::min(limit, used));
}

void returnFreedMemory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace oscope
