// Device, memory and what else is no arithmetic.
#include "gpu/cuda_backend.h"

#include <fmt/format.h>

#include <charconv>

#include "analysis/base/error.h"
#include "gpu/device_copy.h"
#include "gpu/host_buffer.h"

namespace oscope::gpu {

namespace {

constexpr std::uint64_t kFixedBytes = std::uint64_t{64} << 20;  // workspace of products, tables, sums of rows

}  // namespace

std::size_t bytesOf(const compute::Tensor& tensor) {
  return static_cast<std::size_t>(tensor.rows * tensor.cols) * static_cast<std::size_t>(bitSize(tensor.dtype)) / 8;
}

CudaBackend::CudaBackend(int ordinal, const compute::BackendOptions& options)
    : m_device(std::make_shared<CudaDevice>(ordinal, options.memoryBytes)),
      m_precision(options.precision),
      m_uploader(m_device),
      m_quantizer(m_device),
      m_codes(m_device),
      m_matmul(m_device) {}

CudaBackend::~CudaBackend() = default;

void CudaBackend::enter() const {
  if (m_stop.stop_requested()) throw Cancelled();
  m_device->makeCurrent();
}

void CudaBackend::enterToWrite() {
  enter();
  m_matmul.forget();
}

compute::DeviceInfo CudaBackend::info() const {
  compute::DeviceInfo info = m_device->info();
  info.scratchPerElement = Matmul::scratchBytes(m_precision);
  info.attentionScratchPerElement = m_precision == compute::MatmulPrecision::Fast ? sizeof(std::uint16_t) : 0;
  info.fixedBytes = kFixedBytes;
  return info;
}

std::string CudaBackend::whyUnsupported(std::string_view, DType dtype) const {
  if (isFloatWeight(dtype) || dtype == DType::F64 || dtype == DType::I8) return {};
  return fmt::format("the CUDA backend reads weights as F32, F16, BF16 or F64, not {}", toString(dtype));
}

compute::Tensor CudaBackend::allocate(DType dtype, std::int64_t rows, std::int64_t cols) {
  m_device->makeCurrent();
  Tensor tensor{nullptr, dtype, rows, cols};
  tensor.buffer = withoutAbandoned([&] { return std::make_shared<DeviceBuffer>(m_device, bytesOf(tensor)); });
  return tensor;
}

std::shared_ptr<compute::Buffer> CudaBackend::allocateHost(std::size_t bytes) {
  m_device->makeCurrent();
  return hostBuffer(bytes);
}

void CudaBackend::upload(const void* host, Tensor& device) {
  m_matmul.forget();
  m_device->makeCurrent();
  copyToDevice(device.buffer->data(), host, bytesOf(device), m_device->compute(), "upload");
}

void CudaBackend::download(const Tensor& device, void* host) {
  m_device->makeCurrent();
  copyToHost(host, device.buffer->data(), bytesOf(device), m_device->compute(), "download");
  m_device->compute().synchronize("download");
}

compute::WeightPtr CudaBackend::prepareWeight(const compute::HostTensor& weight) {
  m_device->makeCurrent();
  return withoutAbandoned([&] { return std::make_shared<CudaWeight>(weight, m_uploader); });
}

void CudaBackend::synchronize() {
  m_device->makeCurrent();
  m_device->compute().synchronize("synchronize");
}

int ordinalOf(const std::string& deviceId) {
  constexpr std::string_view kKind = "cuda:";
  int ordinal = -1;
  if (deviceId.starts_with(kKind)) {
    const char* last = deviceId.data() + deviceId.size();
    const auto [end, error] = std::from_chars(deviceId.data() + kKind.size(), last, ordinal);
    if (error == std::errc() && end == last && ordinal >= 0) return ordinal;
  }
  throw Error(ErrorCode::InvalidArgument, deviceId, "names no CUDA device", "use cuda:0, cuda:1, ...");
}

}  // namespace oscope::gpu
