#include "tests/bench/lt_gemm.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace oscope::bench {
namespace {

constexpr std::size_t kWorkspace = std::size_t{64} << 20;
constexpr int kMostAlgorithms = 4;

void check(cublasStatus_t status, const char* what) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  throw std::runtime_error(std::string(what) + ": " + cublasLtGetStatusString(status));
}

}  // namespace

void check(cudaError_t status, const char* what) {
  if (status != cudaSuccess) throw std::runtime_error(std::string(what) + ": " + cudaGetErrorString(status));
}

DeviceBytes::DeviceBytes(std::size_t bytes, int byte) {
  check(cudaMalloc(reinterpret_cast<void**>(&m_data), bytes), "device memory");
  check(cudaMemset(m_data, byte, bytes), "device memory");
}

DeviceBytes::DeviceBytes(std::size_t bytes, Random random) : DeviceBytes(bytes, 0) {
  constexpr std::size_t kPattern = std::size_t{8} << 20;
  std::vector<std::uint16_t> pattern(kPattern / 2);
  std::uint64_t state = 1;
  for (std::uint16_t& word : pattern) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const auto bits = static_cast<std::uint16_t>(state >> 48);
    // Sign, an exponent of the last eight below 1, seven bits of fraction.
    word =
        random == Random::Int8 ? bits : static_cast<std::uint16_t>((bits & 0x807Fu) | (119u + (bits >> 7 & 7u)) << 7);
  }
  for (std::size_t at = 0; at < bytes; at += kPattern) {
    check(cudaMemcpy(m_data + at, pattern.data(), std::min(kPattern, bytes - at), cudaMemcpyHostToDevice), "operand");
  }
}

DeviceBytes::~DeviceBytes() {
  cudaFree(m_data);
}

// cuBLASLt is column-major: its A is w^T, its B is x^T, its D is y^T.
LtGemm::LtGemm(LtType type, std::int64_t rows, std::int64_t in, std::int64_t out) : m_type(type) {
  const bool int8 = type == LtType::Int8;
  const cudaDataType_t operand = int8 ? CUDA_R_8I : CUDA_R_16BF, result = int8 ? CUDA_R_32I : CUDA_R_16BF;
  check(cublasLtCreate(&m_handle), "cublasLtCreate");
  m_workspace = std::make_unique<DeviceBytes>(kWorkspace, 0);
  check(cublasLtMatmulDescCreate(&m_operation, int8 ? CUBLAS_COMPUTE_32I : CUBLAS_COMPUTE_32F,
                                 int8 ? CUDA_R_32I : CUDA_R_32F),
        "cublasLtMatmulDescCreate");
  const cublasOperation_t transpose = CUBLAS_OP_T;
  check(cublasLtMatmulDescSetAttribute(m_operation, CUBLASLT_MATMUL_DESC_TRANSA, &transpose, sizeof transpose),
        "transpose");
  const auto width = static_cast<std::uint64_t>(in), outputs = static_cast<std::uint64_t>(out);
  check(cublasLtMatrixLayoutCreate(&m_w, operand, width, outputs, in), "layout");
  check(cublasLtMatrixLayoutCreate(&m_x, operand, width, static_cast<std::uint64_t>(rows), in), "layout");
  check(cublasLtMatrixLayoutCreate(&m_y, result, outputs, static_cast<std::uint64_t>(rows), out), "layout");

  cublasLtMatmulPreference_t preference = nullptr;
  check(cublasLtMatmulPreferenceCreate(&preference), "preference");
  check(cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &kWorkspace,
                                             sizeof kWorkspace),
        "preference");
  cublasLtMatmulHeuristicResult_t results[kMostAlgorithms];
  int found = 0;
  const cublasStatus_t status = cublasLtMatmulAlgoGetHeuristic(m_handle, m_operation, m_w, m_x, m_y, m_y, preference,
                                                               kMostAlgorithms, results, &found);
  cublasLtMatmulPreferenceDestroy(preference);
  if (status != CUBLAS_STATUS_SUCCESS) return;
  for (int i = 0; i < found; ++i) {
    if (results[i].state == CUBLAS_STATUS_SUCCESS) m_algorithms.push_back(results[i].algo);
  }
}

LtGemm::~LtGemm() {
  cublasLtMatrixLayoutDestroy(m_y);
  cublasLtMatrixLayoutDestroy(m_x);
  cublasLtMatrixLayoutDestroy(m_w);
  cublasLtMatmulDescDestroy(m_operation);
  cublasLtDestroy(m_handle);
}

void LtGemm::run(int algorithm, const void* x, const void* w, void* y, cudaStream_t stream) const {
  const float one = 1, zero = 0;
  const std::int32_t intOne = 1, intZero = 0;
  const bool int8 = m_type == LtType::Int8;
  check(cublasLtMatmul(m_handle, m_operation, int8 ? static_cast<const void*>(&intOne) : &one, w, m_w, x, m_x,
                       int8 ? static_cast<const void*>(&intZero) : &zero, y, m_y, y, m_y,
                       &m_algorithms[static_cast<std::size_t>(algorithm)], m_workspace->data(), kWorkspace, stream),
        "cublasLtMatmul");
}

double copyBandwidth() {
  constexpr std::size_t kCopied = std::size_t{1} << 30;
  const DeviceBytes from(kCopied, DeviceBytes::Random::Int8), to(kCopied, 0);
  return 2.0 * static_cast<double>(kCopied) / secondsPerCall(5, [&](int, cudaStream_t stream) {
           check(cudaMemcpyAsync(to.data(), from.data(), kCopied, cudaMemcpyDeviceToDevice, stream), "copy");
         });
}

std::size_t copiesBeyondCache(std::size_t bytes) {
  int device = 0, cache = 0;
  check(cudaGetDevice(&device), "device");
  check(cudaDeviceGetAttribute(&cache, cudaDevAttrL2CacheSize, device), "cache");
  return std::clamp<std::size_t>(4 * static_cast<std::size_t>(cache) / bytes + 1, 1, 64);
}

double secondsPerCall(int calls, const std::function<void(int index, cudaStream_t stream)>& work) {
  constexpr int kReplays = 5;
  cudaStream_t stream = nullptr;
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  cudaEvent_t start = nullptr, end = nullptr;
  check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "stream");
  check(cudaEventCreate(&start), "event");
  check(cudaEventCreate(&end), "event");
  work(0, stream);  // first launches load code, which a capture must not meet
  check(cudaStreamSynchronize(stream), "warm-up");
  check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "capture");
  for (int i = 0; i < calls; ++i) work(i, stream);
  check(cudaStreamEndCapture(stream, &graph), "capture");
  check(cudaGraphInstantiate(&executable, graph, 0), "graph");
  check(cudaGraphLaunch(executable, stream), "graph");
  float best = 1e30f;
  for (int i = 0; i < kReplays; ++i) {
    check(cudaEventRecord(start, stream), "event");
    check(cudaGraphLaunch(executable, stream), "graph");
    check(cudaEventRecord(end, stream), "event");
    check(cudaEventSynchronize(end), "replay");
    float milliseconds = 0;
    check(cudaEventElapsedTime(&milliseconds, start, end), "event");
    best = std::min(best, milliseconds);
  }
  cudaGraphExecDestroy(executable);
  cudaGraphDestroy(graph);
  cudaEventDestroy(start);
  cudaEventDestroy(end);
  cudaStreamDestroy(stream);
  return static_cast<double>(best) * 1e-3 / calls;
}

}  // namespace oscope::bench
