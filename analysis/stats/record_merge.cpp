#include "analysis/stats/record_merge.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "analysis/base/error.h"

namespace oscope::stats {
namespace {

template <typename T>
void addAll(std::vector<T>& into, const std::vector<T>& other) {
  for (std::size_t i = 0; i < into.size(); ++i) into[i] += other[i];
}

void addSums(std::vector<compute::ExactSum>& into, const std::vector<compute::ExactSum>& other) {
  for (std::size_t i = 0; i < into.size(); ++i) into[i].add(other[i]);
}

void mergeRanges(SiteStats& into, const SiteStats& other) {
  for (std::size_t j = 0; j < into.absmax.size(); ++j) {
    // On a tie the earlier token stays, and `other` comes later.
    if (other.absmax[j] > into.absmax[j]) {
      into.absmax[j] = other.absmax[j];
      into.absmaxToken[j] = other.absmaxToken[j];
    }
    into.min[j] = std::min(into.min[j], other.min[j]);
    into.max[j] = std::max(into.max[j], other.max[j]);
  }
}

void mergeExtremes(std::vector<compute::Extreme>& into, const std::vector<compute::Extreme>& other, std::int64_t kept) {
  into.insert(into.end(), other.begin(), other.end());
  std::sort(into.begin(), into.end(), [](const compute::Extreme& a, const compute::Extreme& b) {
    const float sizeA = std::fabs(a.value), sizeB = std::fabs(b.value);
    if (sizeA != sizeB) return sizeA > sizeB;
    return a.token != b.token ? a.token < b.token : a.channel < b.channel;
  });
  if (static_cast<std::int64_t>(into.size()) > kept) into.resize(static_cast<std::size_t>(kept));
}

void mergeRows(SiteDetail& into, const SiteDetail& other, std::int64_t channels, const RowSampleRule& rule) {
  std::map<std::int64_t, const float*> rowOf;
  for (std::size_t r = 0; r < into.rowTokens.size(); ++r) rowOf[into.rowTokens[r]] = &into.rows[r * channels];
  for (std::size_t r = 0; r < other.rowTokens.size(); ++r) rowOf[other.rowTokens[r]] = &other.rows[r * channels];
  std::vector<std::int64_t> tokens;
  for (const auto& entry : rowOf) tokens.push_back(entry.first);
  tokens = rule.choose(std::move(tokens));
  std::vector<float> rows;
  for (const std::int64_t token : tokens) rows.insert(rows.end(), rowOf[token], rowOf[token] + channels);
  into.rowTokens = std::move(tokens);
  into.rows = std::move(rows);
}

/// Both come from one model with one set of observers, so all sizes must be alike.
void checkAlike(const SiteRecord& a, const SiteRecord& b) {
  const SiteDetail &da = a.detail, &db = b.detail;
  const bool alike = a.stats.id == b.stats.id && a.stats.channels == b.stats.channels &&
                     a.stats.absmax.size() == b.stats.absmax.size() &&
                     a.stats.tokenAbsmax.empty() == b.stats.tokenAbsmax.empty() &&
                     a.stats.readers.size() == b.stats.readers.size() && da.sum.size() == db.sum.size() &&
                     da.histogram.size() == db.histogram.size() && da.gram.size() == db.gram.size() &&
                     da.outputEnergy.size() == db.outputEnergy.size() && da.weightRows == db.weightRows;
  if (!alike) {
    throw Error(ErrorCode::Mismatch, toString(b.stats.id), "the shards don't belong together: sizes or weights differ",
                "merge shards of one model, one data set and one set of observers");
  }
}

float ratio(const compute::ExactSum& sum, std::int64_t tokens) {
  return static_cast<float>(sum.value() / static_cast<double>(tokens));
}

}  // namespace

void deriveMeans(SiteRecord& record) {
  SiteStats& stats = record.stats;
  const SiteDetail& detail = record.detail;
  const std::size_t channels = detail.sum.size();
  stats.mean.resize(channels);
  stats.meanAbs.resize(channels);
  stats.rms.resize(channels);
  for (std::size_t j = 0; j < channels; ++j) {
    stats.mean[j] = ratio(detail.sum[j], stats.tokens);
    stats.meanAbs[j] = ratio(detail.sumAbs[j], stats.tokens);
    stats.rms[j] = static_cast<float>(std::sqrt(detail.sumSq[j].value() / static_cast<double>(stats.tokens)));
  }
}

void deriveWeightedHistogram(SiteRecord& record) {
  record.stats.weightedHistogram.clear();
  const std::vector<std::uint32_t>& histogram = record.detail.histogram;
  if (histogram.empty() || record.stats.readers.empty()) return;
  std::vector<double> total(compute::kHistogramBins, 0.0);
  for (std::int64_t j = 0; j < record.stats.channels; ++j) {
    double weight = 0;
    for (const ReaderStats& reader : record.stats.readers) {
      if (reader.columnNorms.empty()) return;
      const double norm = reader.columnNorms[static_cast<std::size_t>(j)];
      weight += norm * norm;
    }
    for (int bin = 0; bin < compute::kHistogramBins; ++bin) {
      total[static_cast<std::size_t>(bin)] +=
          weight * histogram[static_cast<std::size_t>(j * compute::kHistogramBins + bin)];
    }
  }
  record.stats.weightedHistogram = std::move(total);
}

void mergeRecord(SiteRecord& into, const SiteRecord& other, std::int64_t extremesKept, const RowSampleRule& rows) {
  checkAlike(into, other);
  mergeRanges(into.stats, other.stats);
  into.stats.tokens += other.stats.tokens;
  addSums(into.detail.sum, other.detail.sum);
  addSums(into.detail.sumAbs, other.detail.sumAbs);
  addSums(into.detail.sumSq, other.detail.sumSq);
  if (!into.detail.sum.empty()) deriveMeans(into);
  into.stats.tokenAbsmax.insert(into.stats.tokenAbsmax.end(), other.stats.tokenAbsmax.begin(),
                                other.stats.tokenAbsmax.end());
  mergeExtremes(into.stats.extremes, other.stats.extremes, extremesKept);
  addSums(into.detail.outputEnergy, other.detail.outputEnergy);
  for (std::size_t r = 0; r < into.detail.outputEnergy.size(); ++r) {
    into.stats.readers[r].outputEnergy = into.detail.outputEnergy[r].value();
  }
  addAll(into.detail.histogram, other.detail.histogram);
  deriveWeightedHistogram(into);
  mergeRows(into.detail, other.detail, into.stats.channels, rows);
  addAll(into.detail.gram, other.detail.gram);
}

}  // namespace oscope::stats
