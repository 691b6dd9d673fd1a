#include "analysis/compute/cpu/kernels.h"

namespace oscope::compute::cpu {

extern const Kernels kGenericKernels;
#ifdef OSCOPE_AVX2_KERNELS
extern const Kernels kAvx2Kernels;
#endif

const Kernels* const* availableKernels(int& count) {
#ifdef OSCOPE_AVX2_KERNELS
  static const Kernels* const kAll[] = {&kGenericKernels, &kAvx2Kernels};
  count = __builtin_cpu_supports("avx2") ? 2 : 1;
#else
  static const Kernels* const kAll[] = {&kGenericKernels};
  count = 1;
#endif
  return kAll;
}

const Kernels& kernels() {
  static const Kernels& best = []() -> const Kernels& {
    int count = 0;
    const Kernels* const* all = availableKernels(count);
    return *all[count - 1];
  }();
  return best;
}

}  // namespace oscope::compute::cpu
