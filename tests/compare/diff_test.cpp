// Differences between two snapshots and between two recipes.
#include <gmock/gmock.h>

#include "quant/compare/recipe_diff.h"
#include "tests/support/made_snapshot.h"

namespace oscope::quant {
namespace {

using test::madeSite;
using test::MadeSnapshot;

const SiteId kA0{0, SiteKind::AttnIn}, kF0{0, SiteKind::FfnIn}, kM0{0, SiteKind::FfnMid}, kA1{1, SiteKind::AttnIn};

std::vector<SiteId> idsOf(const auto& sites) {
  std::vector<SiteId> ids;
  for (const auto& site : sites) ids.push_back(site.id);
  return ids;
}

TEST(SnapshotDiff, PutsOtherPoliciesFirstAndThenTheLargestFactors) {
  // v0 = 15, v1 = 150: A0 10 -> 20 changes policy, M0 100 -> 20 does not, F0 stays.
  const MadeSnapshot a({madeSite(kA0, {1, 10}), madeSite(kF0, {2, 3}), madeSite(kM0, {100, 1})});
  MadeSnapshot b({madeSite(kA0, {1, 20}), madeSite(kF0, {2, 3.001f}), madeSite(kM0, {20, 1})});
  b.editProvenance().seed = 7;
  const SnapshotDiff diff = diffSnapshots(a, b, defaultRecipe());
  EXPECT_EQ(idsOf(diff.sites), (std::vector<SiteId>{kA0, kM0, kF0}));
  EXPECT_EQ(diff.sites[0].policyA, Policy::Static);
  EXPECT_EQ(diff.sites[0].policyB, Policy::LaeStatic);
  EXPECT_DOUBLE_EQ(*diff.sites[1].factor(), 0.2);
  EXPECT_FALSE(diff.sites[2].differs()) << "one part in a thousand is no difference";
  EXPECT_EQ(diff.differing, 2u);
  EXPECT_EQ(diff.policies, 1u);
  EXPECT_EQ(diff.facts, (std::vector<FactDifference>{{"seed", "0", "7"}}));
}

TEST(SnapshotDiff, SitesOfOneSideAloneComeFirst) {
  const MadeSnapshot a({madeSite(kA0, {1, 10})});
  const MadeSnapshot b({madeSite(kA0, {1, 11}), madeSite(kA1, {5, 5})});
  const SnapshotDiff diff = diffSnapshots(a, b, defaultRecipe());
  ASSERT_EQ(diff.sites.size(), 2u);
  EXPECT_EQ(diff.sites[0].id, kA1);
  EXPECT_FALSE(diff.sites[0].rangeA.has_value());
  EXPECT_FALSE(diff.sites[0].factor().has_value());
  EXPECT_TRUE(diff.sites[0].differs());
}

TEST(SnapshotDiff, ARecipeOfAnotherSnapshotCountsAsFarAsItFits) {
  const MadeSnapshot a({madeSite(kA0, {1, 10})});
  const MadeSnapshot b({madeSite(kA0, {1, 10}), madeSite(kA1, {5, 5})});
  Recipe recipe = defaultRecipe();
  recipe.snapshotHash = "some other";
  recipe.overrides[kA1] = Policy::Dynamic;
  const SnapshotDiff diff = diffSnapshots(a, b, recipe);
  EXPECT_EQ(diff.whyNoPolicies, "");
  EXPECT_EQ(diff.sites[0].policyB, Policy::Dynamic);
}

TEST(SnapshotDiff, WithoutAPlanRangesAreComparedAlone) {
  const MadeSnapshot a({madeSite(kA0, {1, 10})}), b({madeSite(kA0, {1, 30})});
  Recipe recipe = defaultRecipe();
  recipe.weightOverrides["no.such.linear"] = {};
  const SnapshotDiff diff = diffSnapshots(a, b, recipe);
  EXPECT_THAT(diff.whyNoPolicies, ::testing::HasSubstr("no.such.linear"));
  EXPECT_EQ(diff.policies, 0u);
  EXPECT_DOUBLE_EQ(*diff.sites[0].factor(), 3);
}

TEST(SnapshotDiff, StepsWithoutTheirObserversLeavePoliciesToTheOthers) {
  const MadeSnapshot a({madeSite(kA0, {1, 10})}), b({madeSite(kA0, {1, 30})});
  const SnapshotDiff diff = diffSnapshots(a, b, loadRecipe("fptq-gptq-w4a8"));  // no gram
  EXPECT_EQ(diff.whyNoPolicies, "");
  EXPECT_EQ(diff.sites[0].policyB, Policy::LaeStatic);
}

TEST(DiffJson, NamesNestedKeys) {
  const Json a = {{"x", 1}, {"thresholds", {{"v0", 15.0}, {"v1", 150.0}}}, {"only_a", true}};
  const Json b = {{"x", 1}, {"thresholds", {{"v0", 20.0}, {"v1", 150.0}}}, {"only_b", "word"}};
  EXPECT_EQ(diffJson(a, b), (std::vector<FactDifference>{
                                {"only_a", "true", ""}, {"only_b", "", "word"}, {"thresholds.v0", "15.0", "20.0"}}));
}

TEST(RecipeDiff, ShowsPoliciesThenScalesAndTheKeys) {
  const MadeSnapshot snapshot({madeSite(kA0, {1, 10}), madeSite(kF0, {2, 3}), madeSite(kM0, {100, 1}, "")});
  Recipe a = defaultRecipe(), b = defaultRecipe();
  b.v0 = 9;                    // A0 leaves static
  b.rules.activationBits = 4;  // every static scale changes
  b.snapshotHash = snapshot.contentHash();
  const RecipeDiff diff = diffRecipes(snapshot, a, b, {});
  EXPECT_EQ(diff.sites[0].id, kA0);
  EXPECT_TRUE(diff.sites[0].policyDiffers());
  EXPECT_EQ(diff.policies, 1u);
  EXPECT_EQ(diff.differing, 3u);
  EXPECT_LT(diff.sites[0].b.rangeAfter, diff.sites[0].a.rangeAfter) << "LAE folds in B";
  EXPECT_EQ(diff.keys,
            (std::vector<FactDifference>{{"rules.activation_bits", "8", "4"}, {"thresholds.v0", "15.0", "9.0"}}));

  const RecipeDiff methods = diffRecipes(snapshot, a, loadRecipe("fptq-gptq-w4a8"), {});
  EXPECT_EQ(methods.differing, 0u) << "GPTQ changes no activation";
  EXPECT_EQ(std::count_if(methods.findings.begin(), methods.findings.end(),
                          [](const Diagnostic& found) { return found.code == "compare.step_dropped"; }),
            1);
  EXPECT_EQ(methods.keys[1], (FactDifference{"steps", "fptq, rtn", "fptq, gptq"}));

  const RecipeDiff same = diffRecipes(snapshot, a, a, {});
  EXPECT_EQ(same.differing, 0u);
  EXPECT_TRUE(same.keys.empty());
}

}  // namespace
}  // namespace oscope::quant
