// Layouts and arithmetic of the int8 x int4 / int8 group product, shared by kernels and host tests.
//
//   y[m, n] = fmaf(xScale[m], S, bias[n]);   S: for the groups in ascending order S = fmaf(scale[n, g], float(acc), S)
//   acc = sum over the group of x[m, k] * (w[n, k] - zero[n, g]), exact in int32
//
// For at most 16 rows the groups are cut into kSlices runs (sliceOf); each run is summed like that from 0, and the runs
// are added in ascending order. A single group (per-channel scales) is cut, too, but its int32 sums are added exactly
// before the scale comes in.
//
// Weights lie as the tensor core reads them. One mma.m16n8k32 takes 32 k of 8 output channels; the PTX manual gives
// lane l the column l / 4 and, with t = l % 4, the k 4 t + i and 16 + 4 t + i (i = 0..3). A sum doesn't ask for order,
// so x and w are both read with k = 8 t + i and 8 t + 4 + i in their place: a lane's 8 values of x are one 8-byte load,
// and its 8 codes one 32-bit word. Four such steps, 128 k, make a chunk: one 16-byte load per lane for int4.
#pragma once

#include <cmath>

#include "gpu/kernels/float_bits.h"

namespace oscope::gpu {

inline constexpr int kStepK = 32;      ///< k of one mma
inline constexpr int kChunkSteps = 4;  ///< steps of one chunk
inline constexpr int kChunkK = kStepK * kChunkSteps;
inline constexpr int kTileOut = 8;   ///< output channels of one mma
inline constexpr int kOutPad = 128;  ///< output channels are padded to a multiple of it
inline constexpr int kSkinnyRows = 16;
inline constexpr int kSlices = 8;

/// How a weight [out, in] lies in memory. Groups are padded with zeros to whole steps, all of k to whole chunks.
struct IntShape {
  std::int64_t out, in, group, groups;
  std::int64_t stepsPerGroup, steps, chunks;
  std::int64_t paddedOut;
  bool int4;  ///< codes of 4 bits, else of 8
};

OSCOPE_HD IntShape intShapeOf(std::int64_t out, std::int64_t in, std::int64_t group, int bits) {
  IntShape s{};
  s.out = out;
  s.in = in;
  s.group = group;
  s.groups = in / group;
  s.stepsPerGroup = (group + kStepK - 1) / kStepK;
  s.steps = s.groups * s.stepsPerGroup;
  s.chunks = (s.steps + kChunkSteps - 1) / kChunkSteps;
  s.paddedOut = (out + kOutPad - 1) / kOutPad * kOutPad;
  s.int4 = bits <= 4;
  return s;
}

/// Bytes of a row of x that kernels read: `in` where groups are whole steps, else the padded width.
OSCOPE_HD std::int64_t codePitch(const IntShape& s) {
  return s.group % kStepK == 0 ? s.in : s.steps * kStepK;
}

/// k of the unpadded weight for k of the padded one; -1 for padding.
OSCOPE_HD std::int64_t sourceK(const IntShape& s, std::int64_t paddedK) {
  const std::int64_t width = s.stepsPerGroup * kStepK, g = paddedK / width, inGroup = paddedK % width;
  return g < s.groups && inGroup < s.group ? g * s.group + inGroup : -1;
}

/// Words of 32 bits that one lane holds per chunk and tile of 8 outputs.
OSCOPE_HD int laneWords(bool int4) {
  return int4 ? kChunkSteps : 2 * kChunkSteps;
}
OSCOPE_HD std::int64_t weightWords(const IntShape& s) {
  return s.paddedOut / kTileOut * s.chunks * 32 * laneWords(s.int4);
}

/// Which codes a word holds.
struct WordPlace {
  std::int64_t out;     ///< output channel
  std::int64_t firstK;  ///< padded k of its first code
  int half;             ///< int8: 0 for k 0..3 of the lane, 1 for 4..7
};
OSCOPE_HD WordPlace placeOfWord(const IntShape& s, std::int64_t word) {
  const int perVector = 4;
  const std::int64_t vector = word / perVector;
  const int component = static_cast<int>(word % perVector), lane = static_cast<int>(vector % 32);
  const std::int64_t block = vector / 32;  // int4: (tile, chunk); int8: (tile, chunk, pair of steps)
  const std::int64_t pair = s.int4 ? 0 : block % 2, tileAndChunk = s.int4 ? block : block / 2;
  const int step = s.int4 ? component : static_cast<int>(pair) * 2 + component / 2;
  WordPlace place;
  place.out = tileAndChunk / s.chunks * kTileOut + lane / 4;
  place.half = s.int4 ? 0 : component % 2;
  place.firstK = (tileAndChunk % s.chunks * kChunkSteps + step) * kStepK + lane % 4 * 8 + place.half * 4;
  return place;
}

/// int4: byte i holds code i in its low and code 4 + i in its high four bits. Masked, each is 16 times its code.
inline constexpr std::uint32_t kHighNibbles = 0xF0F0F0F0u;
OSCOPE_HD std::uint32_t lowCodes(std::uint32_t word) {
  return (word << 4) & kHighNibbles;
}
OSCOPE_HD std::uint32_t highCodes(std::uint32_t word) {
  return word & kHighNibbles;
}

/// The word of 8 codes that lie in nibbles, the first one lowest.
OSCOPE_HD std::uint32_t wordOfNibbles(std::uint32_t nibbles) {
  const auto spread = [](std::uint32_t four) {
    four = (four | four << 8) & 0x00FF00FFu;
    return (four | four << 4) & 0x0F0F0F0Fu;
  };
  return spread(nibbles & 0xFFFFu) | spread(nibbles >> 16) << 4;
}

/// Code `i` of a word.
OSCOPE_HD std::int32_t codeOfWord(std::uint32_t word, bool int4, int i) {
  if (!int4) return static_cast<std::int8_t>(word >> (8 * i));
  return static_cast<std::int32_t>((word >> (i % 4 * 8 + i / 4 * 4) & 0xFu) ^ 8u) - 8;
}

/// Byte of shared memory where 8 bytes of x start: row of a stage (128 bytes each), step, t = lane % 4. The steps of
/// neighbouring rows are exchanged, so that the rows that are read together lie in different banks.
OSCOPE_HD int stageByte(int row, int step, int t) {
  return row * kChunkK + (step ^ (row & 3)) * kStepK + t * 8;
}
/// The same for the 16-byte piece `piece` (0..7) of a row, as it is copied in.
OSCOPE_HD int stagePiece(int row, int piece) {
  return stageByte(row, piece / 2, piece % 2 * 2);
}

/// Which tile a block computes: bands of 8 row tiles, so that blocks that run together share weights and rows.
struct TilePlace {
  std::int64_t row, col;
};
OSCOPE_HD TilePlace tileOfBlock(std::int64_t block, std::int64_t rowTiles, std::int64_t colTiles) {
  constexpr std::int64_t kBand = 8;
  const std::int64_t band = block / (kBand * colTiles), within = block % (kBand * colTiles);
  const std::int64_t height = rowTiles - band * kBand < kBand ? rowTiles - band * kBand : kBand;
  return {band * kBand + within % height, within / height};
}

/// Steps [first, last) of one slice: whole chunks and whole groups (of a single group: whole chunks).
struct StepRange {
  std::int64_t first, last;
};
OSCOPE_HD StepRange sliceOf(const IntShape& s, int slice) {
  std::int64_t unit = kChunkSteps;
  if (s.groups > 1) {
    while (unit % s.stepsPerGroup != 0) unit += kChunkSteps;
  }
  const std::int64_t units = (s.steps + unit - 1) / unit;
  const std::int64_t first = units * slice / kSlices * unit, last = units * (slice + 1) / kSlices * unit;
  return {first < s.steps ? first : s.steps, last < s.steps ? last : s.steps};
}

/// Which kernel takes a product: weights streamed once for few rows, small tiles where large ones would leave
/// multiprocessors idle.
enum class IntPath { Skinny, SmallTiles, LargeTiles };
inline constexpr int kLargeTile = 128, kSmallTile = 64;
OSCOPE_HD IntPath intPathOf(std::int64_t rows, std::int64_t out, int multiprocessors) {
  if (rows <= kSkinnyRows) return IntPath::Skinny;
  const std::int64_t large = (rows + kLargeTile - 1) / kLargeTile * ((out + kLargeTile - 1) / kLargeTile);
  return large >= multiprocessors ? IntPath::LargeTiles : IntPath::SmallTiles;
}

/// One group's share. With int4 the kernel's sums are 16 times too large, which the scale takes back exactly: a power
/// of two changes no rounding (scales below 2^-122 excepted).
OSCOPE_HD float addGroup(float sum, float scale, std::int32_t acc) {
  return fmaf(scale, static_cast<float>(acc), sum);
}

}  // namespace oscope::gpu
