#include "app/gui/jobs/load_workspace.h"

#include "analysis/base/error.h"
#include "analysis/stats/hdf5_store.h"

namespace oscope::gui {
namespace {

namespace fs = std::filesystem;
using Kind = LoadedWorkspace::Kind;

void openModelOf(LoadedWorkspace& loaded, const fs::path& path) {
  loaded.model = std::make_shared<const model::OpenedModel>(model::openModel(path));
  loaded.workspace.model = path;
}

void openSnapshotOf(LoadedWorkspace& loaded, const fs::path& path) {
  loaded.snapshot = stats::openSnapshot(path);
  loaded.workspace.snapshot = path;
}

/// A report that has gone or can't be read is worth a warning, not the workspace.
void openReport(LoadedWorkspace& loaded, const JobContext& context) {
  if (loaded.workspace.verifyReport.empty()) return;
  try {
    loaded.report = quant::loadVerifyReport(loaded.workspace.verifyReport);
  } catch (const Error& error) {
    context.report({Severity::Warning, "workspace.report", error.where(), error.text(), "verify the export again"});
  }
}

LoadedWorkspace openWorkspace(const fs::path& path, const JobContext& context) {
  LoadedWorkspace loaded;
  loaded.kind = Kind::Workspace;
  loaded.workspace = quant::loadWorkspace(path);
  const quant::Workspace named = loaded.workspace;
  if (!named.snapshot.empty()) openSnapshotOf(loaded, named.snapshot);
  // A workspace calibrated elsewhere opens without its checkpoint: the views work, the jobs say what they miss.
  if (fs::is_directory(named.model)) {
    openModelOf(loaded, named.model);
  } else if (!named.model.empty()) {
    context.report({Severity::Warning, "workspace.model", named.model.string(), "the checkpoint is not there",
                    "open its folder to calibrate, export or verify"});
  }
  if (loaded.model && loaded.snapshot) {
    quant::requireSameModel(loaded.snapshot->provenance().modelFingerprint, loaded.model->weights->fingerprint(),
                            named.snapshot.string());
  }
  if (loaded.snapshot) {  // a recipe that doesn't fit throws
    loaded.plan = std::make_shared<const quant::Plan>(quant::makePlan(*loaded.snapshot, loaded.workspace.recipe));
  }
  openReport(loaded, context);
  return loaded;
}

}  // namespace

bool isOf(const stats::Snapshot& snapshot, const model::OpenedModel& model) {
  return snapshot.provenance().modelFingerprint == model.weights->fingerprint();
}

std::shared_ptr<const quant::Plan> planOrNull(const stats::Snapshot& snapshot, const quant::Recipe& recipe) {
  try {
    return std::make_shared<const quant::Plan>(quant::makePlan(snapshot, recipe));
  } catch (const Error&) {
    return nullptr;
  }
}

LoadedWorkspace loadAnything(const fs::path& path, const OpenWorkspace& open, const JobContext& context) {
  const auto& [model, snapshot, recipe] = open;
  LoadedWorkspace loaded;
  const std::string name = path.filename().string();
  if (!fs::exists(path)) {
    throw Error(ErrorCode::FileNotFound, path.string(), "there is nothing at this path",
                "was it moved? open it from where it is now");
  }
  if (fs::is_directory(path)) {
    openModelOf(loaded, path);
    if (snapshot && !model && !isOf(*snapshot, *loaded.model)) {
      throw Error(
          ErrorCode::Mismatch, path.string(),
          "this is not the checkpoint that the open snapshot was made of (" + snapshot->provenance().modelName + ")",
          "open that checkpoint, or close the workspace first (Ctrl+W) and open this one alone");
    }
  } else if (name.ends_with(".h5")) {
    loaded.kind = Kind::Snapshot;
    openSnapshotOf(loaded, path);
    if (model && !isOf(*loaded.snapshot, *model)) {
      throw Error(ErrorCode::Mismatch, path.string(),
                  "this snapshot was made of another model (" + loaded.snapshot->provenance().modelName +
                      "), not of the open checkpoint",
                  "calibrate the open checkpoint, or close the workspace first (Ctrl+W) and open the snapshot alone");
    }
    loaded.plan = planOrNull(*loaded.snapshot, model ? recipe : loaded.workspace.recipe);
  } else if (name.ends_with(".oscope")) {
    loaded = openWorkspace(path, context);
  } else if (name.ends_with(".json")) {
    loaded.kind = Kind::Recipe;
    loaded.workspace.recipe = quant::loadRecipe(path.string());
    if (!snapshot && !model) {
      throw Error(ErrorCode::InvalidArgument, path.string(), "a recipe alone has nothing to apply to",
                  "open a snapshot or a model folder first, then the recipe");
    }
    if (snapshot) {
      loaded.plan = std::make_shared<const quant::Plan>(quant::makePlan(*snapshot, loaded.workspace.recipe));
    }
  } else {
    throw Error(ErrorCode::Unsupported, path.string(), "not a model folder, snapshot, workspace or recipe",
                "open a folder with config.json, a .oscope.h5, a .oscope or a recipe .json");
  }
  return loaded;
}

}  // namespace oscope::gui
