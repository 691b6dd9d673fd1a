// What a path turns out to hold, read off the GUI thread: model folder, snapshot, workspace or recipe.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "analysis/base/job_context.h"
#include "analysis/model/open_model.h"
#include "analysis/stats/snapshot.h"
#include "quant/pipeline/workspace.h"
#include "quant/policy/plan.h"
#include "quant/verify/verify.h"

namespace oscope::gui {

struct LoadedWorkspace {
  enum class Kind { Model, Snapshot, Workspace, Recipe } kind = Kind::Model;
  quant::Workspace workspace;
  std::shared_ptr<const model::OpenedModel> model;
  stats::SnapshotPtr snapshot;
  std::shared_ptr<const quant::Plan> plan;  ///< of the snapshot by the recipe that will hold; null: none, or no fit
  std::optional<quant::VerifyReport> report;
};

/// Whether the snapshot was made of this checkpoint.
bool isOf(const stats::Snapshot& snapshot, const model::OpenedModel& model);

/// What is open while something else is being read: values and pointers that a worker may keep.
struct OpenWorkspace {
  std::shared_ptr<const model::OpenedModel> model;
  stats::SnapshotPtr snapshot;
  quant::Recipe recipe;
};

/// A snapshot must be of the open checkpoint, a checkpoint must be that of a snapshot that stands alone, a recipe must
/// fit the open snapshot. What doesn't fit, can't be read or is nothing of ours is an Error that says how to go on.
LoadedWorkspace loadAnything(const std::filesystem::path& path, const OpenWorkspace& open, const JobContext& context);

/// The plan of a large model takes longer than the GUI thread may be away: workers make it. Null where the snapshot
/// can't follow the recipe; who asks for it in the GUI thread is told why.
std::shared_ptr<const quant::Plan> planOrNull(const stats::Snapshot& snapshot, const quant::Recipe& recipe);

}  // namespace oscope::gui
