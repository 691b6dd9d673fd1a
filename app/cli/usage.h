// Turns "value out of its domain" into wrong usage.
#pragma once

#include "analysis/base/error.h"
#include "app/cli/command.h"

namespace oscope::cli {

/// Calls `check`; an InvalidArgument error of it is a UsageError: the fault is in the command line.
template <typename Check>
decltype(auto) asUsage(Check&& check) {
  try {
    return check();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::InvalidArgument) throw;
    throw UsageError(error.what());
  }
}

}  // namespace oscope::cli
