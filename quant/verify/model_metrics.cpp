#include "quant/verify/model_metrics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/base/error.h"

namespace oscope::quant {
namespace {

double mean(const std::vector<double>& values) {
  return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

/// std / sqrt(n) of the means of windows; 0 for one window.
double standardError(const std::vector<double>& values) {
  const double center = mean(values);
  double squares = 0;
  for (const double value : values) squares += (value - center) * (value - center);
  return values.empty() ? 0 : std::sqrt(squares) / static_cast<double>(values.size());
}

}  // namespace

double perplexityOf(const std::vector<double>& nllPerWindow) {
  return std::exp(mean(nllPerWindow));
}

void ModelMetrics::addTokens(const compute::LogitComparison& tokens) {
  m_nllA += sum(tokens.nllA);
  m_nllB += sum(tokens.nllB);
  m_kl += sum(tokens.klAB);
  for (const double kl : tokens.klAB) m_measure.klMax = std::max(m_measure.klMax, kl);
  for (std::size_t i = 0; i < tokens.argmaxA.size(); ++i) m_agreeing += tokens.argmaxA[i] == tokens.argmaxB[i] ? 1 : 0;
  m_windowTokens += static_cast<std::int64_t>(tokens.klAB.size());
}

void ModelMetrics::endWindow() {
  const auto targets = static_cast<double>(std::max<std::int64_t>(m_windowTokens - 1, 1));
  m_floatNll.push_back(m_nllA / targets);
  m_measure.nllPerWindow.push_back(m_nllB / targets);
  m_measure.klPerWindow.push_back(m_kl / static_cast<double>(std::max<std::int64_t>(m_windowTokens, 1)));
  if (!std::isfinite(m_nllA) || !std::isfinite(m_nllB) || !std::isfinite(m_kl)) {
    throw Error(ErrorCode::NonFinite, m_measure.name + ", window " + std::to_string(m_measure.nllPerWindow.size() - 1),
                "logits are not finite", "look at the ranges of the last blocks");
  }
  m_tokens += m_windowTokens;
  m_nllA = m_nllB = m_kl = 0;
  m_windowTokens = 0;
}

ModelMeasure ModelMetrics::result() const {
  ModelMeasure measure = m_measure;
  measure.perplexity = perplexityOf(measure.nllPerWindow);
  measure.klMean = mean(measure.klPerWindow);
  measure.klStandardError = standardError(measure.klPerWindow);
  measure.top1Agreement = m_tokens > 0 ? static_cast<double>(m_agreeing) / static_cast<double>(m_tokens) : 0;
  return measure;
}

}  // namespace oscope::quant
