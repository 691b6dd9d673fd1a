// Group quantization of weights, in one read of them: a thread takes eight neighbours at once. Groups of up to 256
// channels are a few lanes of a warp; wider ones, and those of odd widths, a block. Sums of squares are added in the
// order that analysis/compute/weight_quantization.h gives. Included after device_ops.cuh or its emulation.
#pragma once

#include "gpu/kernels/weight_quant.h"

namespace oscope::gpu {

inline constexpr int kNarrowThreads = 256;
inline constexpr int kNarrowWarps = kNarrowThreads / 32;
inline constexpr int kNarrowRows = 8;     ///< of a warp: the column scales are read once for them
inline constexpr int kNarrowAtOnce = 4;   ///< rows that are under way together
inline constexpr int kWideThreads = 512;  ///< strands of a group's sums
inline constexpr int kKept = 7;           ///< octets per thread that stay in registers: 28,672 channels are read once

/// Eight elements as they are stored.
template <FloatType kType>
struct StoredOctet {
  static constexpr int kVectors = kType == FloatType::F32 ? 2 : 1;
  uint4 vectors[kVectors];
};

template <FloatType kType>
__device__ inline StoredOctet<kType> loadOctet(const void* weight, std::int64_t first) {
  StoredOctet<kType> octet;
  const auto* from = static_cast<const uint4*>(weight) + first / kOctet * StoredOctet<kType>::kVectors;
#pragma unroll
  for (int v = 0; v < StoredOctet<kType>::kVectors; ++v) octet.vectors[v] = from[v];
  return octet;
}

template <FloatType kType>
__device__ inline void unpackOctet(const StoredOctet<kType>& octet, float (&values)[kOctet]) {
  if constexpr (kType == FloatType::F32) {
#pragma unroll
    for (int v = 0; v < 2; ++v) {
      values[4 * v] = floatOf(octet.vectors[v].x);
      values[4 * v + 1] = floatOf(octet.vectors[v].y);
      values[4 * v + 2] = floatOf(octet.vectors[v].z);
      values[4 * v + 3] = floatOf(octet.vectors[v].w);
    }
  } else {
    const std::uint32_t words[4] = {octet.vectors[0].x, octet.vectors[0].y, octet.vectors[0].z, octet.vectors[0].w};
#pragma unroll
    for (int w = 0; w < 4; ++w) {
      const auto low = static_cast<std::uint16_t>(words[w]), high = static_cast<std::uint16_t>(words[w] >> 16);
      values[2 * w] = kType == FloatType::BF16 ? fromBf16(low) : fromFp16(low);
      values[2 * w + 1] = kType == FloatType::BF16 ? fromBf16(high) : fromFp16(high);
    }
  }
}

/// Smallest and largest value, and whether all were finite.
struct ValueRange {
  float low, high;
  bool finite;
};
__device__ inline ValueRange emptyRange() {
  return {INFINITY, -INFINITY, true};
}
__device__ inline void include(ValueRange& range, float value) {
  range.finite = range.finite && (bitsOf(value) & kMagnitudeBits) < kInfinityBits;
  range.low = value < range.low ? value : range.low;
  range.high = value > range.high ? value : range.high;
}

/// Over the lanes whose numbers differ below `lanes`, a power of two; the warp takes part as a whole.
__device__ inline void combine(ValueRange& range, int lanes) {
  for (int offset = 1; offset < lanes; offset *= 2) {
    const float low = warpXor(range.low, offset), high = warpXor(range.high, offset);
    const bool finite = warpXor(static_cast<std::uint32_t>(range.finite), offset) != 0;
    range.low = low < range.low ? low : range.low;
    range.high = high > range.high ? high : range.high;
    range.finite = range.finite && finite;
  }
}
__device__ inline void combine(SquarePair& sums, int lanes) {
  for (int offset = 1; offset < lanes; offset *= 2) {
    const float energy = warpXor(sums.energy, offset), error = warpXor(sums.error, offset);
    sums.energy += energy;
    sums.error += error;
  }
}

__device__ inline GroupScale scaleOfRange(const ValueRange& range, float limit, const WeightRule& rule) {
  return groupScaleOf(range.low < -limit ? -limit : range.low, range.high > limit ? limit : range.high, rule);
}

__device__ inline bool isUsable(const ValueRange& range, const GroupScale& group) {
  return range.finite && bitsOf(group.scale) < kInfinityBits;
}

/// Everything of a group but its codes; by one thread.
__device__ inline void storeGroup(const WeightQuantArgs& args, std::int64_t slot, const GroupScale& group,
                                  const SquarePair& sums, bool usable) {
  args.scales[slot] = group.scale;
  if (args.zeros != nullptr) args.zeros[slot] = group.zero;
  args.groupSums[slot] = sums;
  if (!usable) atomicMin(args.bad, static_cast<unsigned long long>(slot));
}

__device__ inline std::uint32_t codeByte(float code, int index) {
  return (lowBitsOf(code) & 0xFFu) << (8 * index);
}

/// Codes of eight neighbours from element `first` on; adds to their sums.
__device__ inline void storeOctet(const WeightQuantArgs& args, std::int64_t first, const float (&values)[kOctet],
                                  float limit, const GroupScale& group, float unit, SquarePair& sums) {
  float codes[kOctet];
  SquarePair own{};
#pragma unroll
  for (int i = 0; i < kOctet; ++i) {
    codes[i] = weightCode(values[i], limit, group, args.rule);
    addSquares(own, values[i], codes[i], group, unit);
  }
  sums.energy += own.energy;
  sums.error += own.error;
  if (packsCodes(args.rule, args.group)) {
    std::uint32_t word = 0;
#pragma unroll
    for (int i = 0; i < kOctet; ++i) word |= (lowBitsOf(codes[i]) & 0xFu) << (4 * i);
    static_cast<std::uint32_t*>(args.codes)[first / kOctet] = word;
  } else {
    uint2 bytes;
    bytes.x = codeByte(codes[0], 0) | codeByte(codes[1], 1) | codeByte(codes[2], 2) | codeByte(codes[3], 3);
    bytes.y = codeByte(codes[4], 0) | codeByte(codes[5], 1) | codeByte(codes[6], 2) | codeByte(codes[7], 3);
    static_cast<uint2*>(args.codes)[first / kOctet] = bytes;
  }
}

/// The column scales of an octet, ones where there are none; `count` of its channels are real.
template <bool kVector>
__device__ inline void loadColumns(const WeightQuantArgs& args, std::int64_t k, int count, float (&columns)[kOctet]) {
  if (kVector && args.columns != nullptr && count == kOctet) {
    const auto* from = reinterpret_cast<const float4*>(args.columns + k);
    const float4 low = from[0], high = from[1];
    columns[0] = low.x, columns[1] = low.y, columns[2] = low.z, columns[3] = low.w;
    columns[4] = high.x, columns[5] = high.y, columns[6] = high.z, columns[7] = high.w;
    return;
  }
#pragma unroll
  for (int i = 0; i < kOctet; ++i) columns[i] = args.columns != nullptr && i < count ? args.columns[k + i] : 1.0f;
}

/// Groups of 8, 16, ... 256 channels. A warp takes 256 neighbours of eight rows; chunks * row bands blocks.
template <FloatType kType>
__global__ void __launch_bounds__(kNarrowThreads, 2) quantizeNarrowKernel(WeightQuantArgs args, unsigned chunks) {
  const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
  const int lanes = static_cast<int>(args.group) / kOctet;
  const std::int64_t k = (static_cast<std::int64_t>(blockIdx.x % chunks) * 32 + lane) * kOctet;
  const std::int64_t firstRow = static_cast<std::int64_t>(blockIdx.x / chunks) * (kNarrowWarps * kNarrowRows) + warp;
  const std::int64_t groups = args.in / args.group;
  const bool inside = k < args.in;  // the same for all lanes of a group
  float columns[kOctet];
  loadColumns<true>(args, k, inside ? kOctet : 0, columns);

  for (int batch = 0; batch < kNarrowRows; batch += kNarrowAtOnce) {
    StoredOctet<kType> stored[kNarrowAtOnce];
#pragma unroll
    for (int r = 0; r < kNarrowAtOnce; ++r) {
      const std::int64_t row = firstRow + (batch + r) * kNarrowWarps;
      if (inside && row < args.out) {
        stored[r] = loadOctet<kType>(args.weight, row * args.in + k);
      } else {
        stored[r] = {};
      }
    }
#pragma unroll
    for (int r = 0; r < kNarrowAtOnce; ++r) {
      const std::int64_t row = firstRow + (batch + r) * kNarrowWarps;
      if (row >= args.out) continue;  // the whole warp
      const std::int64_t slot = row * groups + k / args.group;
      float values[kOctet];
      unpackOctet<kType>(stored[r], values);
      const float divisor = args.rows != nullptr ? args.rows[row] : 1.0f;
      const float limit = args.limits != nullptr && inside ? args.limits[slot] : INFINITY;
      ValueRange range = emptyRange();
#pragma unroll
      for (int i = 0; i < kOctet; ++i) {
        values[i] *= columns[i];
        if (args.rows != nullptr) values[i] /= divisor;
        include(range, values[i]);
      }
      combine(range, lanes);
      const GroupScale group = scaleOfRange(range, limit, args.rule);
      const bool usable = isUsable(range, group);
      SquarePair sums{};
      if (inside && usable) {
        storeOctet(args, row * args.in + k, values, limit, group, unitOf(group.scale), sums);
      }
      combine(sums, lanes);
      if (inside && lane % lanes == 0) storeGroup(args, slot, group, sums, usable);
    }
  }
}

/// An octet of a group of any width; `count` of its values are real.
template <FloatType kType>
__device__ inline void loadOddOctet(const WeightQuantArgs& args, std::int64_t row, std::int64_t k, int count,
                                    float (&values)[kOctet]) {
#pragma unroll
  for (int i = 0; i < kOctet; ++i) {
    values[i] = i < count ? loadFloat(args.weight, kType, row * args.in + k + i) : 0.0f;
  }
}

template <bool kVector>
__device__ inline void foldOctet(const WeightQuantArgs& args, std::int64_t row, std::int64_t k, int count,
                                 float (&values)[kOctet]) {
  if (args.columns != nullptr) {
    float columns[kOctet];
    loadColumns<kVector>(args, k, count, columns);
#pragma unroll
    for (int i = 0; i < kOctet; ++i) values[i] *= columns[i];
  }
  if (args.rows == nullptr) return;
  const float divisor = args.rows[row];
#pragma unroll
  for (int i = 0; i < kOctet; ++i) values[i] /= divisor;
}

/// One block per group of a row. kVector: groups and rows are whole octets.
template <FloatType kType, bool kVector>
__global__ void __launch_bounds__(kWideThreads) quantizeWideKernel(WeightQuantArgs args) {
  __shared__ ValueRange ranges[kWideThreads / 32];
  __shared__ SquarePair pairs[kWideThreads / 32];
  const std::int64_t slot = blockIdx.x, groups = args.in / args.group, row = slot / groups;
  const std::int64_t firstK = slot % groups * args.group;
  const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
  const int threads = static_cast<int>(blockDim.x), warps = threads / 32;
  const std::int64_t octets = (args.group + kOctet - 1) / kOctet;
  const float limit = args.limits != nullptr ? args.limits[slot] : INFINITY;

  StoredOctet<kType> kept[kVector ? kKept : 1];
  if constexpr (kVector) {
#pragma unroll
    for (int i = 0; i < kKept; ++i) {
      const std::int64_t octet = threadIdx.x + static_cast<std::int64_t>(i) * threads;
      if (octet < octets) {
        kept[i] = loadOctet<kType>(args.weight, row * args.in + firstK + octet * kOctet);
      } else {
        kept[i] = {};
      }
    }
  }
  // The values of one octet of this thread's: the i-th that it keeps, or any other one.
  const auto read = [&](std::int64_t octet, const StoredOctet<kType>* stored, float(&values)[kOctet]) {
    const std::int64_t k = firstK + octet * kOctet, left = args.group - octet * kOctet;
    const int count = left < kOctet ? static_cast<int>(left) : kOctet;
    if constexpr (kVector) {
      unpackOctet<kType>(stored != nullptr ? *stored : loadOctet<kType>(args.weight, row * args.in + k), values);
    } else {
      loadOddOctet<kType>(args, row, k, count, values);
    }
    foldOctet<kVector>(args, row, k, count, values);
    return count;
  };

  ValueRange range = emptyRange();
  const auto look = [&](std::int64_t octet, const StoredOctet<kType>* stored) {
    float values[kOctet];
    const int count = read(octet, stored, values);
#pragma unroll
    for (int i = 0; i < kOctet; ++i) {
      if (i < count) include(range, values[i]);
    }
  };
  constexpr int kHeld = kVector ? kKept : 0;
#pragma unroll
  for (int i = 0; i < kHeld; ++i) {
    const std::int64_t octet = threadIdx.x + static_cast<std::int64_t>(i) * threads;
    if (octet < octets) look(octet, &kept[i]);
  }
  for (std::int64_t octet = threadIdx.x + static_cast<std::int64_t>(kHeld) * threads; octet < octets;
       octet += threads) {
    look(octet, nullptr);
  }
  combine(range, 32);
  if (lane == 0) ranges[warp] = range;
  __syncthreads();
  for (int w = 0; w < warps; ++w) {
    range.low = ranges[w].low < range.low ? ranges[w].low : range.low;
    range.high = ranges[w].high > range.high ? ranges[w].high : range.high;
    range.finite = range.finite && ranges[w].finite;
  }
  const GroupScale group = scaleOfRange(range, limit, args.rule);
  const bool usable = isUsable(range, group);
  const float unit = unitOf(group.scale);

  SquarePair sums{};
  const auto write = [&](std::int64_t octet, const StoredOctet<kType>* stored) {
    float values[kOctet];
    const int count = read(octet, stored, values);
    const std::int64_t first = row * args.in + firstK + octet * kOctet;
    if constexpr (kVector) {
      storeOctet(args, first, values, limit, group, unit, sums);
    } else {
      SquarePair own{};
#pragma unroll
      for (int i = 0; i < kOctet; ++i) {
        if (i >= count) continue;
        const float code = weightCode(values[i], limit, group, args.rule);
        addSquares(own, values[i], code, group, unit);
        static_cast<std::int8_t*>(args.codes)[first + i] = static_cast<std::int8_t>(lowBitsOf(code));
      }
      sums.energy += own.energy;
      sums.error += own.error;
    }
  };
  if (usable) {
#pragma unroll
    for (int i = 0; i < kHeld; ++i) {
      const std::int64_t octet = threadIdx.x + static_cast<std::int64_t>(i) * threads;
      if (octet < octets) write(octet, &kept[i]);
    }
    for (std::int64_t octet = threadIdx.x + static_cast<std::int64_t>(kHeld) * threads; octet < octets;
         octet += threads) {
      write(octet, nullptr);
    }
  }
  combine(sums, 32);
  if (lane == 0) pairs[warp] = sums;
  __syncthreads();
  sums = lane < warps ? pairs[lane] : SquarePair{};
  combine(sums, kWideThreads / 32);
  if (threadIdx.x == 0) storeGroup(args, slot, group, sums, usable);
}

/// One warp per row: its groups in 32 strands.
__global__ void __launch_bounds__(kNarrowThreads) rowSquaresKernel(WeightQuantArgs args) {
  const std::int64_t row = static_cast<std::int64_t>(blockIdx.x) * kNarrowWarps + threadIdx.x / 32;
  if (row >= args.out) return;  // the whole warp
  const std::int64_t groups = args.in / args.group;
  double energy = 0, error = 0;
  for (std::int64_t g = threadIdx.x % 32; g < groups; g += 32) {
    const float unit = unitOf(args.scales[row * groups + g]);
    const double factor = 1.0 / (static_cast<double>(unit) * unit);
    energy += args.groupSums[row * groups + g].energy * factor;
    error += args.groupSums[row * groups + g].error * factor;
  }
  for (int offset = 1; offset < 32; offset *= 2) {
    energy += warpXor(energy, offset);
    error += warpXor(error, offset);
  }
  if (threadIdx.x % 32 != 0) return;
  args.rowSums[2 * row] = energy;
  args.rowSums[2 * row + 1] = error;
}

template <FloatType kType>
void launchGroups(const WeightQuantArgs& args, StreamHandle stream) {
  const bool octets = args.group % kOctet == 0;  // of rows, too: they are whole groups
  const std::int64_t lanes = args.group / kOctet;
  if (octets && lanes <= 32 && (lanes & (lanes - 1)) == 0) {
    constexpr std::int64_t kBand = kNarrowWarps * kNarrowRows;
    const std::int64_t chunks = (args.in + 32 * kOctet - 1) / (32 * kOctet), bands = (args.out + kBand - 1) / kBand;
    return launchKernel("quantizeWeight", quantizeNarrowKernel<kType>, chunks * bands, kNarrowThreads, 0, stream, args,
                        static_cast<unsigned>(chunks));
  }
  const std::int64_t wanted = ((args.group + kOctet - 1) / kOctet + 31) / 32 * 32;
  const int threads = wanted < kWideThreads ? static_cast<int>(wanted) : kWideThreads;
  launchKernel("quantizeWeight", octets ? quantizeWideKernel<kType, true> : quantizeWideKernel<kType, false>,
               args.out * (args.in / args.group), threads, 0, stream, args);
}

void launchQuantizeWeight(const WeightQuantArgs& args, StreamHandle stream) {
  if (args.out == 0 || args.in == 0) return;
  if (args.type == FloatType::BF16) {
    launchGroups<FloatType::BF16>(args, stream);
  } else if (args.type == FloatType::F16) {
    launchGroups<FloatType::F16>(args, stream);
  } else {
    launchGroups<FloatType::F32>(args, stream);
  }
  launchKernel("rowSquares", rowSquaresKernel, (args.out + kNarrowWarps - 1) / kNarrowWarps, kNarrowThreads, 0, stream,
               args);
}

}  // namespace oscope::gpu
