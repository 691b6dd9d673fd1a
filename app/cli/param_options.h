// Parameters on the command line: what declares them (a method, an observer), their key and their value.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

#include "analysis/base/param_schema.h"

namespace oscope::cli {

/// "left=right" in two; another form is a UsageError that shows `shape`.
std::pair<std::string, std::string> splitAssignment(const std::string& text, const std::string& shape);

/// "fptq.alpha=0.9".
struct ParamAssignment {
  std::string owner, key, value;
};
/// Another form is a UsageError that shows `shape`.
ParamAssignment splitParam(const std::string& text, const std::string& shape);

/// --observer-param, with the parameters that there are in its help.
void addObserverParams(CLI::App& app, std::vector<std::string>& texts);
/// By observer, complete. An unknown observer, key or value is a UsageError.
std::map<std::string, ParamSet> makeObserverParams(const std::vector<std::string>& texts);

}  // namespace oscope::cli
