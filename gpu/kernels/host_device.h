// OSCOPE_HD: arithmetic that a kernel and a host test share is compiled for both sides by nvcc and as plain C++ by
// every other compiler. The one place that asks which compiler it is.
#pragma once

#ifdef __CUDACC__
#define OSCOPE_HD __host__ __device__ __forceinline__
#else
#define OSCOPE_HD inline
#endif
