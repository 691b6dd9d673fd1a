// Perplexity, KL divergence and top-1 agreement out of per-token figures.
#pragma once

#include <string>
#include <vector>

#include "analysis/compute/backend.h"
#include "quant/verify/verify.h"

namespace oscope::quant {

/// Perplexity: exp of the mean over windows of the mean cross entropy of a window's T - 1 targets.
double perplexityOf(const std::vector<double>& nllPerWindow);

/// Collects one contender against float, window by window. KL(float || quantized) in nats counts every position;
/// its standard error is over window means, since positions of a window are correlated.
class ModelMetrics {
 public:
  explicit ModelMetrics(std::string name) { m_measure.name = std::move(name); }

  /// Consecutive pieces of one window.
  void addTokens(const compute::LogitComparison& tokens);
  /// The window is complete.
  void endWindow();

  /// Of float, as the same comparisons saw it.
  const std::vector<double>& floatNllPerWindow() const { return m_floatNll; }
  ModelMeasure result() const;

 private:
  ModelMeasure m_measure;
  std::vector<double> m_floatNll;
  double m_nllA = 0, m_nllB = 0, m_kl = 0;
  std::int64_t m_windowTokens = 0, m_tokens = 0, m_agreeing = 0;
};

}  // namespace oscope::quant
