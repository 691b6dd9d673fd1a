// What the window opens and saves: checkpoint path + snapshot + recipe + reports.
#pragma once

#include <filesystem>
#include <string>

#include "analysis/base/json.h"
#include "quant/policy/recipe.h"

namespace oscope::quant {

/// A small JSON file `.oscope`; paths are stored relative to it where they lie below it. Missing parts are empty.
struct Workspace {  // NOLINT(bugprone-exception-escape): moving a Json doesn't throw
  std::filesystem::path model, snapshot, exported, verifyReport;
  Recipe recipe = defaultRecipe();
  Json view;  ///< the window's own state (selection, zoom), kept but not read here
};

Workspace loadWorkspace(const std::filesystem::path& path);
void saveWorkspace(const Workspace& workspace, const std::filesystem::path& path);

}  // namespace oscope::quant
