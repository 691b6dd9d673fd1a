#include "quant/memory/deploy_stages.h"

#include <gtest/gtest.h>

#include "analysis/base/error.h"

namespace oscope::quant {
namespace {

TEST(DeployStages, TheSlidesHundredGigabytes) {
  const MoveTimes times = timesToMove(100e9, {});
  EXPECT_NEAR(times.gpu, 0.2, 0.05);
  EXPECT_NEAR(times.host, 8.3, 0.05);
  EXPECT_NEAR(times.disk, 50, 0.5);
}

TEST(DeployStages, AStepReadsWeightsScalesAndCacheButNoActivations) {
  MemoryEstimate estimate;
  estimate.weightBytes = 3e9;
  estimate.scaleBytes = 1e9;
  estimate.kvBytes = 4e9;
  estimate.activationBytes = 50e9;
  EXPECT_DOUBLE_EQ(secondsPerStep(estimate, 2e9), 4);
}

TEST(DeployStages, ARateOfZeroIsRefused) {
  EXPECT_THROW(timesToMove(1, {1, 0, 1}), Error);
  EXPECT_THROW(secondsPerStep({}, -1), Error);
}

// FPTQ, Table 1: SmoothQuant is W8A8, GPTQ and AWQ are W4A16, FPTQ is W4A8.
TEST(DeployStages, TableOneOfThePaper) {
  struct Row {
    const char* scheme;
    bool context, self;
  };
  for (const Row& row :
       {Row{"W8A8", true, false}, Row{"W4A16", false, true}, Row{"W4A8", true, true}, Row{"W16A16", false, false}}) {
    const MemoryScheme scheme = parseMemoryScheme(row.scheme);
    EXPECT_EQ(contextDecoding(scheme).faster, row.context) << row.scheme;
    EXPECT_EQ(selfDecoding(scheme).faster, row.self) << row.scheme;
    EXPECT_FALSE(contextDecoding(scheme).reason.empty());
  }
}

}  // namespace
}  // namespace oscope::quant
