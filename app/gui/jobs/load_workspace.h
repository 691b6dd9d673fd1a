// What a path turns out to hold, read off the GUI thread: model folder, snapshot, workspace or recipe.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "analysis/base/job_context.h"
#include "analysis/model/open_model.h"
#include "analysis/stats/snapshot.h"
#include "quant/pipeline/workspace.h"
#include "quant/verify/verify.h"

namespace oscope::gui {

struct LoadedWorkspace {
  enum class Kind { Model, Snapshot, Workspace, Recipe } kind = Kind::Model;
  quant::Workspace workspace;
  std::shared_ptr<const model::OpenedModel> model;
  stats::SnapshotPtr snapshot;
  std::optional<quant::VerifyReport> report;
};

/// Whether the snapshot was made of this checkpoint.
bool isOf(const stats::Snapshot& snapshot, const model::OpenedModel& model);

/// `model` and `snapshot` are what is open now: a snapshot must be of the open checkpoint, a checkpoint must be that of
/// a snapshot that stands alone, a recipe must fit the open snapshot. What doesn't fit, can't be read or is nothing of
/// ours is an Error that says how to go on.
LoadedWorkspace loadAnything(const std::filesystem::path& path, const std::shared_ptr<const model::OpenedModel>& model,
                             const stats::SnapshotPtr& snapshot, const JobContext& context);

}  // namespace oscope::gui
