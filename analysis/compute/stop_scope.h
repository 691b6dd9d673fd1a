// Lets a backend's long ops notice a requested stop for the time of one call.
#pragma once

#include "analysis/base/job_context.h"
#include "analysis/compute/backend.h"

namespace oscope::compute {

class StopScope {
 public:
  /// No effect where `context` is null. `backend` must outlive the scope.
  StopScope(Backend& backend, const JobContext* context) : m_backend(context != nullptr ? &backend : nullptr) {
    if (m_backend != nullptr) m_backend->setStopToken(context->stop);
  }
  ~StopScope() {
    if (m_backend != nullptr) m_backend->setStopToken({});
  }
  StopScope(const StopScope&) = delete;
  StopScope& operator=(const StopScope&) = delete;

 private:
  Backend* m_backend;
};

}  // namespace oscope::compute
