#include "quant/policy/plan.h"

#include <gmock/gmock.h>

#include "analysis/base/error.h"
#include "quant/methods/method_registry.h"
#include "quant/transform/channel_scale.h"
#include "tests/support/made_snapshot.h"

namespace oscope::quant {
namespace {

using test::madeSite;
using test::MadeSnapshot;
using ::testing::HasSubstr;

constexpr SiteId kAttnIn{0, SiteKind::AttnIn}, kAttnOut{0, SiteKind::AttnOut}, kFfnIn{0, SiteKind::FfnIn},
    kFfnMid{0, SiteKind::FfnMid};

/// One block: a quiet site, one between the thresholds, one of those without an edge, one above.
MadeSnapshot madeSnapshot() {
  return MadeSnapshot({madeSite(kAttnIn, {1, 15, 3, 2}), madeSite(kAttnOut, {4, 50, 3, 0}, "v_rows"),
                       madeSite(kFfnIn, {50, 15, 3, 0}), madeSite(kFfnMid, {4, 150, 3, 2}, "")});
}

template <typename Function>
std::string refusal(Function function) {
  try {
    function();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

TEST(Lae, GivesThePublishedValues) {
  EXPECT_NEAR(laeScale(15.0f), 3.670, 5e-4);
  EXPECT_NEAR(laeScale(50.0f), 8.771, 5e-4);
  EXPECT_NEAR(laeScale(150.0f), 20.696, 5e-4);
  EXPECT_NEAR(laeScale(1000.0f), 100.31, 5e-3);
  EXPECT_EQ(laeScale(2.0f), 1.0f);
  EXPECT_EQ(laeScale(0.0f), 1.0f) << "a dead channel";
  EXPECT_EQ(laeScale(1e-39f), 1.0f) << "below the smallest normal";
}

TEST(Lae, ExponentHasTwoReadings) {
  LaeOptions mapped;
  mapped.alpha = 0;
  EXPECT_EQ(laeScale(50.0f, mapped), 50.0f) << "all channels become 1";
  LaeOptions scale = mapped;
  scale.reading = LaeOptions::Reading::Scale;
  EXPECT_EQ(laeScale(50.0f, scale), 1.0f) << "nothing changes";
  mapped.alpha = scale.alpha = 0.5;
  EXPECT_NEAR(laeScale(50.0f, mapped), 50.0 / std::sqrt(std::log2(52.0)), 1e-5);
  EXPECT_NEAR(laeScale(50.0f, scale), std::sqrt(50.0 / std::log2(52.0)), 1e-6);
}

TEST(Lae, CanLeaveQuietChannelsAlone) {
  LaeOptions options;
  EXPECT_LT(laeScale(0.1f, options), 0.1f);
  options.neverAmplify = true;
  EXPECT_EQ(laeScale(0.1f, options), 1.0f);
  EXPECT_EQ(laeScale(50.0f, options), laeScale(50.0f));
}

TEST(Plan, FollowsTheThresholds) {
  const Plan plan = makePlan(madeSnapshot(), defaultRecipe());
  EXPECT_EQ(plan.site(kAttnIn).policy, Policy::Static);
  EXPECT_EQ(plan.site(kAttnIn).reason, "v = 15.0 ≤ v0 = 15.0");
  EXPECT_EQ(plan.site(kAttnIn).activation.granularity, ActivationPlan::Granularity::Tensor);
  EXPECT_EQ(plan.site(kAttnIn).activation.scale, 0.1181640625f) << "15 / 127 = 0.11811, the next bf16 value above";
  EXPECT_TRUE(plan.site(kAttnIn).scale.empty());

  EXPECT_EQ(plan.site(kFfnIn).policy, Policy::LaeStatic);
  EXPECT_EQ(plan.site(kFfnIn).foldEdge, "norm");
  ASSERT_EQ(plan.site(kFfnIn).scale.size(), 4u);
  EXPECT_EQ(plan.site(kFfnIn).scale[0], laeScale(50.0f));
  EXPECT_EQ(plan.site(kFfnIn).scale[3], 1.0f);
  EXPECT_NEAR(plan.site(kFfnIn).rangeAfter, std::log2(52.0), 1e-6);

  EXPECT_EQ(plan.site(kFfnMid).policy, Policy::Dynamic);
  EXPECT_EQ(plan.site(kFfnMid).reason, "v = 150 ≥ v1 = 150");
  EXPECT_EQ(plan.site(kFfnMid).activation.granularity, ActivationPlan::Granularity::Token);
  EXPECT_EQ(plan.site(kFfnMid).activation.divisor, 127.0);
  EXPECT_EQ(plan.count(Policy::Dynamic), 2);
}

TEST(Plan, SaysWhyItFallsBack) {
  Recipe recipe = defaultRecipe();
  Plan plan = makePlan(madeSnapshot(), recipe);
  EXPECT_EQ(plan.site(kAttnOut).policy, Policy::Dynamic);
  EXPECT_THAT(plan.site(kAttnOut).reason, HasSubstr("the recipe's fold_edges do not allow v_rows"));

  recipe.foldEdges.push_back("v_rows");
  recipe.v1 = 151;
  plan = makePlan(madeSnapshot(), recipe);
  EXPECT_EQ(plan.site(kAttnOut).policy, Policy::LaeStatic);
  EXPECT_EQ(plan.site(kAttnOut).foldEdge, "v_rows");
  EXPECT_EQ(plan.site(kFfnMid).policy, Policy::Dynamic);
  EXPECT_THAT(plan.site(kFfnMid).reason, HasSubstr("GeLU stands before this linear"));
  EXPECT_TRUE(plan.diagnostics.size() >= 1u);
}

TEST(Plan, ChannelsOfOneRowShareTheLargestScale) {
  stats::SiteStats site = madeSite(kAttnOut, {4, 50, 3, 20}, "v_rows");
  site.foldRows = {7, 8, 7, 8};
  Recipe recipe = defaultRecipe();
  recipe.foldEdges = {"v_rows"};
  const Plan plan = makePlan(MadeSnapshot({site}), recipe);
  const std::vector<float>& scale = plan.site(kAttnOut).scale;
  EXPECT_EQ(scale, (std::vector<float>{laeScale(4.0f), laeScale(50.0f), laeScale(4.0f), laeScale(50.0f)}));
  EXPECT_NEAR(plan.site(kAttnOut).rangeAfter, std::log2(52.0), 1e-6);
}

TEST(Plan, OverridesWinAndAreMarked) {
  Recipe recipe = defaultRecipe();
  recipe.overrides = {{kAttnIn, Policy::Dynamic}, {kFfnIn, Policy::Static}, {kFfnMid, Policy::LaeStatic}};
  const Plan plan = makePlan(madeSnapshot(), recipe);
  EXPECT_EQ(plan.site(kAttnIn).policy, Policy::Dynamic);
  EXPECT_EQ(plan.site(kAttnIn).reason, "chosen by hand (v = 15.0 ≤ v0 = 15.0)");
  EXPECT_TRUE(plan.site(kAttnIn).overridden);
  EXPECT_EQ(plan.site(kFfnIn).policy, Policy::Static);
  EXPECT_TRUE(plan.site(kFfnIn).scale.empty());
  EXPECT_EQ(plan.site(kFfnIn).activation.scale, 0.39453125f) << "50 / 127 = 0.39370, snapped up";
  EXPECT_EQ(plan.site(kFfnMid).policy, Policy::Dynamic) << "LAE is impossible there";
  EXPECT_FALSE(plan.site(kAttnOut).overridden);
  EXPECT_TRUE(std::any_of(plan.diagnostics.begin(), plan.diagnostics.end(),
                          [](const Diagnostic& d) { return d.code == "plan.lae_impossible"; }));
}

TEST(Plan, PlainRoundToNearestMakesAllSitesEqual) {
  for (const auto& [id, policy] : {std::pair{"rtn-w4a16", Policy::None}, std::pair{"rtn-w4a8-dynamic", Policy::Dynamic},
                                   std::pair{"rtn-w4a8-static", Policy::Static}}) {
    Recipe recipe = loadRecipe(id);
    recipe.overrides = {{kAttnIn, Policy::Dynamic}};
    const Plan plan = makePlan(madeSnapshot(), recipe);
    EXPECT_EQ(plan.site(kAttnIn).policy, Policy::Dynamic) << id;
    EXPECT_TRUE(plan.site(kAttnIn).overridden) << id;
    for (SiteId site : {kAttnOut, kFfnIn, kFfnMid}) EXPECT_EQ(plan.site(site).policy, policy) << id;
  }
}

TEST(Plan, ReportsGroupsThatDoNotDivide) {
  Recipe recipe = defaultRecipe();
  recipe.weights.group = 3;
  const Plan plan = makePlan(madeSnapshot(), recipe);
  EXPECT_TRUE(plan.site(kAttnIn).linears[0].groupFellBack);
  EXPECT_EQ(plan.site(kAttnIn).linears[0].scheme.group, 0);
  ASSERT_EQ(plan.diagnostics.size(), 1u) << "one finding for the four linears of one width";
  EXPECT_EQ(plan.diagnostics[0].code, "plan.group_fallback");
  EXPECT_THAT(plan.diagnostics[0].text,
              HasSubstr("a group of 3 does not divide the 4 input channels of 4 linears (reader)"));
}

TEST(Plan, SchemesOfSingleLinears) {
  Recipe recipe = defaultRecipe();
  recipe.weights.group = 2;
  recipe.weightOverrides["blocks.0.ffn_mid.reader"] = {8, 0, true};
  const Plan plan = makePlan(madeSnapshot(), recipe);
  EXPECT_EQ(plan.site(kFfnMid).linears[0].scheme, (WeightScheme{8, 0, true}));
  EXPECT_EQ(plan.site(kAttnIn).linears[0].scheme, (WeightScheme{4, 2, true}));
}

TEST(Plan, RefusesWhatBelongsToAnotherModel) {
  const MadeSnapshot snapshot = madeSnapshot();
  Recipe recipe = defaultRecipe();
  recipe.overrides[{7, SiteKind::AttnIn}] = Policy::Static;
  EXPECT_THAT(refusal([&] { makePlan(snapshot, recipe); }), HasSubstr("blocks.7.attn_in"));

  recipe = defaultRecipe();
  recipe.weightOverrides["no.such.linear"] = {8, 0, true};
  EXPECT_THAT(refusal([&] { makePlan(snapshot, recipe); }), HasSubstr("no.such.linear"));

  recipe = defaultRecipe();
  recipe.snapshotHash = "another";
  EXPECT_THAT(refusal([&] { makePlan(snapshot, recipe); }), HasSubstr("made on snapshot another"));
  recipe.snapshotHash = "made";
  EXPECT_EQ(refusal([&] { makePlan(snapshot, recipe); }), "");

  recipe.v0 = 200;
  EXPECT_THAT(refusal([&] { makePlan(snapshot, recipe); }), HasSubstr("0 < v0 < v1"));

  EXPECT_THAT(refusal([] { requireSameModel("aaaa", "bbbb", "run.oscope.h5"); }), HasSubstr("run.oscope.h5"));
  EXPECT_EQ(refusal([] { requireSameModel("aaaa", "aaaa", "run.oscope.h5"); }), "");
}

TEST(Plan, RangeWithoutTheFirstToken) {
  stats::SiteStats site = madeSite(kAttnIn, {100, 1});
  site.tokenAbsmax = {100, 3, 2, 4, 90, 5, 1, 2};
  const Plan plan = makePlan(MadeSnapshot({site}), defaultRecipe());
  EXPECT_EQ(plan.site(kAttnIn).range, 100);
  EXPECT_EQ(plan.site(kAttnIn).rangeWithoutFirst, 5);
}

TEST(Plan, TwoScalingStepsAreRefused) {
  Recipe recipe = defaultRecipe();
  recipe.steps.insert(recipe.steps.begin(), recipe.steps[0]);
  EXPECT_THAT(refusal([&] { makePlan(madeSnapshot(), recipe); }), HasSubstr("two steps"));
}

TEST(Plan, WhatTheSnapshotAloneDecidesIsTakenFromAPlanOfTheSameSnapshot) {
  const MadeSnapshot snapshot = madeSnapshot();
  Recipe moved = defaultRecipe();
  moved.v0 = 2, moved.v1 = 40;
  const Plan anew = makePlan(snapshot, moved);
  Plan known = makePlan(snapshot, defaultRecipe());
  const Plan quick = makePlan(snapshot, moved, &known);
  ASSERT_EQ(quick.sites.size(), anew.sites.size());
  for (std::size_t i = 0; i < anew.sites.size(); ++i) {
    EXPECT_EQ(quick.sites[i].range, anew.sites[i].range);
    EXPECT_EQ(quick.sites[i].rangeWithoutFirst, anew.sites[i].rangeWithoutFirst);
    EXPECT_EQ(quick.sites[i].rangeAfter, anew.sites[i].rangeAfter);
    EXPECT_EQ(quick.sites[i].policy, anew.sites[i].policy);
    EXPECT_EQ(quick.sites[i].reason, anew.sites[i].reason);
    EXPECT_EQ(quick.sites[i].scale, anew.sites[i].scale);
  }
  known.sites[0].range = 7e4f;
  EXPECT_EQ(makePlan(snapshot, moved, &known).sites[0].range, 7e4f) << "it is not read again";
  known.snapshotHash = "of another";
  EXPECT_EQ(makePlan(snapshot, moved, &known).sites[0].range, anew.sites[0].range);
}

}  // namespace
}  // namespace oscope::quant
