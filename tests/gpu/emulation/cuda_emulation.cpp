#undef _FORTIFY_SOURCE  // its longjmp takes a change of stacks for an attack
#include "tests/gpu/emulation/cuda_emulation.h"

#include <setjmp.h>
#include <ucontext.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <stdexcept>
#include <vector>

#include "analysis/base/error.h"
#include "tests/gpu/emulation/thread_races.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace oscope::test {

Index3 currentThread, currentBlock, blockSize, gridSize;

namespace {

constexpr std::size_t kStackBytes = (kSeesRaces ? 256 : 64) * 1024;  // a report is written on the stack of its thread
constexpr unsigned kLanes = 32;

struct Copy {
  void* to;
  const void* from;
  std::size_t bytes;
  bool live;
};

void see(const Copy& copy) {
  seeCopy(copy.to, copy.live ? copy.from : nullptr, copy.bytes);
}

void carryOut(const Copy& copy) {
  see(copy);
  if (copy.live) {
    std::memcpy(copy.to, copy.from, copy.bytes);
  } else {
    std::memset(copy.to, 0, copy.bytes);
  }
}

/// memcpy behind the back of sanitizers: slots are the emulation's.
void copyUnseen(volatile unsigned char* to, const void* from, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) to[i] = static_cast<const unsigned char*>(from)[i];
}

/// Runs one thread of a block after the other: made once, entered again for the next block.
struct Fiber {
  explicit Fiber(std::size_t index) : races(index) {}

  ucontext_t context{};
  std::unique_ptr<char[]> stack{new char[kStackBytes]};
  jmp_buf place;
  bool entered = false;
  bool finished = false;
  std::uint64_t barriers = 0, exchanges = 0, warpBarriers = 0;  ///< arrivals
  RaceThread races;
  std::deque<std::vector<Copy>> groups;  ///< closed, not carried out
  std::vector<Copy> open;
  std::exception_ptr error;
};

struct Warp {
  std::uint64_t complete = 0;  ///< exchanges that all lanes have reached
  unsigned arrived = 0;
  unsigned char slots[2][kLanes][64];
};

struct Block {
  std::size_t threads = 0;
  std::vector<Warp> warps;
  std::vector<uint4> shared;
  std::uint64_t barriers = 0;
  std::size_t arrived = 0;
  Schedule schedule;
  const std::function<void()>* body = nullptr;
  ucontext_t scheduler{};
  jmp_buf place;
  std::size_t current = 0;
#if defined(__SANITIZE_ADDRESS__)
  const void* mainStack = nullptr;
  std::size_t mainStackBytes = 0;
#endif
};

Block* g_block = nullptr;
std::vector<std::unique_ptr<Fiber>> g_fibers;

#if defined(__SANITIZE_ADDRESS__)
void enterFiber(Fiber& fiber) {
  void* fake = nullptr;
  __sanitizer_start_switch_fiber(&fake, fiber.stack.get(), kStackBytes);
  swapcontext(&g_block->scheduler, &fiber.context);
  __sanitizer_finish_switch_fiber(fake, nullptr, nullptr);
}

void leaveFiber(Fiber& fiber) {
  void* fake = nullptr;
  __sanitizer_start_switch_fiber(&fake, g_block->mainStack, g_block->mainStackBytes);
  swapcontext(&fiber.context, &g_block->scheduler);
  __sanitizer_finish_switch_fiber(fake, &g_block->mainStack, &g_block->mainStackBytes);
}
#elif defined(OSCOPE_RACES)
void enterFiber(Fiber& fiber) {
  fiber.races.enter();
  swapcontext(&g_block->scheduler, &fiber.context);
}

void leaveFiber(Fiber& fiber) {
  fiber.races.leave();
  swapcontext(&fiber.context, &g_block->scheduler);
}
#else
// swapcontext asks the kernel for the signal mask at every switch: a hundred times as slow.
void enterFiber(Fiber& fiber) {
  if (_setjmp(g_block->place) != 0) return;
  if (fiber.entered) _longjmp(fiber.place, 1);
  fiber.entered = true;
  setcontext(&fiber.context);
}

void leaveFiber(Fiber& fiber) {
  if (_setjmp(fiber.place) == 0) _longjmp(g_block->place, 1);
}
#endif

void fiberMain() {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(nullptr, &g_block->mainStack, &g_block->mainStackBytes);
#endif
  Fiber& fiber = *g_fibers[g_block->current];
  for (;;) {
    try {
      (*g_block->body)();
      closeCopies();
      waitForCopies(0);  // what nobody waited for arrives all the same
    } catch (...) {
      fiber.error = std::current_exception();
    }
    fiber.finished = true;
    leaveFiber(fiber);
  }
}

Fiber& self() {
  return *g_fibers[g_block->current];
}

std::unique_ptr<Fiber> makeFiber(std::size_t index) {
  auto fiber = std::make_unique<Fiber>(index);
  getcontext(&fiber->context);
  fiber->context.uc_stack.ss_sp = fiber->stack.get();
  fiber->context.uc_stack.ss_size = kStackBytes;
  fiber->context.uc_link = nullptr;
  makecontext(&fiber->context, fiberMain, 0);
  return fiber;
}

void startFiber(Fiber& fiber) {
  fiber.finished = false;
  fiber.barriers = fiber.exchanges = fiber.warpBarriers = 0;
  fiber.groups.clear();
  fiber.open.clear();
  fiber.error = nullptr;
}

/// Copies that are under way may read and write between any two barriers.
void seePending(const Fiber& fiber) {
  if (!kSeesRaces) return;
  for (const std::vector<Copy>& group : fiber.groups) std::for_each(group.begin(), group.end(), see);
  std::for_each(fiber.open.begin(), fiber.open.end(), see);
}

/// Whether the fiber waits for others.
bool waits(const Block& block, std::size_t index) {
  const Fiber& fiber = *g_fibers[index];
  return fiber.barriers > block.barriers || fiber.exchanges > block.warps[index / kLanes].complete;
}

/// Orders a block behind the launcher and before it, however it ends.
struct BlockOfRaces {
  explicit BlockOfRaces(std::size_t threads) : count(threads) {
    launchThreads();
    for (std::size_t i = 0; i < count; ++i) g_fibers[i]->races.begin();
  }
  ~BlockOfRaces() {
    for (std::size_t i = 0; i < count; ++i) g_fibers[i]->races.finish();
    joinThreads();
  }
  std::size_t count;
};

void runBlock(Block& block) {
  const std::size_t count = block.threads;
  for (std::size_t i = 0; i < count; ++i) startFiber(*g_fibers[i]);
  std::fill(block.warps.begin(), block.warps.end(), Warp{});
  block.barriers = block.arrived = 0;
  if (!block.shared.empty()) std::memset(block.shared.data(), 0xCD, block.shared.size() * sizeof(uint4));
  const BlockOfRaces races{count};
  for (std::size_t unfinished = count; unfinished > 0;) {
    bool progress = false;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t index = block.schedule.backwards ? count - 1 - i : i;
      Fiber& fiber = *g_fibers[index];
      if (fiber.finished || waits(block, index)) continue;
      block.current = index;
      currentThread = {static_cast<unsigned>(index), 0, 0};
      enterFiber(fiber);
      progress = true;
      if (fiber.error) std::rethrow_exception(fiber.error);
      if (fiber.finished) --unfinished;
    }
    if (!progress) throw std::logic_error("threads of a block wait for one another in different places");
  }
}

}  // namespace

void blockBarrier() {
  Block& block = *g_block;
  Fiber& fiber = self();
  arriveAtBarrier(fiber.barriers++);
  if (++block.arrived == block.threads) {
    block.arrived = 0;
    ++block.barriers;
  }
  leaveFiber(fiber);
  passBarrier(fiber.barriers - 1);
  seePending(fiber);
}

void warpBarrier() {
  Fiber& fiber = self();
  const std::uint64_t turn = fiber.warpBarriers++;
  const std::size_t warp = g_block->current / kLanes;
  arriveAtBarrier(turn, warp);
  warpExchange("", 1);
  passBarrier(turn, warp);
  seePending(fiber);
}

const unsigned char (*warpExchange(const void* own, std::size_t bytes))[64] {
  Block& block = *g_block;
  Fiber& fiber = self();
  Warp& warp = block.warps[block.current / kLanes];
  const std::uint64_t turn = fiber.exchanges++;
  copyUnseen(warp.slots[turn % 2][block.current % kLanes], own, bytes);
  if (++warp.arrived == kLanes) {
    warp.arrived = 0;
    ++warp.complete;
  }
  if (fiber.exchanges > warp.complete) leaveFiber(fiber);
  return warp.slots[turn % 2];
}

void copyLater(void* to, const void* from, std::size_t bytes, bool live) {
  if (reinterpret_cast<std::uintptr_t>(to) % bytes != 0 || reinterpret_cast<std::uintptr_t>(from) % bytes != 0) {
    throw std::logic_error("an asynchronous copy is not aligned");
  }
  const Copy copy{to, from, bytes, live};
  const bool late = g_block->schedule.lateCopies;
  if (late) {
    see(copy);
  } else {
    carryOut(copy);
  }
  if (late || kSeesRaces) self().open.push_back(copy);  // races: it is under way until it is waited for
}

void closeCopies() {
  self().groups.push_back(std::move(self().open));
  self().open.clear();
}

void waitForCopies(std::size_t pending) {
  Fiber& fiber = self();
  for (; fiber.groups.size() > pending; fiber.groups.pop_front()) {
    for (const Copy& copy : fiber.groups.front()) carryOut(copy);
  }
}

void* launchMemory() {
  return g_block->shared.data();
}

namespace {
Schedule g_schedule;
std::map<std::string, std::int64_t> g_launches;
std::string g_failing;
}  // namespace

std::int64_t launchesOf(const std::string& name) {
  return g_launches[name];
}

void failNextLaunch(const std::string& name) {
  g_failing = name;
}

void checkLaunch(const char* name, std::int64_t blocks, int threads, int sharedBytes) {
  constexpr int kMostThreads = 1024, kMostShared = 99 * 1024;  // of compute capability 8.6, 8.9 and 12.0
  if (!gpu::isGrid(blocks) || threads < 1 || threads > kMostThreads || sharedBytes > kMostShared) {
    throw std::logic_error(std::string(name) + " is launched as no GPU allows");
  }
  if (g_failing == name) {
    g_failing.clear();
    throw Error(ErrorCode::OutOfMemory, name, "no memory, as the test wants it");
  }
  ++g_launches[name];
}

void setSchedule(const Schedule& schedule) {
  g_schedule = schedule;
}

const Schedule& currentSchedule() {
  return g_schedule;
}

void runKernel(unsigned blocks, unsigned threads, std::size_t sharedBytes, const Schedule& schedule,
               const std::function<void()>& body) {
  if (threads % kLanes != 0) throw std::logic_error("blocks are whole warps");
  Block block;
  block.threads = threads;
  while (g_fibers.size() < threads) g_fibers.push_back(makeFiber(g_fibers.size()));
  block.warps.resize(threads / kLanes);
  block.shared.resize((sharedBytes + sizeof(uint4) - 1) / sizeof(uint4));
  block.schedule = schedule;
  block.body = &body;
  g_block = &block;
  blockSize = {threads, 1, 1};
  gridSize = {blocks, 1, 1};
  try {
    for (unsigned i = 0; i < blocks; ++i) {
      currentBlock = {schedule.backwards ? blocks - 1 - i : i, 0, 0};
      runBlock(block);
    }
  } catch (...) {
    g_fibers.clear();  // they are somewhere inside the kernel
    throw;
  }
  g_block = nullptr;
}

}  // namespace oscope::test
