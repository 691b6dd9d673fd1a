#include "analysis/stats/record_merge.h"

#include <cmath>
#include <map>
#include <utility>

#include "analysis/base/error.h"

namespace oscope::stats {
namespace {

/// The part of a record that accumulators make the same way, so that one merge serves both. Token maxima and rows are
/// kept in another form in records: they are merged here.
compute::SiteReductions takeReductions(SiteRecord& record) {
  compute::SiteReductions reductions;
  reductions.channels = record.stats.channels;
  reductions.tokens = record.stats.tokens;
  reductions.absmax = std::move(record.stats.absmax);
  reductions.min = std::move(record.stats.min);
  reductions.max = std::move(record.stats.max);
  reductions.absmaxToken = std::move(record.stats.absmaxToken);
  reductions.extremes = std::move(record.stats.extremes);
  reductions.sum = std::move(record.detail.sum);
  reductions.sumAbs = std::move(record.detail.sumAbs);
  reductions.sumSq = std::move(record.detail.sumSq);
  reductions.histogram = std::move(record.detail.histogram);
  reductions.gram = std::move(record.gram);
  return reductions;
}

void putReductions(compute::SiteReductions reductions, SiteRecord& record) {
  record.stats.tokens = reductions.tokens;
  record.stats.absmax = std::move(reductions.absmax);
  record.stats.min = std::move(reductions.min);
  record.stats.max = std::move(reductions.max);
  record.stats.absmaxToken = std::move(reductions.absmaxToken);
  record.stats.extremes = std::move(reductions.extremes);
  record.detail.sum = std::move(reductions.sum);
  record.detail.sumAbs = std::move(reductions.sumAbs);
  record.detail.sumSq = std::move(reductions.sumSq);
  record.detail.histogram = std::move(reductions.histogram);
  record.gram = std::move(reductions.gram);
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
  const bool alike = a.stats.id == b.stats.id && a.stats.tokenAbsmax.empty() == b.stats.tokenAbsmax.empty() &&
                     a.stats.readers.size() == b.stats.readers.size() &&
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

void mergeRecord(SiteRecord& into, SiteRecord other, std::int64_t extremesKept, const RowSampleRule& rows) {
  checkAlike(into, other);
  compute::SiteReductions merged = takeReductions(into);
  compute::merge(merged, takeReductions(other), static_cast<int>(extremesKept));
  putReductions(std::move(merged), into);
  if (!into.detail.sum.empty()) deriveMeans(into);
  into.stats.tokenAbsmax.insert(into.stats.tokenAbsmax.end(), other.stats.tokenAbsmax.begin(),
                                other.stats.tokenAbsmax.end());
  for (std::size_t r = 0; r < into.detail.outputEnergy.size(); ++r) {
    into.detail.outputEnergy[r].add(other.detail.outputEnergy[r]);
    into.stats.readers[r].outputEnergy = into.detail.outputEnergy[r].value();
  }
  deriveWeightedHistogram(into);
  mergeRows(into.detail, other.detail, into.stats.channels, rows);
}

}  // namespace oscope::stats
