// Float weights in device memory, in the type they are stored in.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "analysis/compute/backend.h"
#include "gpu/device_buffer.h"
#include "gpu/weight_uploader.h"

namespace oscope::gpu {

/// A matrix [rows, cols] in F32, F16 or BF16, row-major without padding; vectors are always F32.
class CudaWeight final : public compute::Weight {
 public:
  /// F64 and vectors of 16-bit types become F32; other dtypes are WrongDType errors.
  CudaWeight(const compute::HostTensor& tensor, WeightUploader& uploader);
  /// Values that a kernel of the compute stream made.
  CudaWeight(std::string name, DType dtype, std::int64_t rows, std::int64_t cols, std::unique_ptr<DeviceBuffer> values);

  std::int64_t rows() const override { return m_rows; }
  std::int64_t cols() const override { return m_cols; }
  DType dtype() const { return m_dtype; }
  const std::string& name() const { return m_name; }
  /// For kernels of the compute stream, which waits for the upload.
  const void* data() const;

 private:
  std::string m_name;
  DType m_dtype;
  std::int64_t m_rows, m_cols;
  std::shared_ptr<Upload> m_upload;
  std::unique_ptr<DeviceBuffer> m_values;
  mutable std::atomic<bool> m_waited{false};
};

/// The weight behind the interface; another backend's is an Internal error.
const CudaWeight& asCuda(const compute::Weight& weight);
/// A float32 vector of `count` elements on the device; null where `weight` is null.
const float* vectorOf(const compute::Weight* weight, std::int64_t count);

}  // namespace oscope::gpu
