#include <gtest/gtest.h>

#include "tests/calibration/kill_runs.h"
#include "tests/support/test_data.h"

namespace oscope::test {
namespace {

TEST(ManyKills, TwentyWithEveryBlockDurable) {
  const ScratchFolder folder;
  expectSameHashAfterKills(folder.path(), 20, 0, 1);
}

TEST(ManyKills, TwentyWithReplayedBlocks) {
  const ScratchFolder folder;
  expectSameHashAfterKills(folder.path(), 20, 0.05, 2);
}

}  // namespace
}  // namespace oscope::test
