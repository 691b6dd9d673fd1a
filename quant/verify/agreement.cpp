#include "quant/verify/agreement.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace oscope::quant {

Agreement agreementOf(const std::vector<SiteMeasure>& sites) {
  Agreement agreement;
  double sumP = 0, sumM = 0;
  std::vector<std::pair<double, double>> pairs;
  for (const SiteMeasure& site : sites) {
    if (!site.predictedDb || !std::isfinite(*site.predictedDb) || !std::isfinite(site.outputSqnrLocalDb)) continue;
    const double difference = std::abs(site.outputSqnrLocalDb - *site.predictedDb);
    if (pairs.empty() || difference > agreement.largestDb) {
      agreement.largestDb = difference;
      agreement.largestAt = site.id;
    }
    agreement.meanAbsDb += difference;
    sumP += *site.predictedDb;
    sumM += site.outputSqnrLocalDb;
    pairs.emplace_back(*site.predictedDb, site.outputSqnrLocalDb);
  }
  agreement.sites = static_cast<std::int64_t>(pairs.size());
  if (pairs.empty()) return agreement;
  const auto count = static_cast<double>(pairs.size());
  agreement.meanAbsDb /= count;
  double pp = 0, mm = 0, pm = 0;
  for (const auto& [predicted, measured] : pairs) {
    pp += (predicted - sumP / count) * (predicted - sumP / count);
    mm += (measured - sumM / count) * (measured - sumM / count);
    pm += (predicted - sumP / count) * (measured - sumM / count);
  }
  if (pairs.size() >= 3 && pp > 0 && mm > 0) agreement.correlation = pm / std::sqrt(pp * mm);
  return agreement;
}

double largerOrNaN(double a, double b) {
  return std::isnan(a) || std::isnan(b) ? std::numeric_limits<double>::quiet_NaN() : std::max(a, b);
}

std::optional<double> largestIntegerDifference(const std::vector<SiteMeasure>& sites) {
  std::optional<double> largest;
  for (const SiteMeasure& site : sites) {
    for (const LinearMeasure& linear : site.linears) {
      if (linear.integerMaxRelative) largest = largerOrNaN(largest.value_or(0), *linear.integerMaxRelative);
    }
  }
  return largest;
}

}  // namespace oscope::quant
