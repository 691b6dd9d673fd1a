// Memory of the emulated device that runs out where a test says.
#pragma once

#include <cstddef>
#include <cstdint>

namespace oscope::test {

/// `after` allocations from now succeed, the one behind them fails once; negative: none fails.
void failDeviceAllocation(std::int64_t after);
/// While held, uploads of weights stay on their way.
void holdUploads(bool hold);
/// Until an upload waits. Only while they are held.
void waitForHeldUpload();
/// Bytes of the largest copy from the device to the host since the last call.
std::size_t largestCopyToHost();
/// Allocations in this process so far.
std::int64_t deviceAllocations();

}  // namespace oscope::test
