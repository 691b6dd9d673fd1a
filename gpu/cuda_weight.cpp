#include "gpu/cuda_weight.h"

#include <fmt/format.h>

#include "analysis/base/error.h"

namespace oscope::gpu {
namespace {

compute::HostTensor prepared(const compute::HostTensor& tensor) {
  if (!isFloatWeight(tensor.dtype) && tensor.dtype != DType::F64) {
    throw Error(ErrorCode::WrongDType, tensor.name,
                fmt::format("has dtype {}; weights are read as F32, F16 or BF16", toString(tensor.dtype)),
                "convert the checkpoint to one of these types");
  }
  const bool convert = tensor.dtype == DType::F64 || (tensor.shape.size() < 2 && tensor.dtype != DType::F32);
  return convert ? compute::makeHostTensor(tensor.name, compute::toFloat32(tensor), tensor.shape) : tensor;
}

}  // namespace

CudaWeight::CudaWeight(const compute::HostTensor& tensor, WeightUploader& uploader)
    : m_name(tensor.name), m_rows(tensor.rows()), m_cols(tensor.cols()) {
  const compute::HostTensor source = prepared(tensor);
  m_dtype = source.dtype;
  m_upload = uploader.start(source);
}

CudaWeight::CudaWeight(std::string name, DType dtype, std::int64_t rows, std::int64_t cols,
                       std::unique_ptr<DeviceBuffer> values)
    : m_name(std::move(name)), m_dtype(dtype), m_rows(rows), m_cols(cols), m_values(std::move(values)) {}

const void* CudaWeight::data() const {
  if (m_values != nullptr) return m_values->data();
  if (!m_waited) m_upload->letComputeWait();
  m_waited = true;  // not where the upload failed: then every reader hears of it
  return m_upload->buffer().data();
}

const CudaWeight& asCuda(const compute::Weight& weight) {
  if (const auto* own = dynamic_cast<const CudaWeight*>(&weight)) return *own;
  throw Error(ErrorCode::Internal, "cuda backend", "a weight that another backend or prepareQuantized() made");
}

const float* vectorOf(const compute::Weight* weight, std::int64_t count) {
  if (weight == nullptr) return nullptr;
  const CudaWeight& own = asCuda(*weight);
  if (own.rows() * own.cols() != count || own.dtype() != DType::F32) {
    throw Error(ErrorCode::WrongShape, own.name(),
                fmt::format("has {} elements of {}, a vector of {} is needed", own.rows() * own.cols(),
                            toString(own.dtype()), count));
  }
  return static_cast<const float*>(own.data());
}

}  // namespace oscope::gpu
