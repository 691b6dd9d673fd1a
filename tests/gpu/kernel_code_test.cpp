// Which GPUs run which code: asked before the first kernel would be refused.
#include "gpu/kernel_code.h"

#include <gtest/gtest.h>

namespace oscope::gpu {
namespace {

TEST(KernelCode, MachineCodeRunsWithinItsMajorVersion) {
  EXPECT_TRUE(runsCodeFor("80-real", 80));
  EXPECT_TRUE(runsCodeFor("80-real", 89));
  EXPECT_FALSE(runsCodeFor("86-real", 80));
  EXPECT_FALSE(runsCodeFor("90-real", 89));
  EXPECT_FALSE(runsCodeFor("90-real", 100));
  EXPECT_FALSE(runsCodeFor("90a-real", 100));
}

TEST(KernelCode, PtxRunsOnEverythingLater) {
  for (const char* architecture : {"90", "90-virtual"}) {
    EXPECT_FALSE(runsCodeFor(architecture, 89));
    EXPECT_TRUE(runsCodeFor(architecture, 90));
    EXPECT_TRUE(runsCodeFor(architecture, 120));
  }
}

TEST(KernelCode, OneArchitectureOfAListIsEnough) {
  for (const int capability : {80, 86, 87, 89, 90, 100, 103, 110, 120}) {
    EXPECT_TRUE(runsAnyCodeFor("80-real,86-real,89-real,90,100-real,120", capability)) << capability;
  }
  EXPECT_FALSE(runsAnyCodeFor("80-real,90-real", 75));
  EXPECT_FALSE(runsAnyCodeFor("90-real", 86));
  EXPECT_TRUE(runsAnyCodeFor("native", 86));
}

}  // namespace
}  // namespace oscope::gpu
