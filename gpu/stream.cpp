#include "gpu/stream.h"

#include <cuda_runtime.h>

#include "gpu/cuda_check.h"

namespace oscope::gpu {

Stream::Stream() {
  checkCuda(cudaStreamCreateWithFlags(&m_handle, cudaStreamNonBlocking), "stream");
}

Stream::~Stream() {
  cudaStreamDestroy(m_handle);
}

void Stream::synchronize(const char* where) const {
  checkCuda(cudaStreamSynchronize(m_handle), where);
}

Event::Event() {
  checkCuda(cudaEventCreateWithFlags(&m_handle, cudaEventDisableTiming), "event");
}

Event::~Event() {
  cudaEventDestroy(m_handle);
}

void Event::record(StreamHandle stream) {
  checkCuda(cudaEventRecord(m_handle, stream), "event");
}

void Event::letWait(StreamHandle stream) const {
  checkCuda(cudaStreamWaitEvent(stream, m_handle, 0), "event");
}

void Event::synchronize(const char* where) const {
  checkCuda(cudaEventSynchronize(m_handle), where);
}

}  // namespace oscope::gpu
