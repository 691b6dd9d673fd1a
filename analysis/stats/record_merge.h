// Facts of a site record that follow from others, and the merge of two records of disjoint tokens.
#pragma once

#include "analysis/stats/hdf5_store.h"
#include "analysis/stats/row_sample.h"

namespace oscope::stats {

/// mean, mean|x| and rms from the exact sums and the token count.
void deriveMeans(SiteRecord& record);
/// weightedHistogram from the histogram and the readers' column norms; left empty where one of them is missing.
void deriveWeightedHistogram(SiteRecord& record);

/// Adds `other`, whose tokens follow those of `into`. The result is what calibrating both together gives, bit for bit
/// (the Gram matrix: to float64 rounding).
void mergeRecord(SiteRecord& into, SiteRecord other, std::int64_t extremesKept, const RowSampleRule& rows);

}  // namespace oscope::stats
