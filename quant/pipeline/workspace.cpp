#include "quant/pipeline/workspace.h"

#include <fmt/format.h>

#include "analysis/base/error.h"

namespace oscope::quant {
namespace {

namespace fs = std::filesystem;

constexpr int kVersion = 1;

/// Below the workspace's folder: relative, so that the folder can be moved. Elsewhere: absolute.
std::string stored(const fs::path& path, const fs::path& folder) {
  if (path.empty()) return {};
  const fs::path absolute = fs::absolute(path).lexically_normal();
  const fs::path relative = absolute.lexically_relative(folder);
  const bool below = !relative.empty() && *relative.begin() != "..";
  return (below ? relative : absolute).string();
}

fs::path resolved(const std::string& text, const fs::path& folder) {
  if (text.empty()) return {};
  const fs::path path(text);
  return path.is_absolute() ? path : (folder / path).lexically_normal();
}

}  // namespace

Workspace loadWorkspace(const fs::path& path) {
  const std::string where = path.string();
  const Json json = readJsonFile(path);
  const std::int64_t version = requireKey<std::int64_t>(json, "oscope_workspace", where);
  if (version != kVersion) {
    throw Error(ErrorCode::Unsupported, where,
                fmt::format("workspace version {}, this program reads {}", version, kVersion),
                "open it with the version of the program that wrote it");
  }
  const fs::path folder = fs::absolute(path).parent_path();
  const auto pathOf = [&](const char* key) { return resolved(optionalKey<std::string>(json, key, {}, where), folder); };
  Workspace workspace;
  workspace.model = pathOf("model");
  workspace.snapshot = pathOf("snapshot");
  workspace.exported = pathOf("exported");
  workspace.verifyReport = pathOf("verify_report");
  workspace.recipe = recipeFromJson(requireKey<Json>(json, "recipe", where), where + ": recipe");
  workspace.view = optionalKey<Json>(json, "view", Json::object(), where);
  return workspace;
}

void saveWorkspace(const Workspace& workspace, const fs::path& path) {
  const fs::path folder = fs::absolute(path).parent_path();
  Json json;
  json["oscope_workspace"] = kVersion;
  json["model"] = stored(workspace.model, folder);
  json["snapshot"] = stored(workspace.snapshot, folder);
  json["exported"] = stored(workspace.exported, folder);
  json["verify_report"] = stored(workspace.verifyReport, folder);
  json["recipe"] = toJson(workspace.recipe);
  json["view"] = workspace.view.is_null() ? Json::object() : workspace.view;
  writeJsonFile(path, json);
}

}  // namespace oscope::quant
