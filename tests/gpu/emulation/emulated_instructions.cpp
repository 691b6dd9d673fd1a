// What a warp does as one, lane by lane, as the PTX manual says: reductions, shuffles, matrices, tensor cores.
#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "tests/gpu/emulation/cuda_emulation.h"
#include "tests/gpu/emulation/thread_races.h"

namespace oscope::gpu {

using test::warpExchange;

std::uint32_t warpMax(std::uint32_t value) {
  const auto* slots = warpExchange(&value, sizeof value);
  std::uint32_t largest = 0;
  for (unsigned lane = 0; lane < 32; ++lane) {
    std::uint32_t other;
    std::memcpy(&other, slots[lane], sizeof other);
    largest = std::max(largest, other);
  }
  return largest;
}

std::int32_t warpSum(std::int32_t value) {
  const auto* slots = warpExchange(&value, sizeof value);
  std::int32_t sum = 0;
  for (unsigned lane = 0; lane < 32; ++lane) {
    std::int32_t other;
    std::memcpy(&other, slots[lane], sizeof other);
    sum += other;
  }
  return sum;
}

std::uint32_t warpUp(std::uint32_t value, int delta) {
  const auto* slots = warpExchange(&value, sizeof value);
  const int from = static_cast<int>(test::currentThread.x % 32) - delta;
  if (from < 0) return value;
  std::uint32_t other;
  std::memcpy(&other, slots[from], sizeof other);
  return other;
}

// PTX ISA, "Matrix Fragments for mma.m16n8k8" with .tf32: lane l has group l / 4 and t = l % 4; a_i is
// A[group + 8 * (i odd), t + 4 * (i >= 2)], b_i is B[t + 4 * i, group], c_i is C[group + 8 * (i >= 2), 2 t + i % 2].
// The units read the upper 19 bits of an operand.
void multiplyTf32(float (&sums)[4], const float (&a)[4], const float (&b)[2]) {
  struct Operands {
    float a[4], b[2];
  } own;
  std::memcpy(own.a, a, sizeof own.a);
  std::memcpy(own.b, b, sizeof own.b);
  const auto* slots = warpExchange(&own, sizeof own);
  const auto operand = [&](int holder, int index) {
    std::uint32_t bits;
    std::memcpy(&bits, slots[holder] + index * static_cast<int>(sizeof bits), sizeof bits);
    bits &= 0xFFFFE000u;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  };
  const int lane = static_cast<int>(test::currentThread.x % 32), group = lane / 4, t = lane % 4;
  for (int c = 0; c < 4; ++c) {
    const int row = group + (c >= 2 ? 8 : 0), col = 2 * t + c % 2;
    float sum = 0;
    for (int k = 0; k < 8; ++k) {
      sum += operand(row % 8 * 4 + k % 4, row / 8 + (k >= 4 ? 2 : 0)) * operand(col * 4 + k % 4, 4 + k / 4);
    }
    sums[c] += sum;
  }
}

// PTX ISA, "Matrix Fragments for mma.m16n8k16" with .f16: lane l has group l / 4 and t = l % 4; half i of a, in 0..7,
// is A[group + 8 * (i / 2 odd), 2 t + i % 2 + 8 * (i >= 4)]; half i of b, in 0..3, is B[2 t + i % 2 + 8 * (i >= 2),
// group]; c as in m16n8k8.
void multiplyFp16(float (&sums)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]) {
  struct Operands {
    float a[8], b[4];
  } own;
  for (int i = 0; i < 8; ++i) own.a[i] = fromFp16(static_cast<std::uint16_t>(a[i / 2] >> i % 2 * 16));
  for (int i = 0; i < 4; ++i) own.b[i] = fromFp16(static_cast<std::uint16_t>(b[i / 2] >> i % 2 * 16));
  const auto* slots = warpExchange(&own, sizeof own);
  const auto operand = [&](int holder, int index) {
    float value;
    std::memcpy(&value, slots[holder] + index * static_cast<int>(sizeof value), sizeof value);
    return value;
  };
  const int lane = static_cast<int>(test::currentThread.x % 32), group = lane / 4, t = lane % 4;
  for (int c = 0; c < 4; ++c) {
    const int row = group + (c >= 2 ? 8 : 0), col = 2 * t + c % 2;
    float sum = 0;
    for (int k = 0; k < 16; ++k) {
      const int holder = k % 8 / 2, half = k % 2;
      sum += operand(row % 8 * 4 + holder, half + (row >= 8 ? 2 : 0) + (k >= 8 ? 4 : 0)) *
             operand(col * 4 + holder, 8 + half + (k >= 8 ? 2 : 0));
    }
    sums[c] += sum;
  }
}

// PTX ISA, ldmatrix .m8n8.x4 .b16: lanes 8 i .. 8 i + 7 name the rows of matrix i; register i of lane l holds elements
// 2 (l % 4) and 2 (l % 4) + 1 of row l / 4, or with .trans those two rows of column l / 4.
void loadMatrices(std::uint32_t (&words)[4], const void* row, bool transposed) {
  if (reinterpret_cast<std::uintptr_t>(row) % 16 != 0) throw std::logic_error("a row of a matrix is not aligned");
  const auto* slots = warpExchange(&row, sizeof row);
  const unsigned lane = test::currentThread.x % 32, line = lane / 4, pair = lane % 4 * 2;
  for (unsigned matrix = 0; matrix < 4; ++matrix) {
    const auto element = [&](unsigned r, unsigned c) {
      const std::uint16_t* halves = nullptr;
      std::memcpy(&halves, slots[matrix * 8 + r], sizeof halves);
      test::seeRead(halves + c, sizeof *halves);
      return static_cast<std::uint32_t>(halves[c]);
    };
    words[matrix] = transposed ? element(pair, line) | element(pair + 1, line) << 16
                               : element(line, pair) | element(line, pair + 1) << 16;
  }
}

// PTX ISA, "Matrix Fragments for mma.m16n8k32", written down independently of the maps that kernels use: lane l has
// group l / 4 and t = l % 4; a_i with byte i in 0..15 is A[group + 8 * (i / 4 odd), 4 t + i % 4 + 16 * (i >= 8)];
// b_i with byte i in 0..7 is B[4 t + i % 4 + 16 * (i >= 4), group]; c_i is C[group + 8 * (i >= 2), 2 t + i % 2].
void multiplyAdd(std::int32_t (&sums)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]) {
  struct Operands {
    std::int8_t a[16], b[8];
  } own;
  std::memcpy(own.a, a, sizeof own.a);
  std::memcpy(own.b, b, sizeof own.b);
  const auto* slots = warpExchange(&own, sizeof own);
  const int lane = static_cast<int>(test::currentThread.x % 32), group = lane / 4, t = lane % 4;
  for (int c = 0; c < 4; ++c) {
    const int row = group + (c >= 2 ? 8 : 0), col = 2 * t + c % 2;
    for (int k = 0; k < 32; ++k) {
      const int holderA = row % 8 * 4 + k % 16 / 4, byteA = k % 4 + (row >= 8 ? 4 : 0) + (k >= 16 ? 8 : 0);
      const int holderB = col * 4 + k % 16 / 4, byteB = k % 4 + (k >= 16 ? 4 : 0);
      const auto x = static_cast<std::int8_t>(slots[holderA][byteA]);
      const auto w = static_cast<std::int8_t>(slots[holderB][16 + byteB]);
      sums[c] += static_cast<std::int32_t>(x) * w;
    }
  }
}

}  // namespace oscope::gpu
