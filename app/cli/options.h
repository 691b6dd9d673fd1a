// Options that several commands share.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/calibration/dataset.h"
#include "analysis/compute/backend.h"
#include "analysis/model/open_model.h"
#include "analysis/stats/snapshot.h"
#include "quant/policy/recipe.h"

namespace oscope::cli {

/// A number of bytes ("8GiB").
CLI::Option* addByteSize(CLI::App& app, const std::string& name, std::uint64_t& target, const std::string& help);

struct DeviceOptions {
  std::string device = "auto";
  int threads = 0;
  std::uint64_t memoryBytes = 0, deviceMemoryBytes = 0;
  compute::MatmulPrecision precision = compute::MatmulPrecision::Fast;
};
/// --device, --threads, --device-memory.
void addDeviceChoice(CLI::App& app, DeviceOptions& options);
/// addDeviceChoice(), and --memory, --precision.
void addDeviceOptions(CLI::App& app, DeviceOptions& options);
std::unique_ptr<compute::Backend> openBackend(const DeviceOptions& options);

/// Where tokens come from; at most one source.
struct DataOptions {
  std::string text, jsonl, tokens;
  bool random = false;
  std::string jsonKey = "text";
  std::int64_t samples = 128, length = 512, firstSample = 0;
  std::uint64_t seed = 0;
  const CLI::Option *samplesOption = nullptr, *lengthOption = nullptr;  ///< not given: a file of rows decides

  bool given() const { return !text.empty() || !jsonl.empty() || !tokens.empty() || random; }
  calibration::DatasetOptions datasetOptions() const;
};
/// The source options with `prefix` in front ("", "eval-"), in help group `group`; `tokensAlias`: a second name of
/// --tokens (",--eval-tokens").
void addSourceOptions(CLI::App& app, DataOptions& options, const std::string& prefix, const std::string& group,
                      const std::string& tokensAlias = {});
/// How many windows of how many tokens; the names differ between calibration and verification.
void addWindowOptions(CLI::App& app, DataOptions& options, const std::string& count, const std::string& length);
/// The tokens of `data` for `model`.
using calibration::LoadedData;
LoadedData loadData(const calibration::DatasetOptions& data, const model::OpenedModel& model);

/// What changes a recipe from the command line.
struct RecipeOptions {
  std::string recipe;  ///< file or built-in name
  std::optional<double> v0, v1, divisor;
  std::vector<std::string> sets, params, methods, foldEdges;
  std::optional<int> bits;
  std::optional<std::int64_t> group;
  std::string scaleDtype;
};
void addRecipeOptions(CLI::App& app, RecipeOptions& options);
/// The file or built-in recipe with all changes that need no snapshot. Wrong options are UsageErrors.
quant::Recipe makeRecipe(const RecipeOptions& options);
/// The overrides of --set, whose patterns need the sites of `snapshot`; binds the recipe to that snapshot.
quant::Recipe bindRecipe(quant::Recipe recipe, const RecipeOptions& options, const stats::Snapshot& snapshot);

}  // namespace oscope::cli
