#include "gpu/cublas_lt.h"

#include <cublasLt.h>

#include <algorithm>

#include "gpu/cuda_check.h"
#include "gpu/device_copy.h"

namespace oscope::gpu {
namespace {

constexpr const char* kWhere = "linear";
constexpr std::size_t kWorkspaceBytes = std::size_t{32} << 20;
constexpr float kConstants[] = {0.0f, 1.0f};
constexpr std::size_t kMostPlans = 1024;  // lengths of text samples may all differ

cudaDataType_t dataType(FloatType type) {
  return type == FloatType::F32 ? CUDA_R_32F : type == FloatType::BF16 ? CUDA_R_16BF : CUDA_R_16F;
}

std::uint32_t elementBytes(FloatType type) {
  return type == FloatType::F32 ? 4 : 2;
}

// What every row of a matrix is aligned to, whichever sequence it begins with.
std::uint32_t alignmentOf(std::int64_t width, std::uint32_t bytes) {
  const std::uint64_t rowBytes = static_cast<std::uint64_t>(width) * bytes;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(rowBytes & ~(rowBytes - 1), 256));
}

class Layout {
 public:
  Layout(cudaDataType_t type, std::int64_t rows, std::int64_t cols) {  // column-major, without padding
    checkCublas(cublasLtMatrixLayoutCreate(&m_handle, type, static_cast<std::uint64_t>(rows),
                                           static_cast<std::uint64_t>(cols), rows),
                kWhere);
  }
  ~Layout() { cublasLtMatrixLayoutDestroy(m_handle); }
  Layout(const Layout&) = delete;
  Layout& operator=(const Layout&) = delete;
  cublasLtMatrixLayout_t get() const { return m_handle; }

 private:
  cublasLtMatrixLayout_t m_handle = nullptr;
};

class Description {
 public:
  explicit Description(cublasComputeType_t compute) {
    checkCublas(cublasLtMatmulDescCreate(&m_handle, compute, CUDA_R_32F), kWhere);
  }
  ~Description() { cublasLtMatmulDescDestroy(m_handle); }
  Description(const Description&) = delete;
  Description& operator=(const Description&) = delete;
  template <typename T>
  void set(cublasLtMatmulDescAttributes_t what, const T& value) {
    checkCublas(cublasLtMatmulDescSetAttribute(m_handle, what, &value, sizeof(value)), kWhere);
  }
  cublasLtMatmulDesc_t get() const { return m_handle; }

 private:
  cublasLtMatmulDesc_t m_handle = nullptr;
};

class Preference {
 public:
  Preference() { checkCublas(cublasLtMatmulPreferenceCreate(&m_handle), kWhere); }
  ~Preference() { cublasLtMatmulPreferenceDestroy(m_handle); }
  Preference(const Preference&) = delete;
  Preference& operator=(const Preference&) = delete;
  template <typename T>
  void set(cublasLtMatmulPreferenceAttributes_t what, const T& value) {
    checkCublas(cublasLtMatmulPreferenceSetAttribute(m_handle, what, &value, sizeof(value)), kWhere);
  }
  cublasLtMatmulPreference_t get() const { return m_handle; }

 private:
  cublasLtMatmulPreference_t m_handle = nullptr;
};

cublasComputeType_t computeType(const MatmulShape& shape) {
  return shape.type == FloatType::F32 && shape.tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
}

}  // namespace

// cuBLASLt is column-major: y^T [out, rows] = w^T' x^T, where w lies there as [in, out] and is transposed.
struct CublasLt::Plan {
  explicit Plan(const MatmulShape& shape)
      : description(computeType(shape)),
        w(dataType(shape.type), shape.in, shape.out),
        x(dataType(shape.type), shape.in, shape.rows),
        y(CUDA_R_32F, shape.out, shape.rows) {
    description.set(CUBLASLT_MATMUL_DESC_TRANSA, CUBLAS_OP_T);
    description.set(CUBLASLT_MATMUL_DESC_TRANSB, CUBLAS_OP_N);
    const cublasLtPointerMode_t scalars = shape.scaled ? CUBLASLT_POINTER_MODE_DEVICE : CUBLASLT_POINTER_MODE_HOST;
    description.set(CUBLASLT_MATMUL_DESC_POINTER_MODE, scalars);
  }

  void choose(cublasLtHandle_t handle, const MatmulShape& shape) {
    Preference preference;
    preference.set(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, kWorkspaceBytes);
    const std::uint32_t schemes = CUBLASLT_REDUCTION_SCHEME_NONE | CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE;
    preference.set(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, schemes);
    const std::uint32_t inAlignment = alignmentOf(shape.in, elementBytes(shape.type));
    const std::uint32_t outAlignment = alignmentOf(shape.out, sizeof(float));
    preference.set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, inAlignment);
    preference.set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, inAlignment);
    preference.set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, outAlignment);
    preference.set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, outAlignment);
    cublasLtMatmulHeuristicResult_t result{};
    int count = 0;
    const cublasStatus_t status = cublasLtMatmulAlgoGetHeuristic(handle, description.get(), w.get(), x.get(), y.get(),
                                                                 y.get(), preference.get(), 1, &result, &count);
    if (status == CUBLAS_STATUS_NOT_SUPPORTED || (status == CUBLAS_STATUS_SUCCESS && count == 0)) return;
    checkCublas(status, kWhere);
    if (result.state != CUBLAS_STATUS_SUCCESS) return;
    algorithm = result.algo;
    found = true;
  }

  Description description;
  Layout w, x, y;
  cublasLtMatmulAlgo_t algorithm{};
  bool found = false;
};

CublasLt::CublasLt(std::shared_ptr<CudaDevice> device)
    : m_device(std::move(device)), m_workspace(m_device, kWorkspaceBytes), m_constants(m_device, sizeof(kConstants)) {
  checkCublas(cublasLtCreate(&m_handle), kWhere);
  copyToDevice(m_constants.data(), kConstants, sizeof(kConstants), m_device->compute(), kWhere);
}

CublasLt::~CublasLt() {
  cublasLtDestroy(m_handle);
}

CublasLt::Plan& CublasLt::planFor(const MatmulShape& shape) {
  if (m_plans.size() >= kMostPlans) m_plans.clear();
  std::unique_ptr<Plan>& plan = m_plans[shape];
  if (plan == nullptr) {
    auto made = std::make_unique<Plan>(shape);
    made->choose(m_handle, shape);
    plan = std::move(made);
  }
  return *plan;
}

bool CublasLt::multiply(const MatmulShape& shape, const void* x, const void* w, const float* scale, bool add,
                        float* y) {
  Plan& plan = planFor(shape);
  if (!plan.found) return false;
  const float* constants = shape.scaled ? m_constants.as<float>() : kConstants;
  const float* alpha = shape.scaled ? scale : constants + 1;
  const float* beta = constants + (add ? 1 : 0);
  // BLAS doesn't read C where beta is 0, and finds the zero on the device, too.
  const cublasStatus_t status = cublasLtMatmul(m_handle, plan.description.get(), alpha, w, plan.w.get(), x,
                                               plan.x.get(), beta, y, plan.y.get(), y, plan.y.get(), &plan.algorithm,
                                               m_workspace.as<void>(), kWorkspaceBytes, m_device->compute().handle());
  // What the heuristic proposes, a library of another version than its tables may still decline.
  if (status == CUBLAS_STATUS_NOT_SUPPORTED || status == CUBLAS_STATUS_ARCH_MISMATCH) {
    plan.found = false;
    return false;
  }
  checkCublas(status, kWhere);
  return true;
}

}  // namespace oscope::gpu
