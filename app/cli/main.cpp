// oscope: the engine without a window. Parses, runs one command, and turns what it throws into an exit status.
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <new>

#include "analysis/base/build_info.h"
#include "app/cli/command.h"
#include "app/cli/stop_signals.h"

namespace oscope::cli {
namespace {

constexpr const char* kDescription =
    "Quantizes large language models: calibrate a checkpoint, choose a policy per site, export, verify.\n"
    "Results go to stdout (--json: one JSON document), progress and remarks to stderr.\n"
    "Exit status: 0 done, 1 the job failed or was cancelled, 2 wrong usage.";

struct Flags {
  bool json = false, quiet = false;
};

std::vector<Command> addCommands(CLI::App& root, Flags& flags) {
  std::vector<Command> commands;
  for (const auto add : {addInspect, addCalibrate, addMerge, addPlan, addExport, addVerify, addCompare, addRun,
                         addMemory, addRecipes, addDevices}) {
    commands.push_back(add(root));
    commands.back().app->add_flag("--json", flags.json, "Print the result as one JSON document");
    commands.back().app->add_flag("-q,--quiet", flags.quiet, "No progress on stderr");
  }
  return commands;
}

/// Reports a failed job; under --json also as a document, so that a reader of stdout always gets one.
ExitStatus fail(bool json, std::string_view code, const std::string& where, const std::string& text,
                const std::string& remedy) {
  fmt::print(stderr, "oscope: {}{}{}\n", where, where.empty() ? "" : ": ", text);
  if (!remedy.empty()) fmt::print(stderr, "  remedy: {}\n", remedy);
  if (json) {
    const Json error = {{"error", {{"code", code}, {"where", where}, {"text", text}, {"remedy", remedy}}}};
    fmt::print(stdout, "{}\n", error.dump(2));
  }
  return ExitStatus::Failed;
}

ExitStatus runCommand(const Command& command, const Flags& flags) {
  try {
    StopSignals signals;
    Session session(signals.token(), flags.json, flags.quiet);
    return command.run(session);
  } catch (const UsageError& error) {
    fmt::print(stderr, "oscope {}: {}\nTry oscope {} --help.\n", command.app->get_name(), error.what(),
               command.app->get_name());
    return ExitStatus::Usage;
  } catch (const Cancelled&) {
    return fail(flags.json, "cancelled", "", "cancelled", "the same command resumes what can be resumed");
  } catch (const Error& error) {
    return fail(flags.json, toString(error.code()), error.where(), error.text(), error.remedy());
  } catch (const std::bad_alloc&) {
    return fail(flags.json, toString(ErrorCode::OutOfMemory), "", "out of memory", "give a smaller --memory");
  } catch (const std::exception& error) {
    return fail(flags.json, toString(ErrorCode::Internal), "", error.what(), "this is a bug: please report it");
  }
}

int run(int argc, char** argv) {
  CLI::App root(kDescription, "oscope");
  root.set_version_flag("--version", "oscope " + buildText());
  root.require_subcommand(0, 1);  // or a mistyped command would only hear that one is missing
  root.get_formatter()->column_width(34);
  Flags flags;
  const std::vector<Command> commands = addCommands(root, flags);
  try {
    root.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return root.exit(error) == 0 ? static_cast<int>(ExitStatus::Ok) : static_cast<int>(ExitStatus::Usage);
  }
  for (const Command& command : commands) {
    if (command.app->parsed()) return static_cast<int>(runCommand(command, flags));
  }
  fmt::print(stderr, "{}", root.help());
  return static_cast<int>(ExitStatus::Usage);
}

}  // namespace
}  // namespace oscope::cli

int main(int argc, char** argv) {
  try {
    return oscope::cli::run(argc, argv);
  } catch (const std::exception& error) {  // beyond a command: out of memory, or a fault in the options' description
    std::fprintf(stderr, "oscope: %s\n", error.what());
    return static_cast<int>(oscope::cli::ExitStatus::Failed);
  }
}
