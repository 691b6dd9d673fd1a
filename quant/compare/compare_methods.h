// Stage: several recipes on one model, side by side. Float and all quantized models pass the blocks together, so they
// see the same tokens and the same arithmetic; one block of one of them is in memory at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/base/diagnostic.h"
#include "analysis/base/job_context.h"
#include "analysis/calibration/dataset.h"
#include "analysis/compute/backend.h"
#include "analysis/model/open_model.h"
#include "quant/policy/plan.h"
#include "quant/verify/verify.h"

namespace oscope::quant {

/// A recipe as the user named it: the id of a built-in one, or a file.
struct NamedRecipe {
  std::string name;
  Recipe recipe;
};
/// loadRecipe of every name, in order. No names: every built-in recipe.
std::vector<NamedRecipe> loadRecipes(const std::vector<std::string>& filesOrNames);

struct CompareOptions {
  std::uint64_t memoryBytes = 0;  ///< promise on peak resident memory, as in calibration
  std::int64_t siteSamples = 8;   ///< windows that per-site figures are measured on; 0: none

  /// Throws InvalidArgument with the option's name.
  void validate() const;
};

/// One line of the table.
struct MethodRow {
  std::string name;   ///< NamedRecipe::name
  std::string title;  ///< Recipe::name
  ModelMeasure measure;
  std::vector<SiteMeasure> sites;  ///< empty with siteSamples = 0
  std::array<int, 4> policies{};   ///< sites by Policy
  double staticShare = 0;          ///< of all sites: one static scale, or one per cluster of channels
  std::uint64_t bytes = 0;         ///< PlanSize::model
  double quantizeSeconds = 0;      ///< planning, searches and codes; calibration and measuring not counted
  Diagnostics diagnostics;         ///< of the plan and of its execution

  /// The site of lowest output SQNR where only its own error counts; null without site figures.
  const SiteMeasure* worstSite() const;
};

struct CompareReport {
  std::string model, snapshotHash;
  std::int64_t windows = 0, windowLength = 0;
  double floatPerplexity = 0;
  std::vector<double> floatNllPerWindow;
  std::uint64_t floatBytes = 0;  ///< at 16 bits
  std::vector<MethodRow> rows;   ///< in the order of the recipes
  double seconds = 0;
};

struct CompareInput {
  const model::OpenedModel& model;
  const stats::Snapshot& snapshot;
  const std::vector<NamedRecipe>& recipes;
  const calibration::Dataset& data;  ///< held-out windows
};

/// Observers that the default set and the methods of all `recipes` ask for: what one calibration for them must run.
std::vector<std::string> observersFor(const std::vector<NamedRecipe>& recipes);

/// A Mismatch error that names every recipe, with the step and the observer that this snapshot lacks, and the remedy.
void requireObservers(const stats::Snapshot& snapshot, const std::vector<NamedRecipe>& recipes);

/// Plans everything before the first forward pass, so that a recipe that can't be had ends the job at once.
CompareReport compareMethods(const CompareInput& input, const CompareOptions& options, compute::Backend& backend,
                             const JobContext& context);

/// For --json: everything in the report, per-window figures included. SQNR without error is null.
Json toJson(const CompareReport& report);

}  // namespace oscope::quant
