#include "analysis/compute/cpu/site_accumulator.h"

#include <cblas.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "analysis/base/dtype.h"
#include "analysis/compute/cpu/kernels.h"
#include "analysis/compute/extremes.h"

namespace oscope::compute::cpu {
namespace {

constexpr std::uint32_t kInfinityBits = 0x7F800000u;

float absOfBits(std::int32_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
}

// Smallest e >= 0 with top * 2^-e <= 32768.
std::int32_t rowExponent(float top) {
  int exponent = 0;
  const float mantissa = std::frexp(top, &exponent);  // top = mantissa * 2^exponent, mantissa in [0.5, 1)
  return std::max(0, exponent - (mantissa == 0.5f ? 16 : 15));
}

}  // namespace

struct CpuSiteAccumulator::Batch {
  const float* x;
  const SequenceLayout& layout;
  std::int64_t firstToken, rows, channels;
  std::uint32_t extremeFloor = 0;             ///< bits of the smallest |x| that can still enter the extremes
  std::vector<std::uint32_t> tileTokenMax{};  ///< [tiles, rows] bits of max |x|
  struct Found {
    std::vector<Extreme> extremes;
    std::int64_t nonFinite = 0, token = -1;
    std::int32_t channel = -1;
  };
  std::vector<Found> found{};  ///< [tiles]
};

struct CpuSiteAccumulator::Tile {
  std::int32_t absBits[kTile], absRow[kTile];
  float min[kTile], max[kTile], clean[kTile];
  double sum[kTile], sumAbs[kTile], sumSq[kTile];
  Batch::Found* found;
  std::uint32_t* tokenMax;
};

CpuSiteAccumulator::CpuSiteAccumulator(std::int64_t channels, const ReductionSpec& spec) : m_spec(spec) {
  m_result.channels = channels;
  const auto count = static_cast<std::size_t>(channels);
  if (spec.range) {
    m_result.absmax.assign(count, 0.0f);
    m_result.min.assign(count, std::numeric_limits<float>::infinity());
    m_result.max.assign(count, -std::numeric_limits<float>::infinity());
    m_result.absmaxToken.assign(count, -1);
  }
  if (spec.moments) {
    m_result.sum.resize(count);
    m_result.sumAbs.resize(count);
    m_result.sumSq.resize(count);
  }
  if (spec.histogram) m_result.histogram.resize(count * kHistogramBins);
  if (spec.gram) m_gram = std::make_shared<GramTiles>(channels, spec.scratchFolder);
}

SiteReductions CpuSiteAccumulator::read() {
  std::sort(m_result.tokenAbsmax.begin(), m_result.tokenAbsmax.end());
  sortRows(m_result);
  m_result.gram = std::move(m_gram);
  return std::move(m_result);
}

void CpuSiteAccumulator::accumulate(Parallel& parallel, const float* x, const SequenceLayout& layout,
                                    std::int64_t firstToken) {
  Batch batch{x, layout, firstToken, layout.rows(), m_result.channels};
  if (batch.rows == 0) return;
  const std::int64_t tiles = (batch.channels + kTile - 1) / kTile;
  batch.found.resize(static_cast<std::size_t>(tiles));
  if (m_spec.tokenAbsmax) batch.tileTokenMax.resize(static_cast<std::size_t>(tiles * batch.rows));
  if (m_spec.extremes > 0 && m_result.extremes.size() == static_cast<std::size_t>(m_spec.extremes)) {
    batch.extremeFloor = std::bit_cast<std::uint32_t>(std::fabs(m_result.extremes.back().value));
  }
  std::vector<Tile> work(static_cast<std::size_t>(parallel.threads()));
  parallel.forEach(tiles, [&](std::int64_t tile, int worker) {
    Tile& own = work[static_cast<std::size_t>(worker)];
    own.found = &batch.found[static_cast<std::size_t>(tile)];
    own.tokenMax = m_spec.tokenAbsmax ? batch.tileTokenMax.data() + tile * batch.rows : nullptr;
    reduceTile(batch, tile, own);
  });
  collect(batch);
  keepRows(batch);
  if (m_spec.gram) addGram(parallel, batch);
  m_result.tokens += batch.rows;
}

// The row's slice with NaN and infinities counted and replaced by 0.
const float* CpuSiteAccumulator::finiteRow(const Batch& batch, std::int64_t row, std::int64_t first, std::int64_t count,
                                           Tile& work) const {
  const float* x = batch.x + row * batch.channels + first;
  for (std::int64_t c = 0; c < count; ++c) {
    work.clean[c] = std::isfinite(x[c]) ? x[c] : 0.0f;
    if (std::isfinite(x[c])) continue;
    if (work.found->nonFinite++ == 0) {
      work.found->token = batch.firstToken + row;
      work.found->channel = static_cast<std::int32_t>(first + c);
    }
  }
  return work.clean;
}

void CpuSiteAccumulator::reduceTile(const Batch& batch, std::int64_t tile, Tile& work) {
  const Kernels& k = kernels();
  const std::int64_t first = tile * kTile, count = std::min(kTile, batch.channels - first);
  std::fill_n(work.absBits, count, -1);
  std::fill_n(work.min, count, std::numeric_limits<float>::infinity());
  std::fill_n(work.max, count, -std::numeric_limits<float>::infinity());
  std::vector<Extreme>& extremes = work.found->extremes;
  std::uint32_t floor = batch.extremeFloor;
  for (std::int64_t s = 0; s < batch.layout.sequences(); ++s) {
    std::fill_n(work.sum, count, 0.0);
    std::fill_n(work.sumAbs, count, 0.0);
    std::fill_n(work.sumSq, count, 0.0);
    const std::int64_t end = batch.layout.starts[static_cast<std::size_t>(s) + 1];
    for (std::int64_t row = batch.layout.starts[static_cast<std::size_t>(s)]; row < end; ++row) {
      const float* x = batch.x + row * batch.channels + first;
      std::uint32_t top = k.absMaxBits(x, count);
      if (top >= kInfinityBits) {
        x = finiteRow(batch, row, first, count, work);
        top = k.absMaxBits(x, count);
      }
      if (m_spec.range) {
        k.rangeRow(x, count, static_cast<std::int32_t>(row), work.absBits, work.absRow, work.min, work.max);
      }
      if (m_spec.moments) k.momentsRow(x, count, work.sum, work.sumAbs, work.sumSq);
      if (m_spec.histogram) k.histogramRow(x, count, m_result.histogram.data() + first * kHistogramBins);
      if (work.tokenMax != nullptr) work.tokenMax[row] = top;
      if (m_spec.extremes == 0 || top < floor) continue;
      for (std::int64_t c = 0; c < count; ++c) {
        if ((std::bit_cast<std::uint32_t>(x[c]) & 0x7FFFFFFFu) < floor) continue;
        extremes.push_back({x[c], static_cast<std::int32_t>(first + c), batch.firstToken + row});
      }
      if (extremes.size() >= 2 * static_cast<std::size_t>(m_spec.extremes) + static_cast<std::size_t>(kTile)) {
        keepLargest(extremes, m_spec.extremes);
        floor = std::max(floor, std::bit_cast<std::uint32_t>(std::fabs(extremes.back().value)));
      }
    }
    for (std::int64_t c = 0; m_spec.moments && c < count; ++c) {
      m_result.sum[static_cast<std::size_t>(first + c)].add(work.sum[c]);
      m_result.sumAbs[static_cast<std::size_t>(first + c)].add(work.sumAbs[c]);
      m_result.sumSq[static_cast<std::size_t>(first + c)].add(work.sumSq[c]);
    }
  }
  if (m_spec.range) mergeTile(batch, first, count, work);
}

void CpuSiteAccumulator::mergeTile(const Batch& batch, std::int64_t first, std::int64_t count, Tile& work) {
  for (std::int64_t c = 0; c < count; ++c) {
    const auto at = static_cast<std::size_t>(first + c);
    const float absmax = absOfBits(work.absBits[c]);
    const std::int64_t token = batch.firstToken + work.absRow[c];
    const bool none = m_result.absmaxToken[at] < 0;
    if (none || absmax > m_result.absmax[at] || (absmax == m_result.absmax[at] && token < m_result.absmaxToken[at])) {
      m_result.absmax[at] = absmax;
      m_result.absmaxToken[at] = token;
    }
    // Adding 0 turns -0 into +0, so that the order of arrival can't show in the sign.
    m_result.min[at] = std::min(m_result.min[at], work.min[c] + 0.0f);
    m_result.max[at] = std::max(m_result.max[at], work.max[c] + 0.0f);
  }
}

// What tiles found, put together.
void CpuSiteAccumulator::collect(Batch& batch) {
  for (const Batch::Found& found : batch.found) {
    m_result.extremes.insert(m_result.extremes.end(), found.extremes.begin(), found.extremes.end());
    if (found.nonFinite == 0) continue;
    m_result.nonFinite += found.nonFinite;
    if (m_result.firstNonFiniteToken < 0 || found.token < m_result.firstNonFiniteToken) {
      m_result.firstNonFiniteToken = found.token;
      m_result.firstNonFiniteChannel = found.channel;
    }
  }
  keepLargest(m_result.extremes, m_spec.extremes);
  if (!m_spec.tokenAbsmax) return;
  for (std::int64_t row = 0; row < batch.rows; ++row) {
    std::uint32_t top = 0;
    for (std::size_t tile = 0; tile < batch.found.size(); ++tile) {
      top = std::max(top,
                     batch.tileTokenMax[tile * static_cast<std::size_t>(batch.rows) + static_cast<std::size_t>(row)]);
    }
    m_result.tokenAbsmax.emplace_back(batch.firstToken + row, std::bit_cast<float>(top));
  }
}

void CpuSiteAccumulator::keepRows(const Batch& batch) {
  const auto& wanted = m_spec.sampleRows;
  auto next = std::lower_bound(wanted.begin(), wanted.end(), batch.firstToken);
  for (; next != wanted.end() && *next < batch.firstToken + batch.rows; ++next) {
    const float* x = batch.x + (*next - batch.firstToken) * batch.channels;
    float top = 0;
    for (std::int64_t c = 0; c < batch.channels; ++c) {
      if (std::isfinite(x[c])) top = std::max(top, std::fabs(x[c]));
    }
    const std::int32_t exponent = rowExponent(top);
    const float factor = std::ldexp(1.0f, -exponent);
    m_result.rowTokens.push_back(*next);
    m_result.rowExponents.push_back(exponent);
    for (std::int64_t c = 0; c < batch.channels; ++c) {
      m_result.rows.push_back(floatToFp16(std::isfinite(x[c]) ? x[c] * factor : 0.0f));
    }
  }
}

// Upper triangle in tiles; each sequence's fp32 tile is added in float64, in the order of the sequences.
void CpuSiteAccumulator::addGram(Parallel& parallel, const Batch& batch) {
  const std::int64_t channels = batch.channels;
  std::vector<std::vector<double>> buffers(static_cast<std::size_t>(parallel.threads()));
  parallel.forEach(m_gram->count(), [&](std::int64_t item, int worker) {
    const GramTiles::Tile tile = m_gram->tile(item);
    double* sums = m_gram->load(tile, buffers[static_cast<std::size_t>(worker)]);
    float* product = parallel.scratch(worker, 0, static_cast<std::size_t>(tile.size()));
    for (std::int64_t s = 0; s < batch.layout.sequences(); ++s) {
      parallel.checkCancelled();
      const float* x = batch.x + batch.layout.starts[static_cast<std::size_t>(s)] * channels;
      cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, static_cast<int>(tile.rows), static_cast<int>(tile.columns),
                  static_cast<int>(batch.layout.length(s)), 1.0f, x + tile.firstRow, static_cast<int>(channels),
                  x + tile.firstColumn, static_cast<int>(channels), 0.0f, product, static_cast<int>(tile.columns));
      for (std::int64_t k = 0; k < tile.size(); ++k) sums[k] += product[k];
    }
    m_gram->store(tile, sums);
  });
}

}  // namespace oscope::compute::cpu
