// What-if predictions, made from a real calibration, against the local output SQNR that an independent program measured
// on other text: every site of four models under seven treatments.
#include <gmock/gmock.h>

#include <cmath>

#include "analysis/base/json.h"
#include "quant/methods/smoothquant.h"
#include "quant/policy/what_if.h"
#include "tests/support/calibrated_snapshot.h"

namespace oscope::quant {
namespace {

constexpr double kMeanErrorDb = 2.0;  ///< mean |predicted - measured|
constexpr double kCorrelation = 0.9;  ///< of predicted and measured dB

struct Pair {
  std::string name;
  double predicted = 0, measured = 0;
};

/// Measured SQNR over all readers of a site from the readers' own, weighted by the energies of their outputs.
double siteDecibel(const stats::SiteStats& site, const Json& linears) {
  double signal = 0, noise = 0;
  for (const stats::ReaderStats& reader : site.readers) {
    signal += reader.outputEnergy;
    noise +=
        reader.outputEnergy * std::pow(10.0, -linears.at(reader.module).at("output_sqnr_local_db").get<double>() / 10);
  }
  return 10 * std::log10(signal / noise);
}

struct Treatment {
  const char* golden;  ///< name in the methods' golden
  Policy policy;
  int bits;  ///< of weights: 4 in the model's group, 8 per channel
  bool smooth = false;
};

class Predictions : public ::testing::TestWithParam<const char*> {};

TEST_P(Predictions, FollowMeasuredOutputErrors) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  const std::string name = GetParam();
  const model::OpenedModel model = model::openModel(root / "models" / name);
  const test::ScratchFolder folder;
  const stats::SnapshotPtr snapshot = test::calibratedSnapshot(root, name, model, folder);
  const Json methods = readJsonFile(root / "golden/methods" / (name + ".methods.json")).at("methods");
  const std::int64_t group = readJsonFile(root / "golden" / (name + ".json")).at("fptq").at("options").at("group_size");
  Recipe recipe = defaultRecipe();
  recipe.weights.group = group;
  const Plan plan = makePlan(*snapshot, recipe);

  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < snapshot->sites().size(); ++i) {
    const stats::SiteStats& site = snapshot->sites()[i];
    const stats::SiteDetail detail = snapshot->detail(site.id);
    for (const Treatment& treatment :
         {Treatment{"fptq_w4a8", plan.sites[i].policy, 4}, Treatment{"rtn_w4a16", Policy::None, 4},
          Treatment{"zeroquant_w4a8", Policy::Dynamic, 4}, Treatment{"rtn_w8a8_static", Policy::Static, 8},
          Treatment{"rtn_w8a8_token", Policy::Dynamic, 8}, Treatment{"smoothquant_w8a8_o3", Policy::Static, 8, true},
          Treatment{"smoothquant_w8a8_o1", Policy::Dynamic, 8, true}}) {
      WhatIf question;
      question.policy = treatment.policy;
      question.weights = treatment.bits == 4 ? plan.sites[i].linears.front().scheme : WeightScheme{8, 0, true};
      if (treatment.smooth && site.foldEdge == "norm") question.scale = smoothScale(site, 0.5);
      const Json& golden = methods.at(treatment.golden).at("sites").at(toString(site.id)).at("linears");
      const Prediction prediction = predict(site, detail, question);
      ASSERT_TRUE(prediction.total.has_value());
      pairs.push_back({toString(site.id) + " " + treatment.golden, *prediction.total, siteDecibel(site, golden)});
    }
  }

  double error = 0, meanP = 0, meanM = 0;
  const auto count = static_cast<double>(pairs.size());
  for (const Pair& pair : pairs) {
    error += std::abs(pair.predicted - pair.measured) / count;
    meanP += pair.predicted / count;
    meanM += pair.measured / count;
  }
  double pp = 0, mm = 0, pm = 0;
  std::string table;
  for (const Pair& pair : pairs) {
    pp += (pair.predicted - meanP) * (pair.predicted - meanP);
    mm += (pair.measured - meanM) * (pair.measured - meanM);
    pm += (pair.predicted - meanP) * (pair.measured - meanM);
    table += pair.name + " predicted " + std::to_string(pair.predicted) + " measured " + std::to_string(pair.measured) +
             (std::abs(pair.predicted - pair.measured) > 3 ? " !\n" : "\n");
  }
  const double correlation = pm / std::sqrt(pp * mm);
  RecordProperty("mean_error_db", std::to_string(error));
  RecordProperty("correlation", std::to_string(correlation));
  EXPECT_LE(error, kMeanErrorDb) << table;
  EXPECT_GE(correlation, kCorrelation) << table;
}

INSTANTIATE_TEST_SUITE_P(GivenModels, Predictions,
                         ::testing::Values("tinystories-656k", "tinystories-656k-outliers", "stories260k",
                                           "tiny-bloom"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace oscope::quant
