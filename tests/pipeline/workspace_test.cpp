#include "quant/pipeline/workspace.h"

#include <gtest/gtest.h>

#include <fstream>

#include "analysis/base/error.h"
#include "tests/support/test_data.h"

namespace oscope::quant {
namespace {

TEST(Workspace, ReadsBackWhatItWrote) {
  const test::ScratchFolder scratch;
  Workspace workspace;
  workspace.model = scratch / "model";
  workspace.snapshot = "/elsewhere/run.oscope.h5";
  workspace.recipe.v0 = 12.5;
  workspace.recipe.overrides[SiteId{3, SiteKind::FfnMid}] = Policy::None;
  workspace.view["selection"] = "blocks.3.ffn_mid";
  saveWorkspace(workspace, scratch / "w.oscope");

  const Workspace back = loadWorkspace(scratch / "w.oscope");
  EXPECT_EQ(back.model, workspace.model);
  EXPECT_EQ(back.snapshot, workspace.snapshot);
  EXPECT_TRUE(back.exported.empty());
  EXPECT_EQ(back.recipe, workspace.recipe);
  EXPECT_EQ(back.view, workspace.view);
}

TEST(Workspace, PathsBelowItMoveWithIt) {
  const test::ScratchFolder scratch;
  Workspace workspace;
  std::filesystem::create_directories(scratch / "a");
  workspace.snapshot = scratch / "a" / "run.oscope.h5";
  saveWorkspace(workspace, scratch / "a" / "w.oscope");
  std::filesystem::rename(scratch / "a", scratch / "b");
  EXPECT_EQ(loadWorkspace(scratch / "b" / "w.oscope").snapshot, scratch / "b" / "run.oscope.h5");
}

TEST(Workspace, AnotherVersionIsRefusedByName) {
  const test::ScratchFolder scratch;
  std::ofstream(scratch / "w.oscope") << R"({"oscope_workspace": 99, "recipe": {}})";
  try {
    loadWorkspace(scratch / "w.oscope");
    FAIL() << "version 99 was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::Unsupported);
    EXPECT_NE(std::string(error.what()).find("99"), std::string::npos);
  }
}

}  // namespace
}  // namespace oscope::quant
