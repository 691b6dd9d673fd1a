// Preparing weights and codes for the integer-true product. Included after device_ops.cuh or its emulation.
#pragma once

#include "gpu/kernels/int_gemm.h"

namespace oscope::gpu {

inline constexpr int kPackThreads = 256;

/// Bits of one code as it came.
__device__ inline std::uint32_t storedCode(const void* codes, bool int4, std::int64_t at) {
  const auto* bytes = static_cast<const std::uint8_t*>(codes);
  return int4 ? bytes[at / 2] >> (at % 2 * 4) & 0xFu : bytes[at];
}

/// One thread per word of the packed weight, which is one word of the codes where groups are whole words.
__global__ void packWeightKernel(const void* codes, IntShape shape, std::uint32_t* words) {
  const std::int64_t at = static_cast<std::int64_t>(blockIdx.x) * kPackThreads + threadIdx.x;
  if (at >= weightWords(shape)) return;
  const WordPlace place = placeOfWord(shape, at);
  const int count = shape.int4 ? 8 : 4;
  std::uint32_t word = 0;
  if (place.out < shape.out && shape.group % count == 0) {
    const std::int64_t k = sourceK(shape, place.firstK);
    if (k >= 0) {
      const std::uint32_t stored = static_cast<const std::uint32_t*>(codes)[(place.out * shape.in + k) / count];
      word = shape.int4 ? wordOfNibbles(stored) : stored;
    }
  } else if (place.out < shape.out) {
    for (int i = 0; i < count; ++i) {
      const std::int64_t k = sourceK(shape, place.firstK + i);
      const std::uint32_t code = k < 0 ? 0u : storedCode(codes, shape.int4, place.out * shape.in + k);
      word |= shape.int4 ? code << (i % 4 * 8 + i / 4 * 4) : code << (i * 8);
    }
  }
  words[at] = word;
}

/// One thread per word. The codes of a word are neighbours, and of one group where groups are whole words.
__global__ void unpackWeightKernel(const std::uint32_t* words, const float* scales, const std::int32_t* zeros,
                                   IntShape shape, float* values) {
  const std::int64_t at = static_cast<std::int64_t>(blockIdx.x) * kPackThreads + threadIdx.x;
  if (at >= weightWords(shape)) return;
  const WordPlace place = placeOfWord(shape, at);
  if (place.out >= shape.out) return;
  const std::uint32_t word = words[at];
  float* row = values + place.out * shape.in;
  const int count = shape.int4 ? 8 : 4;
  const auto valueOf = [&](std::int64_t slot, int i) {
    const std::int32_t zero = zeros != nullptr ? zeros[slot] : 0;
    return scales[slot] * static_cast<float>(codeOfWord(word, shape.int4, i) - zero);
  };
  if (shape.group % count != 0) {
    for (int i = 0; i < count; ++i) {
      const std::int64_t k = sourceK(shape, place.firstK + i);
      if (k >= 0) row[k] = valueOf(k / shape.group * shape.paddedOut + place.out, i);
    }
    return;
  }
  const std::int64_t k = sourceK(shape, place.firstK);
  if (k < 0) return;
  const std::int64_t slot = k / shape.group * shape.paddedOut + place.out;
  for (int i = 0; i < count; i += 4) {  // rows are whole groups, so of whole vectors
    *reinterpret_cast<float4*>(row + k + i) = {valueOf(slot, i), valueOf(slot, i + 1), valueOf(slot, i + 2),
                                               valueOf(slot, i + 3)};
  }
}

/// One thread per padded code.
__global__ void padCodesKernel(const std::int8_t* codes, std::int64_t rows, IntShape shape, std::int8_t* padded) {
  const std::int64_t at = static_cast<std::int64_t>(blockIdx.x) * kPackThreads + threadIdx.x;
  const std::int64_t pitch = codePitch(shape);
  if (at >= rows * pitch) return;
  const std::int64_t k = sourceK(shape, at % pitch);
  padded[at] = k < 0 ? std::int8_t{0} : codes[at / pitch * shape.in + k];
}

/// One warp per group of a row.
__global__ void groupSumsKernel(const std::int8_t* codes, std::int64_t rows, IntShape shape, std::int32_t* sums) {
  const std::int64_t at = static_cast<std::int64_t>(blockIdx.x) * (kPackThreads / 32) + threadIdx.x / 32;
  if (at >= rows * shape.groups) return;  // the whole warp
  const std::int64_t row = at / shape.groups, group = at % shape.groups;
  const std::int8_t* from = codes + row * shape.in + group * shape.group;
  std::int32_t sum = 0;
  for (std::int64_t k = threadIdx.x % 32; k < shape.group; k += 32) sum += from[k];
  sum = warpSum(sum);
  if (threadIdx.x % 32 == 0) sums[group * rows + row] = sum;
}

void launchPackWeight(const void* codes, const IntShape& shape, std::uint32_t* words, StreamHandle stream) {
  const std::int64_t count = weightWords(shape);
  if (count == 0) return;
  launchKernel("packWeight", packWeightKernel, (count + kPackThreads - 1) / kPackThreads, kPackThreads, 0, stream,
               codes, shape, words);
}

void launchUnpackWeight(const std::uint32_t* words, const float* scales, const std::int32_t* zeros,
                        const IntShape& shape, float* values, StreamHandle stream) {
  const std::int64_t count = weightWords(shape);
  if (count == 0) return;
  launchKernel("unpackWeight", unpackWeightKernel, (count + kPackThreads - 1) / kPackThreads, kPackThreads, 0, stream,
               words, scales, zeros, shape, values);
}

void launchPadCodes(const std::int8_t* codes, std::int64_t rows, const IntShape& shape, std::int8_t* padded,
                    StreamHandle stream) {
  const std::int64_t count = rows * codePitch(shape);
  if (count == 0) return;
  launchKernel("padCodes", padCodesKernel, (count + kPackThreads - 1) / kPackThreads, kPackThreads, 0, stream, codes,
               rows, shape, padded);
}

void launchGroupSums(const std::int8_t* codes, std::int64_t rows, const IntShape& shape, std::int32_t* sums,
                     StreamHandle stream) {
  constexpr int kWarps = kPackThreads / 32;
  const std::int64_t count = rows * shape.groups;
  if (count == 0) return;
  launchKernel("groupSums", groupSumsKernel, (count + kWarps - 1) / kWarps, kPackThreads, 0, stream, codes, rows, shape,
               sums);
}

}  // namespace oscope::gpu
