// What the thread sanitizer is told of emulated threads: each is one of its fibers, and only what CUDA orders is
// ordered. A barrier orders the threads of its block or warp, a launch what came before it and what comes after it, and
// a block the next one, because both use the same shared memory here: races between blocks stay unseen. Shuffles and
// products of a warp exchange registers and order nothing.
//
// Without OSCOPE_RACES, which the build defines where OSCOPE_SANITIZE is `thread`, all of it is nothing. The emulation
// itself (cuda_emulation.cpp, emulated_instructions.cpp) is compiled without the sanitizer: its own state is no memory
// of a kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#if defined(OSCOPE_RACES)
#include <sanitizer/tsan_interface.h>
extern "C" {
void __tsan_read_range(void* at, unsigned long bytes);
void __tsan_write_range(void* at, unsigned long bytes);
}
#endif

namespace oscope::test {

inline constexpr std::size_t kWholeBlock = 32;  ///< in place of the number of a warp

#if defined(OSCOPE_RACES)

inline constexpr bool kSeesRaces = true;

namespace races {
inline void* launcher = nullptr;
inline char start, end;                    // their addresses stand for what they order
inline char barriers[kWholeBlock + 1][2];  // a barrier's next but one use comes after all have left it
}  // namespace races

/// A thread of a block, from block to block.
class RaceThread {
 public:
  explicit RaceThread(std::size_t index) : m_fiber(__tsan_create_fiber(0)) {
    __tsan_set_fiber_name(m_fiber, ("threadIdx " + std::to_string(index)).c_str());
  }
  ~RaceThread() { __tsan_destroy_fiber(m_fiber); }
  RaceThread(const RaceThread&) = delete;
  RaceThread& operator=(const RaceThread&) = delete;

  /// Right before the stack is changed.
  void enter() { __tsan_switch_to_fiber(m_fiber, __tsan_switch_to_fiber_no_sync); }
  void leave() { __tsan_switch_to_fiber(races::launcher, __tsan_switch_to_fiber_no_sync); }

  /// The launcher's, before and after a block.
  void begin() {
    enter();
    __tsan_acquire(&races::start);
    leave();
  }
  void finish() {
    enter();
    __tsan_release(&races::end);
    leave();
  }

 private:
  void* m_fiber;
};

/// The launcher's: before the threads of a block begin, and after they finished.
inline void launchThreads() {
  races::launcher = __tsan_get_current_fiber();
  __tsan_release(&races::start);
}
inline void joinThreads() {
  __tsan_acquire(&races::end);
}

/// A thread's `turn`-th barrier of its block, or of the warp with this number.
inline void arriveAtBarrier(std::uint64_t turn, std::size_t warp = kWholeBlock) {
  __tsan_release(&races::barriers[warp][turn % 2]);
}
inline void passBarrier(std::uint64_t turn, std::size_t warp = kWholeBlock) {
  __tsan_acquire(&races::barriers[warp][turn % 2]);
}

/// A read by an instruction that is emulated.
inline void seeRead(const void* at, std::size_t bytes) {
  __tsan_read_range(const_cast<void*>(at), bytes);
}

/// An asynchronous copy reads `from`, if there is one, and writes `to`: any time from its issue to its wait, so it is
/// seen at both and between any two barriers.
inline void seeCopy(void* to, const void* from, std::size_t bytes) {
  if (from != nullptr) seeRead(from, bytes);
  __tsan_write_range(to, bytes);
}

#else

inline constexpr bool kSeesRaces = false;

struct RaceThread {
  explicit RaceThread(std::size_t) {}
  void begin() {}
  void finish() {}
};
inline void launchThreads() {}
inline void joinThreads() {}
inline void arriveAtBarrier(std::uint64_t, std::size_t = kWholeBlock) {}
inline void passBarrier(std::uint64_t, std::size_t = kWholeBlock) {}
inline void seeRead(const void*, std::size_t) {}
inline void seeCopy(void*, const void*, std::size_t) {}

#endif

}  // namespace oscope::test
