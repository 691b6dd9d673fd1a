#include "quant/transform/channel_scale.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace oscope::quant {

float laeScale(float absmax, const LaeOptions& options) {
  if (absmax < std::numeric_limits<float>::min()) return 1.0f;
  const double m = absmax;
  const double mapped = std::log2(2.0 + m);
  double scale = 0;
  if (options.reading == LaeOptions::Reading::Scale) {
    scale = std::pow(m / mapped, options.alpha);
  } else {
    scale = options.alpha == 1.0 ? m / mapped : m / std::pow(mapped, options.alpha);
  }
  if (options.neverAmplify) scale = std::max(scale, 1.0);
  return static_cast<float>(scale);
}

bool channelsShareRows(const stats::SiteStats& site) {
  return std::set<std::int32_t>(site.foldRows.begin(), site.foldRows.end()).size() < site.foldRows.size();
}

std::vector<float> sharedAbsmax(const stats::SiteStats& site) {
  if (site.foldRows.empty()) return site.absmax;
  std::vector<float> ofRow;
  for (std::size_t j = 0; j < site.absmax.size(); ++j) {
    const auto row = static_cast<std::size_t>(site.foldRows[j]);
    if (row >= ofRow.size()) ofRow.resize(row + 1);
    ofRow[row] = std::max(ofRow[row], site.absmax[j]);
  }
  std::vector<float> shared;
  for (std::int32_t row : site.foldRows) shared.push_back(ofRow[static_cast<std::size_t>(row)]);
  return shared;
}

std::vector<float> laeScale(const stats::SiteStats& site, const LaeOptions& options) {
  std::vector<float> scale = sharedAbsmax(site);
  for (float& value : scale) value = laeScale(value, options);
  return scale;
}

double rangeAfter(const stats::SiteStats& site, const std::vector<float>& scale) {
  if (scale.empty()) return site.range();
  double range = 0;
  for (std::size_t j = 0; j < scale.size(); ++j)
    range = std::max(range, static_cast<double>(site.absmax[j]) / scale[j]);
  return range;
}

std::vector<float> afterFold(std::vector<float> values, const std::vector<float>& scale) {
  for (std::size_t k = 0; !scale.empty() && k < values.size(); ++k) values[k] /= scale[k % scale.size()];
  return values;
}

float rangeWithoutFirstToken(const stats::SiteStats& site, std::int64_t length) {
  if (site.tokenAbsmax.empty() || length < 2) return site.range();
  // One value of each sequence is passed over: this runs for every site at every change of the recipe, and Eigen's
  // maximum is several times as fast as a loop that has to mind NaNs.
  const Eigen::Map<const Eigen::ArrayXf> tokens(site.tokenAbsmax.data(),
                                                static_cast<Eigen::Index>(site.tokenAbsmax.size()));
  float range = 0;
  for (Eigen::Index first = 0; first + 1 < tokens.size(); first += length) {
    range = std::max(range, tokens.segment(first + 1, std::min(length, tokens.size() - first) - 1).maxCoeff());
  }
  return range;
}

}  // namespace oscope::quant
