// A comparison of golden recipes on a given model, judged by the goldens of the whole model.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "analysis/compute/backend_registry.h"
#include "quant/compare/compare_methods.h"
#include "tests/methods/golden_recipe.h"
#include "tests/support/calibrated_snapshot.h"
#include "tests/verify/golden_run.h"

namespace oscope::test {

inline constexpr double kKlFloor = 3e-4;  ///< absolute, beside kKl
/// Of methods that search on rows, which snapshots keep as halves: a neighbour of the golden's threshold may win.
inline constexpr double kSearchedLocalDb = 0.2;

class GoldenComparison {
 public:
  GoldenComparison(const std::filesystem::path& root, const std::string& model)
      : m_name(model),
        m_model(model::openModel(root / "models" / model)),
        m_snapshot(calibratedSnapshot(root, model, m_model, m_folder, {"gram"}, kGoldenRows)),
        m_golden(readJsonFile(root / "golden/methods" / (model + ".methods.json"))),
        m_windows(root / "golden" / (model + ".eval.safetensors")) {}

  /// The named goldens that the product has; none named: all of them.
  std::vector<quant::NamedRecipe> recipes(const std::vector<std::string>& wanted = {}) const {
    std::vector<quant::NamedRecipe> recipes;
    for (const auto& item : m_golden.at("methods").items()) {
      if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), item.key()) == wanted.end()) continue;
      const auto recipe = goldenRecipe(item.key(), item.value().at("options"), m_golden.at("group_default"));
      if (recipe) recipes.push_back({item.key(), *recipe});
    }
    return recipes;
  }

  calibration::Dataset windows() const {
    calibration::Dataset data;
    data.samples = m_golden.at("windows");
    data.length = m_golden.at("window_length");
    const std::vector<std::int64_t> ids = m_windows.integers("token_windows");
    data.ids.assign(ids.begin(), ids.end());
    return data;
  }

  quant::CompareReport run(const std::vector<quant::NamedRecipe>& recipes) const {
    const auto backend = compute::cpuBackendFactory().create("cpu", {});
    quant::CompareOptions options;
    options.siteSamples = m_golden.at("site_windows");
    return compareMethods({m_model, *m_snapshot, recipes, windows()}, options, *backend, {});
  }

  void expectRow(const quant::MethodRow& row) const {
    const std::string what = m_name + " " + row.name;
    SCOPED_TRACE(what);
    const Json& golden = m_golden.at("methods").at(row.name);
    const Json& results = golden.at("results");
    expectRelative(row.measure.perplexity, results.at("ppl_quantized"), kQuantizedPerplexity, "perplexity");
    const double kl = results.at("kl_mean");
    EXPECT_NEAR(row.measure.klMean, kl, std::max(kKl * kl, kKlFloor));
    EXPECT_NEAR(row.measure.top1Agreement, results.at("top1_agreement").get<double>(), kTop1);
    EXPECT_EQ(row.bytes, golden.at("size").at("model_bytes").get<std::uint64_t>());
    const Json& acts = golden.at("sites_by_act");
    EXPECT_EQ(row.policies[0] + row.policies[1], acts.at("static").get<int>());
    EXPECT_EQ(row.policies[2], acts.at("dynamic").get<int>());
    const double local = golden.at("options").at("family") == "osplus" ? kSearchedLocalDb : kLocalDb;
    for (const quant::SiteMeasure& site : row.sites) expectSite(site, golden.at("sites").at(toString(site.id)), local);
  }

  const model::OpenedModel& model() const { return m_model; }
  const stats::Snapshot& snapshot() const { return *m_snapshot; }
  const Json& golden() const { return m_golden; }

 private:
  /// Null in the golden: no error.
  static void expectDb(double found, const Json& golden, double tolerance, const std::string& what) {
    if (golden.is_null()) {
      EXPECT_GT(found, 200) << what;
    } else {
      EXPECT_NEAR(found, golden.get<double>(), tolerance) << what;
    }
  }

  static void expectSite(const quant::SiteMeasure& site, const Json& golden, double local) {
    const std::string id = toString(site.id);
    expectDb(site.inputSqnrLocalDb, golden.at("input_sqnr_local_db"), local, id + " input, local");
    for (const quant::LinearMeasure& linear : site.linears) {
      const Json& output = golden.at("linears").at(linear.module);
      expectDb(linear.outputSqnrDb, output.at("output_sqnr_e2e_db"), kEndToEndDb, linear.module + " end to end");
    }
  }

  std::string m_name;
  model::OpenedModel m_model;
  ScratchFolder m_folder;
  stats::SnapshotPtr m_snapshot;
  Json m_golden;
  GoldenFile m_windows;
};

}  // namespace oscope::test
