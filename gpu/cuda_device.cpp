#include "gpu/cuda_device.h"

#include <cublasLt.h>
#include <cuda_runtime.h>
#include <fmt/format.h>

#include <algorithm>

#include "analysis/base/error.h"
#include "gpu/cuda_check.h"
#include "gpu/driver_memory.h"
#include "gpu/kernel_code.h"

namespace oscope::gpu {
namespace {

constexpr int kOldestCapability = 80;  // bf16 matrix units and the architectures that are compiled
// Left to the driver: kernels, those of cuBLASLt, too, are loaded when they first run.
constexpr std::uint64_t kDriverBytes = std::uint64_t{256} << 20;

std::string versionOf(int version) {
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

int attribute(cudaDeviceAttr what, int ordinal) {
  int value = 0;
  checkCuda(cudaDeviceGetAttribute(&value, what, ordinal), "device");
  return value;
}

int capabilityOf(int ordinal) {
  return attribute(cudaDevAttrComputeCapabilityMajor, ordinal) * 10 +
         attribute(cudaDevAttrComputeCapabilityMinor, ordinal);
}

compute::DeviceInfo describe(int ordinal) {
  cudaDeviceProp properties{};
  checkCuda(cudaGetDeviceProperties(&properties, ordinal), "device");
  int runtime = 0, driver = 0;
  checkCuda(cudaRuntimeGetVersion(&runtime), "device");
  checkCuda(cudaDriverGetVersion(&driver), "device");
  const std::size_t cublas = cublasLtGetVersion();
  compute::DeviceInfo info;
  info.id = fmt::format("cuda:{}", ordinal);
  info.name = properties.name;
  info.memoryBytes = properties.totalGlobalMem;
  info.detail = fmt::format("compute capability {}.{}, CUDA {} (driver {}), cuBLASLt {}.{}.{}", properties.major,
                            properties.minor, versionOf(runtime), versionOf(driver), cublas / 10000, cublas / 100 % 100,
                            cublas % 100);
  return info;
}

std::string busIdOf(int ordinal) {
  char id[32] = {};
  checkCuda(cudaDeviceGetPCIBusId(id, sizeof id, ordinal), "device");
  return id;
}

// Free memory of the current device.
std::uint64_t systemFreeBytes() {
  std::size_t free = 0, total = 0;
  checkCuda(cudaMemGetInfo(&free, &total), "device");
  return free;
}

/// "compute capability 7.5 is too old, 8.0 is the oldest that works", or empty.
std::string whyUnusable(int ordinal) {
  const int capability = capabilityOf(ordinal);
  if (capability < kOldestCapability) {
    return fmt::format("compute capability {}.{} is too old, 8.0 is the oldest that works", capability / 10,
                       capability % 10);
  }
  if (!runsAnyCodeFor(OSCOPE_CUDA_CODE, capability)) {
    return fmt::format(
        "compute capability {}.{}, and this CUDA module has code for {} only; build it with "
        "-DOSCOPE_CUDA_ARCHITECTURES={}-real",
        capability / 10, capability % 10, OSCOPE_CUDA_CODE, capability);
  }
  if (attribute(cudaDevAttrMemoryPoolsSupported, ordinal) == 0) return "its driver has no memory pools";
  return {};
}

}  // namespace

std::vector<compute::DeviceInfo> findDevices(std::string& reason) {
  // Without a driver this is cudaErrorInsufficientDriver, not cudaErrorNoDevice: any error means no device.
  int count = 0, driver = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status != cudaSuccess || count == 0) {
    cudaGetLastError();
    const bool noDriver = cudaDriverGetVersion(&driver) != cudaSuccess || driver == 0;
    reason = noDriver ? "no NVIDIA driver" : status == cudaSuccess ? "no NVIDIA GPU" : cudaGetErrorString(status);
    return {};
  }
  std::vector<compute::DeviceInfo> devices;
  for (int ordinal = 0; ordinal < count; ++ordinal) {
    try {
      const std::string why = whyUnusable(ordinal);
      compute::DeviceInfo info = describe(ordinal);
      if (!why.empty()) {
        reason += fmt::format("{}{} {}: {}", reason.empty() ? "" : "; ", info.id, info.name, why);
        continue;
      }
      info.freeBytes = freeDriverMemory(busIdOf(ordinal), info.memoryBytes);
      devices.push_back(std::move(info));
    } catch (const std::exception& error) {
      reason += fmt::format("{}cuda:{}: {}", reason.empty() ? "" : "; ", ordinal, error.what());
    }
  }
  return devices;
}

CudaDevice::CudaDevice(int ordinal, std::uint64_t budget) : m_ordinal(ordinal), m_budget(budget) {
  if (const std::string why = whyUnusable(ordinal); !why.empty()) {
    throw Error(ErrorCode::Device, fmt::format("cuda:{}", ordinal), why, "choose another device");
  }
  makeCurrent();  // makes the context
  m_multiprocessors = attribute(cudaDevAttrMultiProcessorCount, ordinal);
  m_capability = capabilityOf(ordinal);
  m_description = describe(ordinal);
  m_streams = std::make_unique<Streams>();
  cudaMemPoolProps properties{};
  properties.allocType = cudaMemAllocationTypePinned;
  properties.location.type = cudaMemLocationTypeDevice;
  properties.location.id = ordinal;
  checkCuda(cudaMemPoolCreate(&m_pool, &properties), "memory pool");
  // What was freed stays in the pool: giving it back to the driver would wait for the device.
  std::uint64_t keep = UINT64_MAX;
  checkCuda(cudaMemPoolSetAttribute(m_pool, cudaMemPoolAttrReleaseThreshold, &keep), "memory pool");
  // So that a launch whose code finds no room can ask this pool for some (cuda_check.cpp).
  checkCuda(cudaDeviceSetMemPool(ordinal, m_pool), "memory pool");
  if (m_budget == 0) m_budget = std::max<std::uint64_t>(systemFreeBytes(), kDriverBytes + 1) - kDriverBytes;
}

CudaDevice::~CudaDevice() {
  cudaSetDevice(m_ordinal);
  cudaDeviceSynchronize();
  m_streams.reset();
  if (m_pool != nullptr) cudaMemPoolDestroy(m_pool);
}

void CudaDevice::makeCurrent() const {
  checkCuda(cudaSetDevice(m_ordinal), fmt::format("cuda:{}", m_ordinal));
}

void* CudaDevice::allocate(std::size_t bytes, const Stream& stream) {
  bytes = std::max<std::size_t>(bytes, 1);
  const auto refuse = [&](std::uint64_t free) {
    throw Error(ErrorCode::OutOfMemory, fmt::format("cuda:{}", m_ordinal),
                fmt::format("no GPU memory for {} bytes, {} are free", bytes, free),
                "use shorter or fewer sequences at a time");
  };
  if (m_used + bytes > m_budget) refuse(m_budget - std::min<std::uint64_t>(m_budget, m_used));
  void* memory = nullptr;
  cudaError_t status = cudaMallocFromPoolAsync(&memory, bytes, m_pool, stream.handle());
  if (status == cudaErrorMemoryAllocation) {
    // Memory that waits for a kernel, or lies in pieces of the wrong size: let it go back, and try once more.
    cudaGetLastError();
    emptyPool("allocate");
    status = cudaMallocFromPoolAsync(&memory, bytes, m_pool, stream.handle());
  }
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    refuse(freeBytes());
  }
  checkCuda(status, "allocate");
  m_used += bytes;
  return memory;
}

void CudaDevice::free(void* memory, std::size_t bytes) noexcept {
  cudaSetDevice(m_ordinal);
  cudaFreeAsync(memory, m_streams->compute.handle());
  m_used -= std::max<std::size_t>(bytes, 1);
}

std::uint64_t CudaDevice::freeBytes() const {
  std::uint64_t reserved = 0, used = 0;
  checkCuda(cudaMemPoolGetAttribute(m_pool, cudaMemPoolAttrReservedMemCurrent, &reserved), "memory pool");
  checkCuda(cudaMemPoolGetAttribute(m_pool, cudaMemPoolAttrUsedMemCurrent, &used), "memory pool");
  const std::uint64_t free = systemFreeBytes() + (reserved - std::min(reserved, used));
  return std::min(free, m_budget - std::min<std::uint64_t>(m_budget, m_used));
}

compute::DeviceInfo CudaDevice::info() const {
  makeCurrent();
  compute::DeviceInfo info = m_description;
  info.freeBytes = freeBytes();
  return info;
}

}  // namespace oscope::gpu
