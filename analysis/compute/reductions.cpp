#include "analysis/compute/reductions.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "analysis/base/error.h"
#include "analysis/compute/extremes.h"

namespace oscope::compute {
namespace {

template <typename T>
void addInto(std::vector<T>& into, const std::vector<T>& other) {
  for (std::size_t i = 0; i < into.size(); ++i) into[i] += other[i];
}

void addInto(std::vector<ExactSum>& into, const std::vector<ExactSum>& other) {
  for (std::size_t i = 0; i < into.size(); ++i) into[i].add(other[i]);
}

void mergeRange(SiteReductions& into, const SiteReductions& other) {
  for (std::size_t c = 0; c < into.absmax.size(); ++c) {
    const bool earlier = other.absmaxToken[c] < into.absmaxToken[c];
    if (other.absmax[c] > into.absmax[c] || (other.absmax[c] == into.absmax[c] && earlier)) {
      into.absmax[c] = other.absmax[c];
      into.absmaxToken[c] = other.absmaxToken[c];
    }
    into.min[c] = std::min(into.min[c], other.min[c]);
    into.max[c] = std::max(into.max[c], other.max[c]);
  }
}

void mergeRows(SiteReductions& into, const SiteReductions& other) {
  into.rowTokens.insert(into.rowTokens.end(), other.rowTokens.begin(), other.rowTokens.end());
  into.rowExponents.insert(into.rowExponents.end(), other.rowExponents.begin(), other.rowExponents.end());
  into.rows.insert(into.rows.end(), other.rows.begin(), other.rows.end());
  sortRows(into);
}

}  // namespace

int histogramBin(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value) & 0x7FFFFFFFu;
  const int exponent = static_cast<int>(bits >> 23) - 127;
  const int half = (bits & 0x7FFFFFu) >= 0x3504F4u ? 1 : 0;  // the first float above sqrt(2)
  return std::clamp(41 + 2 * exponent + half, 0, kHistogramBins - 1);
}

double histogramEdge(int bin) {
  if (bin <= 0) return 0.0;
  if (bin >= kHistogramBins) return std::numeric_limits<double>::infinity();
  return std::exp2(0.5 * (bin - 41));
}

void keepLargest(std::vector<Extreme>& extremes, int kept) {
  const auto count = std::min(extremes.size(), static_cast<std::size_t>(std::max(kept, 0)));
  std::partial_sort(extremes.begin(), extremes.begin() + static_cast<std::ptrdiff_t>(count), extremes.end(), isLarger);
  extremes.resize(count);
}

void sortRows(SiteReductions& reductions) {
  if (std::is_sorted(reductions.rowTokens.begin(), reductions.rowTokens.end())) return;
  std::vector<std::size_t> order(reductions.rowTokens.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return reductions.rowTokens[a] < reductions.rowTokens[b]; });
  const auto width = static_cast<std::size_t>(reductions.channels);
  SiteReductions sorted;
  for (std::size_t from : order) {
    sorted.rowTokens.push_back(reductions.rowTokens[from]);
    sorted.rowExponents.push_back(reductions.rowExponents[from]);
    const auto first = reductions.rows.begin() + static_cast<std::ptrdiff_t>(from * width);
    sorted.rows.insert(sorted.rows.end(), first, first + static_cast<std::ptrdiff_t>(width));
  }
  reductions.rowTokens = std::move(sorted.rowTokens);
  reductions.rowExponents = std::move(sorted.rowExponents);
  reductions.rows = std::move(sorted.rows);
}

void merge(SiteReductions& into, const SiteReductions& other, int extremesKept) {
  if (other.tokens == 0) return;
  if (into.tokens == 0) {
    into = other;
    keepLargest(into.extremes, extremesKept);
    return;
  }
  if (into.channels != other.channels || into.absmax.size() != other.absmax.size() ||
      into.sum.size() != other.sum.size() || into.histogram.size() != other.histogram.size() ||
      (into.gram == nullptr) != (other.gram == nullptr)) {
    throw Error(ErrorCode::Mismatch, "statistics of a site", "the parts hold different channels or reductions",
                "merge statistics of one model that were made with the same observers");
  }
  mergeRange(into, other);
  addInto(into.sum, other.sum);
  addInto(into.sumAbs, other.sumAbs);
  addInto(into.sumSq, other.sumSq);
  addInto(into.histogram, other.histogram);
  if (into.gram != nullptr) into.gram = sumOf(into.gram, other.gram);
  into.tokens += other.tokens;

  into.tokenAbsmax.insert(into.tokenAbsmax.end(), other.tokenAbsmax.begin(), other.tokenAbsmax.end());
  std::sort(into.tokenAbsmax.begin(), into.tokenAbsmax.end());
  into.extremes.insert(into.extremes.end(), other.extremes.begin(), other.extremes.end());
  keepLargest(into.extremes, extremesKept);
  mergeRows(into, other);

  if (other.nonFinite > 0 && (into.nonFinite == 0 || other.firstNonFiniteToken < into.firstNonFiniteToken)) {
    into.firstNonFiniteToken = other.firstNonFiniteToken;
    into.firstNonFiniteChannel = other.firstNonFiniteChannel;
  }
  into.nonFinite += other.nonFinite;
}

}  // namespace oscope::compute
