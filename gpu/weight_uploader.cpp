#include "gpu/weight_uploader.h"

#include <algorithm>
#include <cstring>

#include "gpu/device_copy.h"

namespace oscope::gpu {
namespace {

constexpr std::size_t kStageBytes = std::size_t{32} << 20;

}  // namespace

Upload::Upload(std::shared_ptr<CudaDevice> device, compute::HostTensor source)
    : m_device(std::move(device)),
      m_source(std::move(source)),
      m_buffer(std::make_unique<DeviceBuffer>(m_device, m_source.bytes(), m_device->copies())),
      m_issued(m_promise.get_future().share()) {}

Upload::~Upload() {
  // The memory was taken on the copy stream and is freed on the compute stream: order them.
  try {
    m_device->makeCurrent();
    if (!m_begun) m_ready.record(m_device->copies().handle());
    m_ready.letWait(m_device->compute().handle());
  } catch (const std::exception&) {  // a broken device: nothing runs on it any more
  }
}

void Upload::letComputeWait() {
  m_issued.get();
  m_ready.letWait(m_device->compute().handle());
}

WeightUploader::WeightUploader(std::shared_ptr<CudaDevice> device) : m_device(std::move(device)) {
  for (auto& stage : m_stages) stage = std::make_unique<HostStage>(kStageBytes);
  m_thread = std::thread([this] { run(); });
}

WeightUploader::~WeightUploader() {
  {
    const std::lock_guard lock(m_mutex);
    m_stop = true;
  }
  m_wake.notify_one();
  m_thread.join();
}

std::shared_ptr<Upload> WeightUploader::start(compute::HostTensor source) {
  auto upload = std::make_shared<Upload>(m_device, std::move(source));
  {
    const std::lock_guard lock(m_mutex);
    m_queue.push_back(upload);
  }
  m_wake.notify_one();
  return upload;
}

bool WeightUploader::dropAbandoned() {
  const auto abandoned = [](const std::shared_ptr<Upload>& upload) { return upload.use_count() == 1; };
  std::unique_lock lock(m_mutex);
  bool any = std::erase_if(m_queue, abandoned) > 0;
  while (m_current != nullptr && abandoned(m_current)) {
    any = true;
    m_idle.wait(lock);
  }
  return any;
}

void WeightUploader::run() {
  std::unique_lock lock(m_mutex);
  for (;;) {
    m_wake.wait(lock, [this] { return m_stop || !m_queue.empty(); });
    if (m_stop) return;
    m_current = std::move(m_queue.front());
    m_queue.pop_front();
    if (m_current.use_count() > 1) {  // else nobody wants it any more
      lock.unlock();
      try {
        send(*m_current);
        m_current->m_source = {};
        m_current->m_promise.set_value();
      } catch (...) {
        m_current->m_promise.set_exception(std::current_exception());
      }
      lock.lock();
    }
    m_current.reset();
    m_idle.notify_all();
  }
}

void WeightUploader::send(Upload& upload) {
  m_device->makeCurrent();
  const StreamHandle stream = m_device->copies().handle();
  const auto* from = static_cast<const std::byte*>(upload.m_source.data);
  auto* to = upload.m_buffer->as<std::byte>();
  const std::size_t bytes = upload.m_source.bytes();
  for (std::size_t at = 0; at < bytes; at += kStageBytes) {
    const std::size_t count = std::min(kStageBytes, bytes - at);
    HostStage& stage = *m_stages[m_next];
    m_next = 1 - m_next;
    stage.copied.synchronize("weight upload");
    std::memcpy(stage.memory->data(), from + at, count);
    copyToDevice(to + at, stage.memory->data(), count, m_device->copies(), "weight upload");
    stage.copied.record(stream);
  }
  upload.m_ready.record(stream);
  upload.m_begun = true;
}

}  // namespace oscope::gpu
