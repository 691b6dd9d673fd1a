// Runs CUDA kernel bodies on the host, one block after the other, each thread of a block a fiber: barriers, warp
// exchanges, atomics, asynchronous copies and the int8 tensor core behave as the PTX manual says. What a GPU leaves
// open is varied by Schedule, so that a missing barrier or wait shows as a wrong result; the address sanitizer sees
// every access out of bounds, the thread sanitizer every race of a block's threads (thread_races.h). Include it before
// the kernels (*.cuh), in place of device_ops.cuh.
#pragma once

#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>

#include "gpu/kernels/float_math.h"
#include "gpu/kernels/launch.h"

namespace oscope::test {

/// The choices of a GPU that no kernel may rely on.
struct Schedule {
  bool backwards = false;   ///< threads of a block run from the last to the first between barriers
  bool lateCopies = false;  ///< asynchronous copies arrive when they are waited for, not when they are issued
};

struct Index3 {
  unsigned x = 0, y = 0, z = 0;
};

/// Runs `body` in each thread of `blocks` blocks. Throws std::logic_error where threads of a block part at a barrier.
void runKernel(unsigned blocks, unsigned threads, std::size_t sharedBytes, const Schedule& schedule,
               const std::function<void()>& body);

// What a kernel sees; only inside runKernel.
extern Index3 currentThread, currentBlock, blockSize, gridSize;
void blockBarrier();
void warpBarrier();
/// Hands `bytes` (at most 64) of every lane of the warp to all lanes: the result has 32 slots, valid until the next
/// call.
const unsigned char (*warpExchange(const void* own, std::size_t bytes))[64];
void copyLater(void* to, const void* from, std::size_t bytes, bool live);
void closeCopies();
void waitForCopies(std::size_t pending);
void* launchMemory();

/// Launches of the kernel `name` in this process.
std::int64_t launchesOf(const std::string& name);
/// The next launch of the kernel `name` finds no memory for its code.
void failNextLaunch(const std::string& name);
/// Counts a launch; throws std::logic_error where some supported GPU would refuse it.
void checkLaunch(const char* name, std::int64_t blocks, int threads, int sharedBytes);

/// The schedule of the kernels that are launched from now on.
void setSchedule(const Schedule& schedule);
const Schedule& currentSchedule();

}  // namespace oscope::test

#define __global__
#define __device__
#define __shared__ static
#define __launch_bounds__(...)
#define __syncthreads() oscope::test::blockBarrier()
#define __syncwarp() oscope::test::warpBarrier()
#define threadIdx oscope::test::currentThread
#define blockIdx oscope::test::currentBlock
#define blockDim oscope::test::blockSize
#define gridDim oscope::test::gridSize

struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
struct alignas(8) uint2 {
  unsigned x, y;
};
struct alignas(8) float2 {
  float x, y;
};
struct alignas(8) int2 {
  int x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};

// Relaxed, as those of a GPU: they order nothing else.
template <typename T>
T atomicAdd(T* at, T value) {
  return std::atomic_ref<T>(*at).fetch_add(value, std::memory_order_relaxed);
}
template <typename T>
T atomicMax(T* at, T value) {
  const std::atomic_ref<T> ref(*at);
  T old = ref.load(std::memory_order_relaxed);
  while (value > old && !ref.compare_exchange_weak(old, value, std::memory_order_relaxed)) continue;
  return old;
}
template <typename T>
T atomicMin(T* at, T value) {
  const std::atomic_ref<T> ref(*at);
  T old = ref.load(std::memory_order_relaxed);
  while (value < old && !ref.compare_exchange_weak(old, value, std::memory_order_relaxed)) continue;
  return old;
}
template <typename T>
T __ldg(const T* at) {
  return *at;
}

namespace oscope::gpu {

using std::fma;
using std::fmaf;

template <int kBytes>
void copyAsync(void* shared, const void* global, bool live) {
  test::copyLater(shared, global, kBytes, live);
}
inline void commitCopies() {
  test::closeCopies();
}
template <int kPending>
void waitForCopies() {
  test::waitForCopies(kPending);
}
std::uint32_t warpMax(std::uint32_t value);
std::int32_t warpSum(std::int32_t value);
std::uint32_t warpUp(std::uint32_t value, int delta);
template <typename T>
T warpXor(T value, int mask) {
  const auto* slots = test::warpExchange(&value, sizeof value);
  T other;
  std::memcpy(&other, slots[(threadIdx.x % 32) ^ static_cast<unsigned>(mask)], sizeof other);
  return other;
}
void multiplyTf32(float (&sums)[4], const float (&a)[4], const float (&b)[2]);
void multiplyFp16(float (&sums)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]);
void loadMatrices(std::uint32_t (&words)[4], const void* row, bool transposed);
template <bool kTransposed>
void loadMatrices(std::uint32_t (&words)[4], const void* row) {
  loadMatrices(words, row, kTransposed);
}
inline std::uint32_t packFp16(float low, float high) {
  return toFp16(low) | static_cast<std::uint32_t>(toFp16(high)) << 16;
}
inline float powerOfTwoNear(float x) {
  const float power = std::exp2(x);
  return power < 0x1p-126f ? 0.0f : power;
}
void multiplyAdd(std::int32_t (&sums)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]);
inline uint4* launchShared() {
  return static_cast<uint4*>(test::launchMemory());
}

template <typename... Parameters, typename... Arguments>
void launchKernel(const char* name, void (*kernel)(Parameters...), std::int64_t blocks, int threads, int sharedBytes,
                  StreamHandle, const Arguments&... arguments) {
  test::checkLaunch(name, blocks, threads, sharedBytes);
  test::runKernel(static_cast<unsigned>(blocks), static_cast<unsigned>(threads), static_cast<std::size_t>(sharedBytes),
                  test::currentSchedule(), [&] { kernel(arguments...); });
}

}  // namespace oscope::gpu
