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

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace oscope::test {

Index3 currentThread, currentBlock, blockSize, gridSize;

namespace {

constexpr std::size_t kStackBytes = 64 * 1024;
constexpr unsigned kLanes = 32;

struct Copy {
  void* to;
  const void* from;
  std::size_t bytes;
  bool live;
};

void carryOut(const Copy& copy) {
  if (copy.live) {
    std::memcpy(copy.to, copy.from, copy.bytes);
  } else {
    std::memset(copy.to, 0, copy.bytes);
  }
}

/// Runs one thread of a block after the other: made once, entered again for the next block.
struct Fiber {
  ucontext_t context{};
  std::unique_ptr<char[]> stack{new char[kStackBytes]};
  jmp_buf place;
  bool entered = false;
  bool finished = false;
  std::uint64_t barriers = 0, exchanges = 0;  ///< arrivals
  std::deque<std::vector<Copy>> groups;       ///< closed, not carried out
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

std::unique_ptr<Fiber> makeFiber() {
  auto fiber = std::make_unique<Fiber>();
  getcontext(&fiber->context);
  fiber->context.uc_stack.ss_sp = fiber->stack.get();
  fiber->context.uc_stack.ss_size = kStackBytes;
  fiber->context.uc_link = nullptr;
  makecontext(&fiber->context, fiberMain, 0);
  return fiber;
}

void startFiber(Fiber& fiber) {
  fiber.finished = false;
  fiber.barriers = fiber.exchanges = 0;
  fiber.groups.clear();
  fiber.open.clear();
  fiber.error = nullptr;
}

/// Whether the fiber waits for others.
bool waits(const Block& block, std::size_t index) {
  const Fiber& fiber = *g_fibers[index];
  return fiber.barriers > block.barriers || fiber.exchanges > block.warps[index / kLanes].complete;
}

void runBlock(Block& block) {
  const std::size_t count = block.threads;
  for (std::size_t i = 0; i < count; ++i) startFiber(*g_fibers[i]);
  std::fill(block.warps.begin(), block.warps.end(), Warp{});
  block.barriers = block.arrived = 0;
  if (!block.shared.empty()) std::memset(block.shared.data(), 0xCD, block.shared.size() * sizeof(uint4));
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
  ++fiber.barriers;
  if (++block.arrived == block.threads) {
    block.arrived = 0;
    ++block.barriers;
  }
  leaveFiber(fiber);
}

const unsigned char (*warpExchange(const void* own, std::size_t bytes))[64] {
  Block& block = *g_block;
  Fiber& fiber = self();
  Warp& warp = block.warps[block.current / kLanes];
  const std::uint64_t turn = fiber.exchanges++;
  std::memcpy(warp.slots[turn % 2][block.current % kLanes], own, bytes);
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
  if (g_block->schedule.lateCopies) {
    self().open.push_back(copy);
  } else {
    carryOut(copy);
  }
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
  while (g_fibers.size() < threads) g_fibers.push_back(makeFiber());
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

namespace oscope::gpu {

using test::warpExchange;

std::uint32_t warpMax(std::uint32_t value) {
  const auto* slots = warpExchange(&value, sizeof value);
  std::uint32_t largest = 0;
  for (unsigned lane = 0; lane < 32; ++lane) {
    std::uint32_t other;
    std::memcpy(&other, slots[lane], sizeof other);
    largest = std::max(largest, other);
  }
  return largest;
}

std::int32_t warpSum(std::int32_t value) {
  const auto* slots = warpExchange(&value, sizeof value);
  std::int32_t sum = 0;
  for (unsigned lane = 0; lane < 32; ++lane) {
    std::int32_t other;
    std::memcpy(&other, slots[lane], sizeof other);
    sum += other;
  }
  return sum;
}

std::uint32_t warpUp(std::uint32_t value, int delta) {
  const auto* slots = warpExchange(&value, sizeof value);
  const int from = static_cast<int>(test::currentThread.x % 32) - delta;
  if (from < 0) return value;
  std::uint32_t other;
  std::memcpy(&other, slots[from], sizeof other);
  return other;
}

// PTX ISA, "Matrix Fragments for mma.m16n8k8" with .tf32: lane l has group l / 4 and t = l % 4; a_i is
// A[group + 8 * (i odd), t + 4 * (i >= 2)], b_i is B[t + 4 * i, group], c_i is C[group + 8 * (i >= 2), 2 t + i % 2].
// The units read the upper 19 bits of an operand.
void multiplyTf32(float (&sums)[4], const float (&a)[4], const float (&b)[2]) {
  struct Operands {
    float a[4], b[2];
  } own;
  std::memcpy(own.a, a, sizeof own.a);
  std::memcpy(own.b, b, sizeof own.b);
  const auto* slots = warpExchange(&own, sizeof own);
  const auto operand = [&](int holder, int index) {
    std::uint32_t bits;
    std::memcpy(&bits, slots[holder] + index * static_cast<int>(sizeof bits), sizeof bits);
    bits &= 0xFFFFE000u;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  };
  const int lane = static_cast<int>(test::currentThread.x % 32), group = lane / 4, t = lane % 4;
  for (int c = 0; c < 4; ++c) {
    const int row = group + (c >= 2 ? 8 : 0), col = 2 * t + c % 2;
    float sum = 0;
    for (int k = 0; k < 8; ++k) {
      sum += operand(row % 8 * 4 + k % 4, row / 8 + (k >= 4 ? 2 : 0)) * operand(col * 4 + k % 4, 4 + k / 4);
    }
    sums[c] += sum;
  }
}

// PTX ISA, "Matrix Fragments for mma.m16n8k16" with .f16: lane l has group l / 4 and t = l % 4; half i of a, in 0..7,
// is A[group + 8 * (i / 2 odd), 2 t + i % 2 + 8 * (i >= 4)]; half i of b, in 0..3, is B[2 t + i % 2 + 8 * (i >= 2),
// group]; c as in m16n8k8.
void multiplyFp16(float (&sums)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]) {
  struct Operands {
    float a[8], b[4];
  } own;
  for (int i = 0; i < 8; ++i) own.a[i] = fromFp16(static_cast<std::uint16_t>(a[i / 2] >> i % 2 * 16));
  for (int i = 0; i < 4; ++i) own.b[i] = fromFp16(static_cast<std::uint16_t>(b[i / 2] >> i % 2 * 16));
  const auto* slots = warpExchange(&own, sizeof own);
  const auto operand = [&](int holder, int index) {
    float value;
    std::memcpy(&value, slots[holder] + index * static_cast<int>(sizeof value), sizeof value);
    return value;
  };
  const int lane = static_cast<int>(test::currentThread.x % 32), group = lane / 4, t = lane % 4;
  for (int c = 0; c < 4; ++c) {
    const int row = group + (c >= 2 ? 8 : 0), col = 2 * t + c % 2;
    float sum = 0;
    for (int k = 0; k < 16; ++k) {
      const int holder = k % 8 / 2, half = k % 2;
      sum += operand(row % 8 * 4 + holder, half + (row >= 8 ? 2 : 0) + (k >= 8 ? 4 : 0)) *
             operand(col * 4 + holder, 8 + half + (k >= 8 ? 2 : 0));
    }
    sums[c] += sum;
  }
}

// PTX ISA, ldmatrix .m8n8.x4 .b16: lanes 8 i .. 8 i + 7 name the rows of matrix i; register i of lane l holds elements
// 2 (l % 4) and 2 (l % 4) + 1 of row l / 4, or with .trans those two rows of column l / 4.
void loadMatrices(std::uint32_t (&words)[4], const void* row, bool transposed) {
  if (reinterpret_cast<std::uintptr_t>(row) % 16 != 0) throw std::logic_error("a row of a matrix is not aligned");
  const auto* slots = warpExchange(&row, sizeof row);
  const unsigned lane = test::currentThread.x % 32, line = lane / 4, pair = lane % 4 * 2;
  for (unsigned matrix = 0; matrix < 4; ++matrix) {
    const auto element = [&](unsigned r, unsigned c) {
      const std::uint16_t* halves = nullptr;
      std::memcpy(&halves, slots[matrix * 8 + r], sizeof halves);
      return static_cast<std::uint32_t>(halves[c]);
    };
    words[matrix] = transposed ? element(pair, line) | element(pair + 1, line) << 16
                               : element(line, pair) | element(line, pair + 1) << 16;
  }
}

// PTX ISA, "Matrix Fragments for mma.m16n8k32", written down independently of the maps that kernels use: lane l has
// group l / 4 and t = l % 4; a_i with byte i in 0..15 is A[group + 8 * (i / 4 odd), 4 t + i % 4 + 16 * (i >= 8)];
// b_i with byte i in 0..7 is B[4 t + i % 4 + 16 * (i >= 4), group]; c_i is C[group + 8 * (i >= 2), 2 t + i % 2].
void multiplyAdd(std::int32_t (&sums)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]) {
  struct Operands {
    std::int8_t a[16], b[8];
  } own;
  std::memcpy(own.a, a, sizeof own.a);
  std::memcpy(own.b, b, sizeof own.b);
  const auto* slots = warpExchange(&own, sizeof own);
  const int lane = static_cast<int>(test::currentThread.x % 32), group = lane / 4, t = lane % 4;
  for (int c = 0; c < 4; ++c) {
    const int row = group + (c >= 2 ? 8 : 0), col = 2 * t + c % 2;
    for (int k = 0; k < 32; ++k) {
      const int holderA = row % 8 * 4 + k % 16 / 4, byteA = k % 4 + (row >= 8 ? 4 : 0) + (k >= 16 ? 8 : 0);
      const int holderB = col * 4 + k % 16 / 4, byteB = k % 4 + (k >= 16 ? 4 : 0);
      const auto x = static_cast<std::int8_t>(slots[holderA][byteA]);
      const auto w = static_cast<std::int8_t>(slots[holderB][16 + byteB]);
      sums[c] += static_cast<std::int32_t>(x) * w;
    }
  }
}

}  // namespace oscope::gpu
