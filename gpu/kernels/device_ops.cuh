// The instructions that kernels use beyond plain C++: asynchronous copies, warp exchanges, the int8 tensor core.
// tests/gpu/emulation has the same functions for the host, so that kernel bodies run there as they are written.
#pragma once

#include <cstdint>

#include "gpu/cuda_check.h"
#include "gpu/kernels/float_bits.h"
#include "gpu/kernels/launch.h"

namespace oscope::gpu {

/// Copies kBytes (4 or 16) to shared memory without waiting; writes zeros where not `live`. Both sides are aligned.
template <int kBytes>
__device__ inline void copyAsync(void* shared, const void* global, bool live) {
  const auto target = static_cast<std::uint32_t>(__cvta_generic_to_shared(shared));
  const int bytes = live ? kBytes : 0;
  if constexpr (kBytes == 16) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(target), "l"(global), "r"(bytes) : "memory");
  } else {
    static_assert(kBytes == 4);
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(target), "l"(global), "r"(bytes) : "memory");
  }
}

/// Closes a group of copies.
__device__ inline void commitCopies() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}

/// Waits until at most kPending of this thread's latest groups are unfinished.
template <int kPending>
__device__ inline void waitForCopies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(kPending) : "memory");
}

/// The largest value of the warp, in every lane.
__device__ inline std::uint32_t warpMax(std::uint32_t value) {
  return __reduce_max_sync(0xFFFFFFFFu, value);
}

/// The sum over the warp, in every lane.
__device__ inline std::int32_t warpSum(std::int32_t value) {
  return __reduce_add_sync(0xFFFFFFFFu, value);
}

/// The value of the lane `delta` below; a lane without one keeps its own.
__device__ inline std::uint32_t warpUp(std::uint32_t value, int delta) {
  return __shfl_up_sync(0xFFFFFFFFu, value, static_cast<unsigned>(delta));
}

/// The value of the lane whose number differs in the bits of `mask`.
template <typename T>
__device__ inline T warpXor(T value, int mask) {
  return __shfl_xor_sync(0xFFFFFFFFu, value, mask);
}

/// sums [16, 8] += A [16, 8] B [8, 8], TF32 operands, float32 sums. With g = lane / 4 and t = lane % 4 a lane holds
/// (PTX: mma.sync.m16n8k8)
///   a: A(g, t), A(g + 8, t), A(g, t + 4), A(g + 8, t + 4)
///   b: B(t, g), B(t + 4, g)
///   sums: (g, 2t), (g, 2t + 1), (g + 8, 2t), (g + 8, 2t + 1)
__device__ inline void multiplyTf32(float (&sums)[4], const float (&a)[4], const float (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
      "{%0, %1, %2, %3};"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
      : "r"(bitsOf(a[0])), "r"(bitsOf(a[1])), "r"(bitsOf(a[2])), "r"(bitsOf(a[3])), "r"(bitsOf(b[0])),
        "r"(bitsOf(b[1])));
}

/// sums [16, 8] += A [16, 16] B [16, 8], fp16 operands two to a word (the lower half first), float32 sums. With g and t
/// as above a lane holds (PTX: mma.sync.m16n8k16)
///   a: A(g, 2t..), A(g + 8, 2t..), A(g, 2t + 8..), A(g + 8, 2t + 8..)
///   b: B(2t.., g), B(2t + 8.., g)
///   sums: as above
__device__ inline void multiplyFp16(float (&sums)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
      "{%0, %1, %2, %3};"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

/// Four matrices of 8 x 8 halves from shared memory, of which lane l names row l % 8 of matrix l / 8 (16 bytes,
/// aligned). A lane gets elements (g, 2t) and (g, 2t + 1) of each matrix; kTransposed: (2t, g) and (2t + 1, g).
template <bool kTransposed>
__device__ inline void loadMatrices(std::uint32_t (&words)[4], const void* row) {
  const auto address = static_cast<std::uint32_t>(__cvta_generic_to_shared(row));
  if constexpr (kTransposed) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(words[0]), "=r"(words[1]), "=r"(words[2]), "=r"(words[3])
                 : "r"(address)
                 : "memory");
  } else {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(words[0]), "=r"(words[1]), "=r"(words[2]), "=r"(words[3])
                 : "r"(address)
                 : "memory");
  }
}

/// Two values as fp16, to nearest, `low` in the lower half.
__device__ inline std::uint32_t packFp16(float low, float high) {
  std::uint32_t packed;
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(packed) : "f"(high), "f"(low));
  return packed;
}

/// 2^x but for 2^-22 of it; 0 below 2^-126.
__device__ inline float powerOfTwoNear(float x) {
  float power;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(power) : "f"(x));
  return power;
}

/// sums += A B for int8 A [16, 32] and B [32, 8], exact in int32 (PTX: mma.sync.m16n8k32, int_gemm_math.h has its
/// maps).
__device__ inline void multiplyAdd(std::int32_t (&sums)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
      "{%0, %1, %2, %3};"
      : "+r"(sums[0]), "+r"(sums[1]), "+r"(sums[2]), "+r"(sums[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

/// The shared memory that the launch asked for, 16-byte aligned.
__device__ inline uint4* launchShared() {
  extern __shared__ uint4 memory[];
  return memory;
}

/// Launches `kernel` and checks that it was accepted. Code is loaded at the first launch: where that finds no memory,
/// the pool gives back what it doesn't use.
template <typename... Parameters, typename... Arguments>
void launchKernel(const char* name, void (*kernel)(Parameters...), std::int64_t blocks, int threads, int sharedBytes,
                  StreamHandle stream, const Arguments&... arguments) {
  if (!isGrid(blocks)) checkCuda(cudaErrorInvalidConfiguration, name);
  constexpr int kUnasked = 48 * 1024;  // more shared memory must be asked for
  if (sharedBytes > kUnasked) {
    checkCuda(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, sharedBytes), name);
  }
  kernel<<<static_cast<unsigned>(blocks), threads, sharedBytes, stream>>>(arguments...);
  cudaError_t status = cudaGetLastError();
  if (status == cudaErrorMemoryAllocation) {
    emptyPool(name);
    kernel<<<static_cast<unsigned>(blocks), threads, sharedBytes, stream>>>(arguments...);
    status = cudaGetLastError();
  }
  checkCuda(status, name);
}

}  // namespace oscope::gpu
