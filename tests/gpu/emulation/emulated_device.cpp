// A "GPU" in host memory: the device layer and the launch functions of gpu/, over the emulation of kernels.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

#include "analysis/base/error.h"
#include "gpu/cuda_device.h"
#include "gpu/device_buffer.h"
#include "gpu/device_copy.h"
#include "tests/gpu/emulation/device_memory.h"

namespace oscope::test {
namespace {
std::atomic<std::int64_t> g_allocationsLeft{-1}, g_allocations{0};
std::atomic<bool> g_uploadsHeld{false}, g_uploadWaits{false};
std::atomic<std::size_t> g_largestToHost{0};
}  // namespace

void holdUploads(bool hold) {
  g_uploadsHeld = hold;
  g_uploadsHeld.notify_all();
}

void waitForHeldUpload() {
  g_uploadWaits.wait(false);
}

std::size_t largestCopyToHost() {
  return g_largestToHost.exchange(0);
}

std::int64_t deviceAllocations() {
  return g_allocations;
}

void failDeviceAllocation(std::int64_t after) {
  g_allocationsLeft = after;
}

}  // namespace oscope::test

namespace oscope::gpu {

Stream::Stream() = default;
Stream::~Stream() = default;
void Stream::synchronize(const char*) const {}

Event::Event() = default;
Event::~Event() = default;
void Event::record(StreamHandle) {}
void Event::letWait(StreamHandle) const {}
void Event::synchronize(const char*) const {}

CudaDevice::CudaDevice(int ordinal, std::uint64_t budget)
    : m_ordinal(ordinal), m_budget(budget), m_multiprocessors(4), m_streams(std::make_unique<Streams>()) {}
CudaDevice::~CudaDevice() = default;
void CudaDevice::makeCurrent() const {}
// Exactly the bytes asked for, so that the address sanitizer sees what lies beyond; what is in them is noise.
void* CudaDevice::allocate(std::size_t bytes, const Stream&) {
  ++test::g_allocations;
  if (test::g_allocationsLeft >= 0 && test::g_allocationsLeft-- == 0) {
    throw Error(ErrorCode::OutOfMemory, "emulated device", "no memory, as the test wants it");
  }
  void* memory = nullptr;
  if (posix_memalign(&memory, 256, bytes) != 0) throw std::bad_alloc();
  std::memset(memory, 0xA5, bytes);
  return memory;
}
void CudaDevice::free(void* memory, std::size_t) noexcept {
  std::free(memory);
}
compute::DeviceInfo CudaDevice::info() const {
  compute::DeviceInfo info;
  info.id = "cuda:0";
  info.name = "emulated device";
  info.memoryBytes = info.freeBytes = std::uint64_t{1} << 32;
  return info;
}

DeviceBuffer::DeviceBuffer(std::shared_ptr<CudaDevice> device, std::size_t bytes)
    : m_device(std::move(device)), m_data(m_device->allocate(bytes, m_device->compute())), m_size(bytes) {}
DeviceBuffer::~DeviceBuffer() {
  m_device->free(m_data, m_size);
}

DeviceBuffer::DeviceBuffer(std::shared_ptr<CudaDevice> device, std::size_t bytes, const Stream&)
    : DeviceBuffer(std::move(device), bytes) {}

PinnedBuffer::PinnedBuffer(std::size_t bytes) : m_data(std::malloc(bytes)), m_size(bytes) {}
PinnedBuffer::~PinnedBuffer() {
  std::free(m_data);
}

void* Scratch::take(const std::shared_ptr<CudaDevice>& device, std::size_t bytes) {
  m_buffer = std::make_unique<DeviceBuffer>(device, bytes);  // fresh each time: nothing may rely on what was in it
  return m_buffer->data();
}

void copyToDevice(void* device, const void* host, std::size_t bytes, const Stream&, const char* where) {
  if (std::string_view(where) == "weight upload" && test::g_uploadsHeld) {
    test::g_uploadWaits = true;
    test::g_uploadWaits.notify_all();
    test::g_uploadsHeld.wait(true);
    test::g_uploadWaits = false;
  }
  if (bytes > 0) std::memcpy(device, host, bytes);
}
void copyToHost(void* host, const void* device, std::size_t bytes, const Stream&, const char*) {
  test::g_largestToHost = std::max<std::size_t>(test::g_largestToHost, bytes);
  if (bytes > 0) std::memcpy(host, device, bytes);
}
void copyOnDevice(void* to, const void* from, std::size_t bytes, const Stream&, const char*) {
  if (bytes > 0) std::memmove(to, from, bytes);
}
void fillWithZeros(void* device, std::size_t bytes, const Stream&, const char*) {
  std::memset(device, 0, bytes);
}

}  // namespace oscope::gpu
