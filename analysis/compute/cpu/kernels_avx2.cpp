// Compiled with -mavx2 (CMakeLists.txt); runs only where the CPU says that it has AVX2.
#define OSCOPE_KERNEL_TABLE kAvx2Kernels
#define OSCOPE_KERNEL_NAME "avx2"
#include "analysis/compute/cpu/kernels_body.inc"
