// Streams and events of one device, owned.
#pragma once

#include "gpu/kernels/launch.h"

struct CUevent_st;

namespace oscope::gpu {

/// Belongs to the device that is current when it is made.
class Stream {
 public:
  Stream();
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  StreamHandle handle() const { return m_handle; }
  /// Waits on the host; an error of an earlier kernel turns up here. `where` names the op that waits.
  void synchronize(const char* where) const;

 private:
  StreamHandle m_handle = nullptr;
};

class Event {
 public:
  Event();
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  void record(StreamHandle stream);
  /// What `stream` is given from now on waits for the last record.
  void letWait(StreamHandle stream) const;
  /// Waits on the host; at once where nothing was recorded.
  void synchronize(const char* where) const;

 private:
  CUevent_st* m_handle = nullptr;
};

}  // namespace oscope::gpu
