#define OSCOPE_KERNEL_TABLE kGenericKernels
#define OSCOPE_KERNEL_NAME "generic"
#include "analysis/compute/cpu/kernels_body.inc"
