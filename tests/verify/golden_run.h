// A given model with its golden plan and evaluation windows, verified in memory; and the tolerances of the goldens.
#pragma once

#include <gtest/gtest.h>

#include <cmath>

#include "analysis/base/json.h"
#include "analysis/compute/backend_registry.h"
#include "quant/verify/verify.h"
#include "tests/support/golden.h"
#include "tests/support/golden_snapshot.h"

namespace oscope::test {

inline constexpr double kFloatPerplexity = 1e-5;      ///< relative
inline constexpr double kQuantizedPerplexity = 0.01;  ///< relative
inline constexpr double kKl = 0.03;                   ///< relative
inline constexpr double kTop1 = 0.01;
inline constexpr double kLocalDb = 0.01;
inline constexpr double kEndToEndDb = 0.3;
inline constexpr double kCosine = 1e-3;
inline constexpr double kIntegerRelative = 1e-5;  ///< integer-true against fake quant, float32

struct GoldenCase {
  const char* model;
  const char* key;  ///< of the golden JSON
};

inline void PrintTo(const GoldenCase& value, std::ostream* out) {
  *out << value.model << " " << value.key;
}

class GoldenRun {
 public:
  GoldenRun(const std::filesystem::path& root, const GoldenCase& which)
      : m_model(model::openModel(root / "models" / which.model)),
        m_snapshot(goldenSnapshot(root, which.model, m_model)),
        m_json(readJsonFile(root / "golden" / (std::string(which.model) + ".json"))),
        m_windows(root / "golden" / (std::string(which.model) + ".eval.safetensors")) {
    const Json& options = m_json.at(which.key).at("options");
    quant::Recipe recipe = quant::defaultRecipe();
    recipe.v0 = options.at("v0");
    recipe.v1 = options.at("v1");
    recipe.weights.group = options.at("group_size");
    m_plan = makePlan(m_snapshot, recipe);
  }

  calibration::Dataset windows(std::int64_t count) const {
    calibration::Dataset data;
    data.length = m_windows.shape("token_windows")[1];
    data.samples = count;
    const std::vector<std::int64_t> ids = m_windows.integers("token_windows");
    data.ids.assign(ids.begin(), ids.begin() + count * data.length);
    return data;
  }

  quant::VerifyReport verify(std::int64_t count, const quant::VerifyOptions& options) const {
    const auto backend = compute::cpuBackendFactory().create("cpu", {});
    return verifyPlan(m_model, m_snapshot, m_plan, windows(count), options, *backend, {});
  }

  const model::OpenedModel& model() const { return m_model; }
  const MadeSnapshot& snapshot() const { return m_snapshot; }
  const quant::Plan& plan() const { return m_plan; }
  const Json& json() const { return m_json; }

 private:
  model::OpenedModel m_model;
  MadeSnapshot m_snapshot;
  Json m_json;
  GoldenFile m_windows;
  quant::Plan m_plan;
};

inline void expectRelative(double found, double golden, double tolerance, const char* what) {
  EXPECT_NEAR(found, golden, tolerance * std::abs(golden)) << what;
}

inline void expectModel(const quant::ModelMeasure& found, const Json& golden) {
  expectRelative(found.perplexity, golden.at("ppl_quantized"), kQuantizedPerplexity, "perplexity");
  expectRelative(found.klMean, golden.at("kl_mean"), kKl, "KL");
  EXPECT_NEAR(found.top1Agreement, golden.at("top1_agreement").get<double>(), kTop1);
}

}  // namespace oscope::test
