// What the system says about memory: of this process and of the machine. Linux: /proc.
#pragma once

#include <cstdint>

namespace oscope {

/// Bytes of this process that are in memory now (VmRSS), mapped files included; 0 where the system doesn't say.
std::uint64_t residentMemory();
/// The largest residentMemory() since the start or since resetPeakResident() (VmHWM).
std::uint64_t peakResidentMemory();
/// Starts a new peak where the system allows it.
void resetPeakResident();
/// Bytes that programs can still take without swapping (MemAvailable, or what is left of the container's limit).
std::uint64_t availableMemory();
/// Hands freed memory back that the allocator keeps for later: it counts as resident.
void returnFreedMemory();

}  // namespace oscope
