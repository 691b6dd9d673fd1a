// How well predicted and measured SQNR agree: what a user may rely on before anything has run.
#pragma once

#include <optional>
#include <vector>

#include "quant/verify/verify.h"

namespace oscope::quant {

/// Over the sites that have both figures, finite. `correlation` (Pearson's r of the two in dB) is empty for fewer than
/// three sites or where one of them doesn't vary.
struct Agreement {
  std::int64_t sites = 0;
  std::optional<double> correlation;
  double meanAbsDb = 0, largestDb = 0;  ///< of measured - predicted
  SiteId largestAt;                     ///< where it differs most
};

Agreement agreementOf(const std::vector<SiteMeasure>& sites);

/// The larger one; NaN, which compares with nothing, is the largest of all.
double largerOrNaN(double a, double b);
/// The largest integerMaxRelative of all linears; empty where none was compared, not finite where one is not.
std::optional<double> largestIntegerDifference(const std::vector<SiteMeasure>& sites);

}  // namespace oscope::quant
