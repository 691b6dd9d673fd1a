// What a subcommand is, and what it gets from main.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/base/job_context.h"
#include "analysis/base/json.h"
#include "app/cli/console_progress.h"

namespace oscope::cli {

/// Exit statuses of the program. A cancelled job is a job that was not done: Failed.
enum class ExitStatus { Ok = 0, Failed = 1, Usage = 2 };

/// Options that can't be used as given, found after parsing: exit status 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The terminal of one running command. Results go to stdout, everything else to stderr.
class Session {
 public:
  Session(std::stop_token stop, bool json, bool quiet);

  bool json() const { return m_json; }
  JobContext context();
  /// Text for people; nothing under --json.
  void print(std::string_view text);
  /// A remark beside the results (stderr); nothing under --quiet.
  void note(std::string_view text);
  void show(const Diagnostics& diagnostics);
  /// The result under --json (one document on stdout); nothing otherwise.
  void emit(const Json& result);

 private:
  std::stop_token m_stop;
  bool m_json, m_quiet;
  ConsoleProgress m_progress;
};

/// One subcommand. `run` returns Failed where the job ran but its answer is no (a verification that does not pass).
struct Command {
  CLI::App* app = nullptr;
  std::function<ExitStatus(Session&)> run;
};

// One per cmd_*.cpp: adds the subcommand to `root`. The list itself is in commands.cpp.
Command addInspect(CLI::App& root);
Command addCalibrate(CLI::App& root);
Command addMerge(CLI::App& root);
Command addPlan(CLI::App& root);
Command addExport(CLI::App& root);
Command addVerify(CLI::App& root);
Command addCompare(CLI::App& root);
Command addRun(CLI::App& root);
Command addMemory(CLI::App& root);
Command addRecipes(CLI::App& root);
Command addDevices(CLI::App& root);

}  // namespace oscope::cli
