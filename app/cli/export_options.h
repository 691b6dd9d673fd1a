// Options of an export, for `export` and `run`.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "quant/export/export_format.h"

namespace oscope::cli {

struct ExportChoice {
  std::string format = "ct-exact";
  std::vector<std::string> params;
  std::uint64_t shardBytes = quant::ExportOptions{}.shardBytes;
  bool replace = false;
};
/// --format, --format-param, --shard-size, --replace.
void addExportChoice(CLI::App& app, ExportChoice& choice);
/// An unknown format is a UsageError that lists the known ones.
const quant::ExportFormat& findFormat(const ExportChoice& choice);
quant::ExportOptions makeExportOptions(const ExportChoice& choice, const quant::ExportFormat& format,
                                       const std::filesystem::path& output);

}  // namespace oscope::cli
