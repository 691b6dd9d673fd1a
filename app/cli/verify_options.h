// Options of a verification, for `verify` and `run`.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>

#include "quant/verify/verify.h"

namespace oscope::cli {

inline constexpr std::int64_t kDefaultWindows = 64, kDefaultWindowLength = 256;

/// --site-samples, --no-integer-true, --no-static-baseline, --logits.
void addVerifyOptions(CLI::App& app, quant::VerifyOptions& options);

}  // namespace oscope::cli
