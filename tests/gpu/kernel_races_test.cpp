// The race checker: what CUDA leaves unordered between threads of a block is reported, what it orders is not.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "tests/gpu/emulation/cuda_emulation.h"
#include "tests/gpu/emulation/thread_races.h"

namespace {
bool g_watching = false;
int g_reports = 0;
}  // namespace

#if defined(OSCOPE_RACES)
// The thread sanitizer's hook for each report; the result says whether to hold it back.
namespace __tsan {
class ReportDesc;
bool OnReport(const ReportDesc*, bool suppressed);
[[gnu::no_sanitize_thread]] bool OnReport(const ReportDesc*, bool suppressed) {
  if (g_watching) ++g_reports;
  return g_watching || suppressed;
}
}  // namespace __tsan

// By default it is silent about an address for which it had a report, and shared memory is allocated again and again.
extern "C" const char* __tsan_default_options();
extern "C" const char* __tsan_default_options() {
  return "suppress_equal_addresses=0:suppress_equal_stacks=0:halt_on_error=1";
}
#endif

namespace oscope::test {
namespace {

constexpr int kThreads = 64;

/// Whether running `body` in `blocks` blocks is reported, under any schedule.
template <typename Body>
bool races(const Body& body, unsigned blocks = 1) {
  g_reports = 0;
  g_watching = true;
  for (const Schedule schedule : {Schedule{}, Schedule{true, false}, Schedule{false, true}, Schedule{true, true}}) {
    runKernel(blocks, kThreads, 4096, schedule, body);
  }
  g_watching = false;
  return g_reports > 0;
}

struct KernelRaces : testing::Test {
  void SetUp() override {
    if (!kSeesRaces) GTEST_SKIP() << "built without the thread sanitizer (preset dev-tsan)";
  }
};

unsigned own() {
  return threadIdx.x;
}
unsigned neighbour() {
  return (threadIdx.x + 1) % kThreads;
}
unsigned* sharedWords() {
  return static_cast<unsigned*>(launchMemory());
}

TEST_F(KernelRaces, AMissingBarrierIsReported) {
  unsigned result[kThreads];
  const auto passOn = [&](bool barrier) {
    return [&result, barrier] {
      sharedWords()[own()] = own();
      if (barrier) __syncthreads();
      result[own()] = sharedWords()[neighbour()];
    };
  };
  EXPECT_FALSE(races(passOn(true), 2));
  EXPECT_TRUE(races(passOn(false)));
}

TEST_F(KernelRaces, AStaticSharedVariableIsWatchedToo) {
  unsigned result[kThreads];
  const auto passOn = [&](bool barrier) {
    return [&result, barrier] {
      __shared__ unsigned value;
      if (own() == 0) value = blockIdx.x;
      if (barrier) __syncthreads();
      result[own()] = value;
    };
  };
  EXPECT_FALSE(races(passOn(true), 2)) << "blocks don't share it";
  EXPECT_TRUE(races(passOn(false)));
}

TEST_F(KernelRaces, ABarrierOfWarpsOrdersNoOtherWarp) {
  unsigned result[kThreads] = {};
  const auto passOn = [&](unsigned distance) {
    return [&result, distance] {
      for (unsigned round = 0; round < 3; ++round) {
        sharedWords()[own()] = round;
        __syncwarp();
        result[own()] += sharedWords()[own() ^ distance];
        __syncwarp();
      }
    };
  };
  EXPECT_FALSE(races(passOn(1)));
  EXPECT_TRUE(races(passOn(32)));
}

TEST_F(KernelRaces, AShuffleIsNoBarrier) {
  unsigned result[kThreads];
  const auto passOn = [&](auto exchange) {
    return [&result, exchange] {
      sharedWords()[own()] = own();
      exchange();
      result[own()] = sharedWords()[own() ^ 1];
    };
  };
  EXPECT_FALSE(races(passOn([] { __syncwarp(); })));
  EXPECT_TRUE(races(passOn([] { gpu::warpXor(1u, 1); })));
  EXPECT_TRUE(races(passOn([] { gpu::warpMax(1u); })));
  EXPECT_TRUE(races(passOn([] {
    std::int32_t sums[4] = {};
    gpu::multiplyAdd(sums, {}, {});
  })));
}

TEST_F(KernelRaces, AtomicsRaceWithPlainAccessesOnly) {
  unsigned count = 0, most = 0, result[kThreads];
  EXPECT_FALSE(races(
      [&] {
        atomicAdd(&count, 1u);
        atomicMax(&most, own());
      },
      2));
  EXPECT_EQ(count, 4u * 2 * kThreads);
  EXPECT_EQ(most, kThreads - 1u);
  EXPECT_TRUE(races([&] {
    atomicAdd(&count, 1u);
    if (own() == 7) count = 0;
  }));
  EXPECT_TRUE(races([&] {
    sharedWords()[own()] = 1;
    atomicAdd(&count, 1u);  // relaxed: no one may conclude from it what others wrote
    result[own()] = sharedWords()[neighbour()];
  }));
}

/// Two stages are filled in turn, and of each a thread reads what its neighbour loaded.
struct Pipeline {
  unsigned* sums;
  bool meetsAfterWait = true, meetsBeforeRefill = true;

  void operator()() const {
    static unsigned source[kThreads];
    const auto load = [&](int stage) {
      gpu::copyAsync<4>(sharedWords() + stage % 2 * kThreads + own(), source + own(), own() % 2 == 0);
      gpu::commitCopies();
    };
    load(0);
    for (int stage = 0; stage < 4; ++stage) {
      load(stage + 1);
      gpu::waitForCopies<1>();
      if (meetsAfterWait) __syncthreads();
      sums[own()] += sharedWords()[stage % 2 * kThreads + neighbour()];
      if (meetsBeforeRefill) __syncthreads();
    }
    gpu::waitForCopies<0>();
  }
};

TEST_F(KernelRaces, ACopyNeedsItsWaitAndABarrier) {
  unsigned sums[kThreads] = {};
  EXPECT_FALSE(races(Pipeline{sums}));
  EXPECT_TRUE(races(Pipeline{sums, false, true})) << "the own wait says nothing of copies of others";
  EXPECT_TRUE(races(Pipeline{sums, true, false})) << "a stage is refilled while others read it";
}

TEST_F(KernelRaces, ACopyThatNobodyWaitedForIsUnderWay) {
  unsigned result[kThreads];
  const auto passOn = [&](bool waitFirst, bool waitLast) {
    return [&result, waitFirst, waitLast] {
      static unsigned source[kThreads];
      gpu::copyAsync<4>(sharedWords() + own(), source + own(), true);
      gpu::commitCopies();
      if (waitFirst) gpu::waitForCopies<0>();
      __syncthreads();
      result[own()] = sharedWords()[neighbour()];
      __syncthreads();
      if (waitLast) gpu::waitForCopies<0>();
    };
  };
  EXPECT_FALSE(races(passOn(true, false)));
  EXPECT_TRUE(races(passOn(false, true))) << "barriers don't make it arrive";
  EXPECT_TRUE(races(passOn(false, false)));
}

TEST_F(KernelRaces, TheSourceOfACopyIsReadUntilTheWait) {
  static unsigned source[kThreads];
  const auto copy = [](bool before, bool after) {
    return [before, after] {
      source[neighbour()] = own();
      if (before) __syncthreads();
      gpu::copyAsync<4>(sharedWords() + own(), source + own(), true);
      gpu::commitCopies();
      if (!after) __syncthreads();
      gpu::waitForCopies<0>();
      if (after) __syncthreads();
      source[neighbour()] = 0;
    };
  };
  EXPECT_FALSE(races(copy(true, true)));
  EXPECT_TRUE(races(copy(false, true))) << "it was written by another thread";
  EXPECT_TRUE(races(copy(true, false))) << "it is written while the copy is under way";
}

}  // namespace
}  // namespace oscope::test
