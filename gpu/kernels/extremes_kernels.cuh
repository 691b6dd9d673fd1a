// The largest values of a site, exact and in bounded memory: choose rows, choose values in them, merge with what is
// kept (extremes_math.h says why that suffices). Included after device_ops.cuh or its emulation.
#pragma once

#include "gpu/kernels/observe.h"

namespace oscope::gpu {

inline constexpr int kSelectThreads = 1024;
inline constexpr int kRowThreads = 256;

/// Shared memory of one selection.
struct Selection {
  unsigned counts[kDigitValues];
  SelectionKey prefix;
  long long wanted;
  int done;
};

/// Warp 0 finds the digit that holds the wanted key, and how many keys before it remain to be taken.
__device__ inline void chooseDigit(Selection& selection, int digit) {
  constexpr int kOwn = kDigitValues / 32;
  const int lane = static_cast<int>(threadIdx.x);
  if (lane >= 32) return;
  const int top = kDigitValues - 1 - lane * kOwn;  // this lane's digits go down from here
  unsigned own = 0;
  for (int i = 0; i < kOwn; ++i) own += selection.counts[top - i];
  unsigned upTo = own;
  for (int delta = 1; delta < 32; delta *= 2) {
    const unsigned below = warpUp(upTo, delta);
    if (lane >= delta) upTo += below;
  }
  long long wanted = selection.wanted - static_cast<long long>(upTo - own);
  __syncwarp();  // all have read `wanted` before its owner changes it
  if (wanted < 1 || wanted > static_cast<long long>(own)) return;
  for (int i = 0; i < kOwn; ++i) {
    const long long here = selection.counts[top - i];
    if (wanted <= here) {
      setDigit(selection.prefix, digit, top - i);
      selection.wanted = wanted;
      selection.done = wanted == here ? 1 : 0;
      return;
    }
    wanted -= here;
  }
}

/// A key such that exactly `wanted` of the keys are at least it. keyAt(i, key) says whether i < count has a key; at
/// least `wanted` >= 1 of them do, and fewer than 2^32. All threads of the block call it and get the result.
template <typename KeyAt>
__device__ inline SelectionKey thresholdOf(Selection& selection, std::int64_t count, long long wanted, KeyAt keyAt) {
  if (threadIdx.x == 0) {
    selection.prefix = {0, 0};
    selection.wanted = wanted;
    selection.done = 0;
  }
  for (int digit = 0; digit < kKeyDigits; ++digit) {
    for (int i = static_cast<int>(threadIdx.x); i < kDigitValues; i += static_cast<int>(blockDim.x)) {
      selection.counts[i] = 0;
    }
    __syncthreads();
    for (std::int64_t i = threadIdx.x; i < count; i += blockDim.x) {
      SelectionKey key;
      if (keyAt(i, key) && sharesDigits(key, selection.prefix, digit)) {
        atomicAdd(&selection.counts[digitOf(key, digit)], 1u);
      }
    }
    __syncthreads();
    chooseDigit(selection, digit);
    __syncthreads();
    if (selection.done != 0) break;
  }
  return selection.prefix;
}

/// One block: rows whose largest |x| may enter, at most `kept` of them, in any order.
__global__ void __launch_bounds__(kSelectThreads) selectRowsKernel(ExtremesArgs args) {
  __shared__ Selection selection;
  __shared__ unsigned found;
  const unsigned floor = args.state->floor;
  if (threadIdx.x == 0) found = 0;
  __syncthreads();
  unsigned own = 0;
  for (std::int64_t row = threadIdx.x; row < args.rows; row += blockDim.x) own += args.rowMax[row] >= floor ? 1 : 0;
  if (own != 0) atomicAdd(&found, own);
  __syncthreads();
  const unsigned eligible = found;
  __syncthreads();
  if (threadIdx.x == 0) found = 0;
  SelectionKey least{0, 0};
  if (eligible > static_cast<unsigned>(args.kept)) {
    least = thresholdOf(selection, args.rows, args.kept, [&](std::int64_t row, SelectionKey& key) {
      key = keyOf(args.rowMax[row], static_cast<std::uint64_t>(row), 0);
      return args.rowMax[row] >= floor;
    });
  }
  __syncthreads();
  for (std::int64_t row = threadIdx.x; row < args.rows; row += blockDim.x) {
    const unsigned size = args.rowMax[row];
    if (size >= floor && isAtLeast(keyOf(size, static_cast<std::uint64_t>(row), 0), least)) {
      args.rowList[atomicAdd(&found, 1u)] = static_cast<unsigned>(row);
    }
  }
  __syncthreads();
  if (threadIdx.x == 0) args.state->rows = found;
}

/// One block per chosen row from `firstRow` on: its values that may enter, at most `kept` of them.
__global__ void __launch_bounds__(kRowThreads) rowExtremesKernel(ExtremesArgs args, unsigned firstRow) {
  __shared__ Selection selection;
  __shared__ unsigned found;
  const unsigned at = firstRow + blockIdx.x;
  if (at >= args.state->rows) return;
  const unsigned floor = args.state->floor;
  const unsigned row = args.rowList[at];
  const auto token = static_cast<std::uint64_t>(args.firstToken) + row;
  const float* x = args.x + static_cast<std::int64_t>(row) * args.channels;
  if (threadIdx.x == 0) found = 0;
  __syncthreads();
  unsigned own = 0;
  for (std::int64_t c = threadIdx.x; c < args.channels; c += blockDim.x) {
    own += (bitsOf(finiteOrZero(x[c])) & kMagnitudeBits) >= floor ? 1 : 0;
  }
  if (own != 0) atomicAdd(&found, own);
  __syncthreads();
  SelectionKey least{0, 0};
  if (found > static_cast<unsigned>(args.kept)) {
    least = thresholdOf(selection, args.channels, args.kept, [&](std::int64_t c, SelectionKey& key) {
      key = keyOf(bitsOf(finiteOrZero(x[c])), token, static_cast<std::uint64_t>(c));
      return key.size >= floor;
    });
  }
  for (std::int64_t c = threadIdx.x; c < args.channels; c += blockDim.x) {
    const Candidate candidate{token, bitsOf(finiteOrZero(x[c])), static_cast<std::uint32_t>(c)};
    const SelectionKey key = keyOf(candidate);
    if (key.size >= floor && isAtLeast(key, least)) {
      args.candidates[atomicAdd(&args.state->candidates, 1u)] = candidate;
    }
  }
}

/// One block: the `kept` largest of what is kept and of the candidates, in any order.
__global__ void __launch_bounds__(kSelectThreads) mergeExtremesKernel(ExtremesArgs args) {
  __shared__ Selection selection;
  __shared__ unsigned found;
  const ExtremesState state = *args.state;
  if (state.candidates == 0) return;
  const Candidate* kept = args.lists + static_cast<std::int64_t>(state.current) * args.kept;
  const std::int64_t total = static_cast<std::int64_t>(state.count) + state.candidates;
  const auto candidateAt = [&](std::int64_t i) { return i < state.count ? kept[i] : args.candidates[i - state.count]; };
  SelectionKey least{0, 0};
  if (total > args.kept) {
    least = thresholdOf(selection, total, args.kept, [&](std::int64_t i, SelectionKey& key) {
      key = keyOf(candidateAt(i));
      return true;
    });
  }
  Candidate* into = args.lists + static_cast<std::int64_t>(1 - state.current) * args.kept;
  if (threadIdx.x == 0) found = 0;
  __syncthreads();
  for (std::int64_t i = threadIdx.x; i < total; i += blockDim.x) {
    const Candidate candidate = candidateAt(i);
    if (isAtLeast(keyOf(candidate), least)) into[atomicAdd(&found, 1u)] = candidate;
  }
  __syncthreads();
  if (threadIdx.x != 0) return;
  *args.state = {found, found == static_cast<unsigned>(args.kept) ? least.size : 0u, 1 - state.current, state.rows, 0};
}

void launchExtremes(const ExtremesArgs& args, StreamHandle stream) {
  if (args.kept < 1 || args.rows == 0 || args.channels == 0) return;
  launchKernel("selectRows", selectRowsKernel, 1, kSelectThreads, 0, stream, args);
  const std::int64_t most = args.rows < args.kept ? args.rows : args.kept;
  for (std::int64_t first = 0; first < most; first += args.rowsPerPass) {
    const std::int64_t blocks = args.rowsPerPass < most - first ? args.rowsPerPass : most - first;
    launchKernel("rowExtremes", rowExtremesKernel, blocks, kRowThreads, 0, stream, args, static_cast<unsigned>(first));
    launchKernel("mergeExtremes", mergeExtremesKernel, 1, kSelectThreads, 0, stream, args);
  }
}

}  // namespace oscope::gpu
