// Free memory of a GPU as the driver's management library (NVML) tells it: no context is made, which would take
// hundreds of megabytes of every GPU that is merely listed.
#pragma once

#include <cstdint>
#include <string>

namespace oscope::gpu {

/// 0 where it can't be known: no NVML, or another total than `totalBytes` (a slice of a GPU). `busId` as
/// cudaDeviceGetPCIBusId() gives it.
std::uint64_t freeDriverMemory(const std::string& busId, std::uint64_t totalBytes);

}  // namespace oscope::gpu
