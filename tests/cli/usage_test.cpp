// Exit statuses, help and machine-readable output of the real program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "analysis/base/json.h"
#include "tests/cli/run_program.h"

namespace oscope::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kUsage = 2;

TEST(Usage, VersionNamesTheBuild) {
  const Outcome outcome = oscope({"--version"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, testing::MatchesRegex("oscope [0-9.]+ \\(.+\\)\n"));
}

TEST(Usage, EveryCommandExplainsItself) {
  const std::string overview = oscope({"--help"}).out;
  for (const char* command : {"inspect", "calibrate", "merge", "plan", "export", "verify", "compare", "run", "memory",
                              "recipes", "devices"}) {
    EXPECT_THAT(overview, HasSubstr(command));
    const Outcome outcome = oscope({command, "--help"});
    EXPECT_EQ(outcome.status, 0) << command;
    EXPECT_THAT(outcome.out, HasSubstr("--json")) << command;
  }
  EXPECT_THAT(oscope({"calibrate", "--help"}).out,
              testing::AllOf(HasSubstr("GiB"), HasSubstr("Tokens of each window"), HasSubstr("rows.count=64")));
}

TEST(Usage, WrongUsageIsToldApartFromFailedJobs) {
  const std::string model = (sampleFolder() / "model").string();
  const std::vector<std::vector<std::string>> wrong{
      {},
      {"nonesuch"},
      {"inspect"},
      {"inspect", model, "--nonesuch"},
      {"calibrate", model},
      {"calibrate", model, "-o", "x.h5", "--memory", "8 apples"},
      {"calibrate", model, "-o", "x.h5", "--samples", "0"},
      {"calibrate", model, "-o", "x.h5", "--text", "a", "--jsonl", "b"},
      {"calibrate", model, "-o", "x.h5", "--observer-param", "rows"},
      {"calibrate", model, "-o", "x.h5", "--observer-param", "rows.nonesuch=1"},
      {"calibrate", model, "-o", "x.h5", "--observer-param", "rows.count=0"},
      {"calibrate", model, "-o", "x.h5", "--observer-param", "nonesuch.count=1"},
      {"calibrate", model, "-o", "x.h5", "--observers", "range", "--observer-param", "rows.count=9"},
      {"plan", "x.h5", "--v0", "200"},
      {"plan", "x.h5", "--methods", "nonesuch"},
      {"plan", "x.h5", "--param", "fptq.nonesuch=1"},
      {"plan", "x.h5", "--param", "fptq"},
      {"export", model, "x.h5", "fptq-w4a8", "-o", "y", "--format", "nonesuch"},
      {"memory"},
      {"memory", "--config", "llama-7b", "--scheme", "nonesuch"},
  };
  for (const auto& arguments : wrong) {
    const Outcome outcome = oscope(arguments);
    EXPECT_EQ(outcome.status, kUsage) << testing::PrintToString(arguments) << outcome.err;
    EXPECT_THAT(outcome.err, testing::Not(IsEmpty())) << testing::PrintToString(arguments);
    EXPECT_THAT(outcome.out, IsEmpty()) << testing::PrintToString(arguments);
  }
}

TEST(Usage, AMistypedCommandIsNamed) {
  const Outcome mistyped = oscope({"calibarte"});
  EXPECT_EQ(mistyped.status, kUsage);
  EXPECT_THAT(mistyped.err, HasSubstr("calibarte"));
  const Outcome none = oscope({});
  EXPECT_EQ(none.status, kUsage);
  EXPECT_THAT(none.err, HasSubstr("calibrate")) << "the commands";
  EXPECT_THAT(none.out, IsEmpty());
}

TEST(Usage, AFailedJobSaysWhatAndWhereAndHowToGoOn) {
  const Outcome outcome = oscope({"inspect", "/nonexistent-model", "--json"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("/nonexistent-model"));
  const Json error = parseJson(outcome.out, "stdout").at("error");
  EXPECT_FALSE(error.at("code").get<std::string>().empty());
  EXPECT_THAT(error.at("where").get<std::string>(), HasSubstr("/nonexistent-model"));
}

TEST(Inspect, SampleHasItsSitesAndFolds) {
  const Outcome outcome = oscope({"inspect", (sampleFolder() / "model").string(), "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json json = parseJson(outcome.out, "stdout");
  EXPECT_EQ(json.at("blocks"), 8);
  EXPECT_EQ(json.at("sites").size(), 32u);
  EXPECT_EQ(json.at("linears").size(), 56u);
  EXPECT_EQ(json.at("tied_head"), true);
  EXPECT_EQ(json.at("sites")[0].at("fold_edge"), "norm");
  const Outcome text = oscope({"inspect", (sampleFolder() / "model").string()});
  EXPECT_THAT(text.out, testing::AllOf(HasSubstr("attn_in"), HasSubstr("q, k, v"), HasSubstr("0–7")));
}

TEST(Memory, PublishedShapesNeedNoCheckpoint) {
  const Outcome outcome = oscope({"memory", "--config", "llama-7b", "--scheme", "W16A16", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json json = parseJson(outcome.out, "stdout");
  EXPECT_EQ(json.at("parameters"), 6'738'415'616);
  EXPECT_EQ(json.at("estimates")[0].at("kv_bytes"), 2048.0 * 512 * 1024);
  EXPECT_EQ(parseJson(oscope({"memory", "--rptq-table", "--json"}).out, "stdout").at("cells").size(), 189u);
}

TEST(Devices, TheCpuIsAlwaysThere) {
  const Outcome outcome = oscope({"devices", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(parseJson(outcome.out, "stdout").at("devices")[0].at("id"), "cpu");
}

TEST(Recipes, ListsMethodsWithTheirParameters) {
  const Outcome outcome = oscope({"recipes", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json json = parseJson(outcome.out, "stdout");
  EXPECT_FALSE(json.at("recipes").empty());
  EXPECT_EQ(json.at("methods")[0].at("id"), "fptq");
}

}  // namespace
}  // namespace oscope::test
