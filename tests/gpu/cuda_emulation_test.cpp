// The emulation itself: it shows what a kernel does wrong, and computes what the tensor core computes.
#include "tests/gpu/emulation/cuda_emulation.h"

#include <gtest/gtest.h>

#include <cstring>
#include <stdexcept>
#include <vector>

#include "tests/gpu/emulation/thread_races.h"

namespace oscope::test {
namespace {

/// Every thread hands its number to its neighbour through shared memory.
std::vector<int> passedOn(const Schedule& schedule, bool barrier) {
  std::vector<int> result(64);
  runKernel(1, 64, 64 * sizeof(int), schedule, [&] {
    auto* shared = static_cast<int*>(launchMemory());
    shared[threadIdx.x] = static_cast<int>(threadIdx.x);
    if (barrier) __syncthreads();
    result[threadIdx.x] = shared[(threadIdx.x + 1) % 64];
  });
  return result;
}

TEST(CudaEmulation, AMissingBarrierShowsInTheResult) {
  EXPECT_EQ(passedOn({false, false}, true), passedOn({true, false}, true));
  if (kSeesRaces) GTEST_SKIP() << "the thread sanitizer ends the program here (kernel_races_test)";
  EXPECT_NE(passedOn({false, false}, false), passedOn({true, false}, false));
}

TEST(CudaEmulation, ThreadsThatPartAtABarrierAreReported) {
  const auto part = [] {
    if (threadIdx.x < 32) __syncthreads();
  };
  EXPECT_THROW(runKernel(1, 64, 0, {}, part), std::logic_error);
  EXPECT_EQ(passedOn({}, true), passedOn({true, false}, true)) << "and the next kernel runs";
}

TEST(CudaEmulation, LateCopiesAreThereOnlyAfterTheWait) {
  const unsigned from[4] = {1, 2, 3, 4};
  alignas(16) static unsigned source[4];
  std::memcpy(source, from, sizeof from);
  unsigned before = 0, after = 0, outside = 9;
  runKernel(1, 32, 32, {false, true}, [&] {
    if (threadIdx.x != 0) return;
    auto* shared = static_cast<unsigned*>(launchMemory());
    gpu::copyAsync<16>(shared, source, true);
    gpu::commitCopies();
    gpu::copyAsync<16>(shared + 4, source, false);
    gpu::commitCopies();
    before = shared[2];
    gpu::waitForCopies<1>();
    after = shared[2];
    gpu::waitForCopies<0>();
    outside = shared[6];
  });
  EXPECT_NE(before, 3u);
  EXPECT_EQ(after, 3u);
  EXPECT_EQ(outside, 0u) << "a copy that is not live writes zeros";
}

TEST(CudaEmulation, AnUnalignedCopyIsReported) {
  static unsigned source[8];
  EXPECT_THROW(
      runKernel(1, 32, 64, {}, [&] { gpu::copyAsync<16>(launchMemory(), reinterpret_cast<char*>(source) + 4, true); }),
      std::logic_error);
}

TEST(CudaEmulation, TheTensorCoreMultipliesMatrices) {
  std::int8_t a[16][32], b[32][8];
  unsigned state = 1;
  const auto draw = [&] { return static_cast<std::int8_t>((state = state * 1664525u + 1013904223u) >> 24); };
  for (auto& row : a) {
    for (std::int8_t& value : row) value = draw();
  }
  for (auto& row : b) {
    for (std::int8_t& value : row) value = draw();
  }
  std::int32_t c[16][8];
  runKernel(1, 32, 0, {}, [&] {
    const unsigned group = threadIdx.x / 4, t = threadIdx.x % 4;
    std::uint32_t fragmentA[4], fragmentB[2];
    for (unsigned r = 0; r < 4; ++r) std::memcpy(&fragmentA[r], &a[group + r % 2 * 8][4 * t + r / 2 * 16], 4);
    for (unsigned r = 0; r < 2; ++r) {
      std::int8_t column[4];
      for (unsigned i = 0; i < 4; ++i) column[i] = b[4 * t + i + r * 16][group];
      std::memcpy(&fragmentB[r], column, 4);
    }
    std::int32_t sums[4] = {1, 2, 3, 4};
    gpu::multiplyAdd(sums, fragmentA, fragmentB);
    for (unsigned i = 0; i < 4; ++i) c[group + i / 2 * 8][2 * t + i % 2] = sums[i] - static_cast<std::int32_t>(i + 1);
  });
  for (int row = 0; row < 16; ++row) {
    for (int col = 0; col < 8; ++col) {
      std::int32_t sum = 0;
      for (int k = 0; k < 32; ++k) sum += a[row][k] * b[k][col];
      ASSERT_EQ(c[row][col], sum) << row << ", " << col;
    }
  }
}

// A [16, 16] from rows, B [16, 8] from its rows (transposed) or from its columns.
TEST(CudaEmulation, TheTensorCoreMultipliesHalvesFromSharedMemory) {
  for (const bool byRows : {true, false}) {
    float c[16][8];
    const auto a = [](unsigned row, unsigned k) { return static_cast<float>(row * 16 + k) / 8.0f - 9.0f; };
    const auto b = [](unsigned k, unsigned col) { return static_cast<float>(k * 3 + col * 5) / 16.0f - 2.0f; };
    runKernel(1, 32, 1024, {}, [&] {
      auto* left = static_cast<std::uint16_t*>(launchMemory());  // [16, 16]
      std::uint16_t* right = left + 16 * 16;                     // [16, 16], of which 8 columns (or rows) count
      const unsigned lane = threadIdx.x;
      for (unsigned i = lane; i < 256; i += 32) {
        left[i] = gpu::toFp16(a(i / 16, i % 16));
        right[i] = gpu::toFp16(byRows ? b(i / 16, i % 16) : b(i % 16, i / 16));
      }
      __syncthreads();
      std::uint32_t fragmentA[4], fragmentB[4];
      gpu::loadMatrices<false>(fragmentA, left + lane % 16 * 16 + lane / 16 * 8);
      if (byRows) {
        gpu::loadMatrices<true>(fragmentB, right + lane % 16 * 16 + lane / 16 * 8);
      } else {
        gpu::loadMatrices<false>(fragmentB, right + (lane / 16 * 8 + lane % 8) * 16 + lane / 8 % 2 * 8);
      }
      float sums[4] = {1, 2, 3, 4};
      gpu::multiplyFp16(sums, fragmentA, {fragmentB[0], fragmentB[1]});
      for (unsigned i = 0; i < 4; ++i) {
        c[lane / 4 + i / 2 * 8][lane % 4 * 2 + i % 2] = sums[i] - static_cast<float>(i + 1);
      }
    });
    for (unsigned row = 0; row < 16; ++row) {
      for (unsigned col = 0; col < 8; ++col) {
        float sum = 0;
        for (unsigned k = 0; k < 16; ++k) sum += a(row, k) * b(k, col);
        ASSERT_NEAR(c[row][col], sum, 1e-3) << row << ", " << col << (byRows ? " by rows" : " by columns");
      }
    }
  }
}

TEST(CudaEmulation, AnUnalignedMatrixIsReported) {
  EXPECT_THROW(runKernel(1, 32, 64, {},
                         [] {
                           std::uint32_t words[4];
                           gpu::loadMatrices<false>(words, static_cast<char*>(launchMemory()) + 8);
                         }),
               std::logic_error);
}

}  // namespace
}  // namespace oscope::test
