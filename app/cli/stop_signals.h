// Ctrl-C and termination requests as a stop token.
#pragma once

#include <stop_token>
#include <thread>

namespace oscope::cli {

/// While it lives, SIGINT and SIGTERM request a stop; a second signal ends the process as usual. One per process.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  std::stop_token token() const { return m_source.get_token(); }

 private:
  std::stop_source m_source;
  int m_readEnd = -1;
  std::thread m_watcher;
};

}  // namespace oscope::cli
