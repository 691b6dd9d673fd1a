#include "quant/verify/model_metrics.h"

#include <gtest/gtest.h>

#include <cmath>

#include "analysis/base/error.h"

namespace oscope::quant {
namespace {

compute::LogitComparison tokens(std::vector<double> nllA, std::vector<double> nllB, std::vector<double> kl,
                                std::vector<std::int32_t> argmaxB) {
  compute::LogitComparison comparison;
  comparison.argmaxA.assign(kl.size(), 5);
  comparison.argmaxB = std::move(argmaxB);
  comparison.nllA = std::move(nllA);
  comparison.nllB = std::move(nllB);
  comparison.klAB = std::move(kl);
  return comparison;
}

// Two windows of 3 tokens, the first in two pieces. The last token of a window has no target.
TEST(ModelMetrics, AveragesTargetsAndPositionsByWindow) {
  ModelMetrics metrics("tested");
  metrics.addTokens(tokens({1, 2}, {2, 2}, {0.1, 0.2}, {5, 4}));
  metrics.addTokens(tokens({0}, {0}, {0.3}, {5}));
  metrics.endWindow();
  metrics.addTokens(tokens({3, 4, 0}, {3, 5, 0}, {0.4, 0.5, 0.6}, {5, 5, 5}));
  metrics.endWindow();

  EXPECT_EQ(metrics.floatNllPerWindow(), (std::vector<double>{1.5, 3.5}));
  const ModelMeasure measure = metrics.result();
  EXPECT_EQ(measure.name, "tested");
  EXPECT_DOUBLE_EQ(measure.perplexity, std::exp((2.0 + 4.0) / 2));
  EXPECT_DOUBLE_EQ(measure.klMean, (0.2 + 0.5) / 2);
  // std of {0.2, 0.5} over sqrt(2), population form as in the goldens.
  EXPECT_NEAR(measure.klStandardError, 0.15 / std::sqrt(2.0), 1e-15);
  EXPECT_DOUBLE_EQ(measure.klMax, 0.6);
  EXPECT_DOUBLE_EQ(measure.top1Agreement, 5.0 / 6);
}

TEST(ModelMetrics, NonFiniteLogitsNameTheWindow) {
  ModelMetrics metrics("tested");
  metrics.addTokens(tokens({1}, {1}, {0}, {5}));
  metrics.endWindow();
  metrics.addTokens(tokens({1}, {std::nan("")}, {0}, {5}));
  try {
    metrics.endWindow();
    FAIL() << "NaN passed";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::NonFinite);
    EXPECT_EQ(error.where(), "tested, window 1");
  }
}

}  // namespace
}  // namespace oscope::quant
