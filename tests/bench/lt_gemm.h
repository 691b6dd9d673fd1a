// cuBLASLt's own products, as the yardstick of ours.
#pragma once

#include <cublasLt.h>
#include <cuda_runtime.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace oscope::bench {

/// Device memory that is freed at the end; filled with `byte`, or with random numbers: constant operands toggle no
/// wires, so that a GPU runs products of them faster than any real ones.
class DeviceBytes {
 public:
  DeviceBytes(std::size_t bytes, int byte);
  enum class Random { Bf16, Int8 };  ///< bf16 in (-1, 1); all int8
  DeviceBytes(std::size_t bytes, Random random);
  ~DeviceBytes();
  DeviceBytes(const DeviceBytes&) = delete;
  DeviceBytes& operator=(const DeviceBytes&) = delete;
  char* data() const { return m_data; }

 private:
  char* m_data = nullptr;
};

enum class LtType { Bf16, Int8 };

/// y [rows, out] = x [rows, in] w [out, in]^T; bf16 to bf16 with float32 sums, int8 to int32.
class LtGemm {
 public:
  LtGemm(LtType type, std::int64_t rows, std::int64_t in, std::int64_t out);
  ~LtGemm();
  LtGemm(const LtGemm&) = delete;
  LtGemm& operator=(const LtGemm&) = delete;

  /// False where cuBLASLt has no algorithm for the shape.
  bool isSupported() const { return !m_algorithms.empty(); }
  int algorithms() const { return static_cast<int>(m_algorithms.size()); }
  void run(int algorithm, const void* x, const void* w, void* y, cudaStream_t stream) const;

 private:
  LtType m_type;
  cublasLtHandle_t m_handle = nullptr;
  cublasLtMatmulDesc_t m_operation = nullptr;
  cublasLtMatrixLayout_t m_w = nullptr, m_x = nullptr, m_y = nullptr;
  std::unique_ptr<DeviceBytes> m_workspace;
  std::vector<cublasLtMatmulAlgo_t> m_algorithms;  ///< by cuBLASLt's own estimate, the best first
};

/// Seconds per call of `work(index, stream)` with index 0, 1, ... < calls: captured as one graph, so that launching it
/// costs nothing, and replayed; the best of several replays.
double secondsPerCall(int calls, const std::function<void(int index, cudaStream_t stream)>& work);

/// Bytes per second, read and written ones together, of a copy within device memory.
double copyBandwidth();
/// Copies of an operand of `bytes` that together exceed the second-level cache four times: rotated through, they come
/// from device memory, as weights of a model do.
std::size_t copiesBeyondCache(std::size_t bytes);

/// Throws std::runtime_error with CUDA's text.
void check(cudaError_t status, const char* what);

}  // namespace oscope::bench
