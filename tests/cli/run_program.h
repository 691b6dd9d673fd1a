// Runs the real `oscope` as a user would, and keeps what it printed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/test_data.h"

namespace oscope::test {

struct Outcome {
  int status = -1;  ///< exit status; -1: ended by a signal
  int signal = 0;
  std::string out, err;
};

/// One running `oscope`; killed in the destructor if it still runs.
class Program {
 public:
  struct Options {
    std::optional<std::uint64_t> fileSizeLimit;  ///< writes beyond it fail: the disk that fills up
  };

  explicit Program(const std::vector<std::string>& arguments) : Program(arguments, Options{}) {}
  Program(const std::vector<std::string>& arguments, const Options& options);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// True as soon as stderr holds `text`; false where the program ended or `patience` passed before.
  bool waitForError(const std::string& text, std::chrono::seconds patience = std::chrono::seconds(60));
  void send(int signal);
  Outcome wait();

 private:
  bool ended();

  ScratchFolder m_folder;
  pid_t m_pid = -1;
  std::optional<int> m_waitStatus;
};

/// Runs to the end.
Outcome oscope(const std::vector<std::string>& arguments);
Outcome oscopeWithFileSizeLimit(std::uint64_t bytes, const std::vector<std::string>& arguments);

/// The bundled sample (resources/sample): model/, calib.txt, eval.txt.
std::filesystem::path sampleFolder();

}  // namespace oscope::test
