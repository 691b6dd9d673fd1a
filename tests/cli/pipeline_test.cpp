// The whole main job as a user types it, on the bundled sample.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <map>
#include <string>
#include <vector>

#include "analysis/base/json.h"
#include "analysis/stats/hdf5_store.h"
#include "tests/cli/run_program.h"

namespace oscope::test {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using testing::HasSubstr;

const std::string kModel = (sampleFolder() / "model").string();
const std::string kCalibText = (sampleFolder() / "calib.txt").string();
const std::string kEvalText = (sampleFolder() / "eval.txt").string();

/// Runs a command that must succeed and returns its JSON.
Json result(std::vector<std::string> arguments) {
  arguments.push_back("--json");
  const Outcome outcome = oscope(arguments);
  EXPECT_EQ(outcome.status, 0) << testing::PrintToString(arguments) << "\n" << outcome.err;
  return parseJson(outcome.out, "stdout");
}

std::vector<std::string> calibrateCommand(const fs::path& snapshot) {
  return {"calibrate", kModel, "-o", snapshot.string(), "--text", kCalibText, "--samples", "16", "--length", "64"};
}

std::vector<std::string> with(std::vector<std::string> command, const std::vector<std::string>& more) {
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

TEST(Pipeline, StepByStepFromCheckpointToVerifiedExport) {
  const ScratchFolder folder;
  const std::string snapshot = folder / "run.oscope.h5", recipe = folder / "recipe.json", out = folder / "out";

  const Json calibrated = result(calibrateCommand(snapshot));
  EXPECT_EQ(calibrated.at("tokens"), 16 * 64);
  EXPECT_LE(calibrated.at("peak_resident_bytes"), calibrated.at("estimate").at("promised_memory_bytes"));

  const Json plan = result({"plan", snapshot, "-o", recipe});
  ASSERT_EQ(plan.at("sites").size(), 32u);
  std::map<std::string, int> policies;
  for (const Json& site : plan.at("sites")) {
    ++policies[site.at("policy").get<std::string>()];
    EXPECT_TRUE(site.at("predicted_sqnr_db").at("dynamic").at("total").is_number());
  }
  // The sample is made so that all three occur (resources/sample/README.md).
  EXPECT_EQ(policies.at("static") + policies.at("lae_static") + policies.at("dynamic"), 32);
  EXPECT_EQ(plan.at("sites")[0].at("policy"), "lae_static");

  const Json exported = result({"export", kModel, snapshot, recipe, "-o", out, "--format", "ct-exact"});
  EXPECT_EQ(exported.at("linears_quantized"), 56);
  EXPECT_TRUE(fs::exists(fs::path(out) / "config.json"));
  EXPECT_TRUE(fs::exists(fs::path(out) / "tokenizer.json"));

  const Json verified =
      result({"verify", kModel, out, "--text", kEvalText, "--windows", "4", "--length", "128", "--site-samples", "2"});
  EXPECT_TRUE(verified.contains("sites"));

  const Outcome again = oscope({"export", kModel, snapshot, recipe, "-o", out, "--format", "ct-exact"});
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.err, HasSubstr(out));
}

TEST(Pipeline, OverridesWithPatternsReachThePlan) {
  const ScratchFolder folder;
  const std::string snapshot = folder / "run.oscope.h5";
  result(calibrateCommand(snapshot));
  const Json plan = result({"plan", snapshot, "--set", "blocks.*.ffn_mid=static", "--set", "blocks.3.attn_in=none",
                            "--v0", "10", "--group", "64", "--param", "fptq.alpha=0.9"});
  for (const Json& site : plan.at("sites")) {
    const std::string id = site.at("id");
    if (id.find("ffn_mid") != std::string::npos) {
      EXPECT_EQ(site.at("policy"), "static") << id;
      EXPECT_TRUE(site.at("overridden").get<bool>()) << id;
    }
  }
  EXPECT_EQ(plan.at("recipe").at("thresholds").at("v0"), 10.0);
  EXPECT_EQ(plan.at("counts").at("none"), 1);
  EXPECT_EQ(oscope({"plan", snapshot, "--set", "blocks.99.ffn_mid=static"}).status, 2);
  EXPECT_EQ(oscope({"plan", snapshot, "--set", "blocks.1.ffn_mid=nonesuch"}).status, 2);
}

TEST(Pipeline, AllInOneGoLeavesEverythingInOneFolder) {
  const ScratchFolder folder;
  const fs::path out = folder / "out";
  const std::vector<std::string> command{"run",         kModel,           "-o",        out.string(), "--text",
                                         kCalibText,    "--samples",      "16",        "--length",   "64",
                                         "--eval-text", kEvalText,        "--windows", "4",          "--eval-length",
                                         "128",         "--site-samples", "2"};
  const Outcome outcome = oscope(command);
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, testing::AllOf(HasSubstr("static everywhere"), HasSubstr("PASSED")));
  for (const char* file :
       {"run.oscope.h5", "recipe.json", "model/config.json", "report.json", "report.html", "workspace.oscope"}) {
    EXPECT_TRUE(fs::exists(out / file)) << file;
  }
  const Json report = readJsonFile(out / "report.json");
  EXPECT_TRUE(report.contains("verify"));
  // Everything is there already: the same command takes the snapshot over and ends the same way.
  const Outcome again = oscope(command);
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr("taken over"));
  // Another seed draws other rows: that is not this calibration's snapshot.
  const Outcome other = oscope(with(command, {"--seed", "3"}));
  EXPECT_EQ(other.status, 0) << other.err;
  EXPECT_THAT(other.err, HasSubstr("different: seed"));
}

TEST(Pipeline, MethodsAreComparedAndTheTableIsSaved) {
  const ScratchFolder folder;
  const std::string csv = folder / "table.csv", html = folder / "table.html", markdown = folder / "table.md";
  const std::string snapshot = folder / "run.oscope.h5";
  const std::vector<std::string> evaluation{"--text",   kEvalText, "--windows",      "2",
                                            "--length", "64",      "--site-samples", "1"};
  const std::vector<std::string> compare =
      with({"compare", kModel, "--recipes", "fptq-w4a8", "gptq-w4a16"}, evaluation);
  const Json report =
      result(with(compare, {"--calib-text", kCalibText, "--samples", "4", "--calib-length", "64", "--keep-snapshot",
                            snapshot, "--csv", csv, "--html", html, "--markdown", markdown}));
  ASSERT_EQ(report.at("methods").size(), 2u);
  EXPECT_EQ(report.at("methods")[1].at("recipe"), "gptq-w4a16");
  EXPECT_GT(report.at("float").at("perplexity"), 1.0);
  EXPECT_TRUE(report.at("methods")[0].at("worst_site").at("site").is_string());
  for (const std::string& file : {csv, html, markdown}) EXPECT_TRUE(fs::exists(file)) << file;
  // The snapshot that was kept serves the next comparison, and gives the same figures.
  const Json again = result(with(compare, {"--snapshot", snapshot}));
  EXPECT_EQ(again.at("methods")[0].at("measure"), report.at("methods")[0].at("measure"));

  const std::string plain = folder / "plain.oscope.h5";
  result(calibrateCommand(plain));
  const Outcome refused = oscope(with(compare, {"--snapshot", plain}));
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, testing::AllOf(HasSubstr("gptq-w4a16"), HasSubstr("gram"), HasSubstr("remedy")));
}

TEST(Pipeline, ParametersOfObserversReachTheSnapshot) {
  const ScratchFolder folder;
  const std::string snapshot = folder / "run.oscope.h5";
  result(
      with(calibrateCommand(snapshot), {"--observer-param", "rows.count=5", "--observer-param", "extremes.count=7"}));
  const stats::SnapshotPtr made = stats::openSnapshot(snapshot);
  EXPECT_EQ(made->detail({3, SiteKind::FfnMid}).rowTokens.size(), 5u);
  EXPECT_EQ(made->site({3, SiteKind::FfnMid}).extremes.size(), 7u);
}

TEST(Pipeline, OtherMethodsAreExportedAndVerifiedOrRefusedBeforehand) {
  const ScratchFolder folder;
  const std::string snapshot = folder / "run.oscope.h5";
  result(with(calibrateCommand(snapshot), {"--observers", "range,moments,histogram,token_absmax,extremes,rows,gram"}));
  for (const std::string recipe : {"smoothquant-w8a8-o1", "gptq-w4a16", "awq-w4a16"}) {
    const std::string out = folder / recipe;
    EXPECT_EQ(result({"export", kModel, snapshot, recipe, "-o", out}).at("linears_quantized"), 56) << recipe;
    const Json verified = result(
        {"verify", kModel, out, "--text", kEvalText, "--windows", "1", "--length", "32", "--no-static-baseline"});
    EXPECT_TRUE(verified.at("passed").get<bool>()) << recipe;
  }
  const std::string out = folder / "rptq";
  const Outcome refused = oscope({"export", kModel, snapshot, "rptq-w4a8", "-o", out});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("clusters"));
  EXPECT_FALSE(fs::exists(out));
}

TEST(Pipeline, DryRunSaysWhatCalibrationNeedsAndWritesNothing) {
  const ScratchFolder folder;
  const fs::path snapshot = folder / "run.oscope.h5";
  const Json estimate = result(with(calibrateCommand(snapshot), {"--dry-run"}));
  EXPECT_GT(estimate.at("peak_memory_bytes"), 0);
  EXPECT_GT(estimate.at("disk_bytes"), 0);
  EXPECT_TRUE(fs::is_empty(folder.path()));
  const Outcome refused = oscope(with(calibrateCommand(snapshot), {"--dry-run", "--memory", "1MiB"}));
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("error:"));
}

TEST(Pipeline, ShardsMergeIntoTheSnapshotOfTheUnion) {
  const ScratchFolder folder;
  const auto shard = [&](const char* name, const char* first, const char* samples) {
    const std::string path = folder / name;
    result({"calibrate", kModel, "-o", path, "--text", kCalibText, "--length", "64", "--first-sample", first,
            "--samples", samples, "--threads", "1"});
    return path;
  };
  const std::string whole = shard("whole.h5", "0", "6"), a = shard("a.h5", "0", "4"), b = shard("b.h5", "4", "2");
  const Json merged = result({"merge", a, b, "-o", folder / "merged.h5"});
  const Json plan = result({"plan", whole});
  EXPECT_EQ(merged.at("content_hash"), plan.at("snapshot_hash"));
}

// The promise is one second; the rest is room for a machine that runs other tests at the same time.
constexpr std::chrono::milliseconds kStopPromise{1000}, kStopSlack{1000};

TEST(Stop, ControlCEndsWithinASecondAndTheSameCommandResumes) {
  const ScratchFolder folder;
  const fs::path snapshot = folder / "run.oscope.h5";
  const std::vector<std::string> command{"calibrate",         kModel,      "-o", snapshot.string(), "--text",
                                         kCalibText,          "--samples", "64", "--length",        "256",
                                         "--durable-seconds", "0"};
  for (const int signal : {SIGINT, SIGTERM}) {
    Program program(command);
    ASSERT_TRUE(program.waitForError("calibrate: "));
    const auto start = Clock::now();
    program.send(signal);
    const Outcome outcome = program.wait();
    EXPECT_LT(Clock::now() - start, kStopPromise + kStopSlack);
    EXPECT_EQ(outcome.status, 1) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("cancelled"));
    EXPECT_FALSE(fs::exists(snapshot));
  }
  const Json resumed = result(command);
  std::vector<std::string> fresh = with(command, {"--threads", "1"});
  fresh[3] = folder / "fresh.h5";
  EXPECT_EQ(resumed.at("content_hash"), result(fresh).at("content_hash"));
  EXPECT_FALSE(fs::exists(snapshot.string() + ".work"));
}

}  // namespace
}  // namespace oscope::test
