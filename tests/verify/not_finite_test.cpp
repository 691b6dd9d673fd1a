// What becomes of figures that are not finite: they are never passed over.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "analysis/compute/cpu_backend.h"
#include "quant/verify/agreement.h"
#include "tests/export/exported_sample.h"
#include "tests/support/expect_error.h"
#include "tests/support/forwarding_backend.h"

namespace oscope::quant {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// The CPU, whose second comparison of one kind finds NaN.
class OnceNotFinite final : public test::ForwardingBackend {
 public:
  enum class Kind { Integers, Sums };
  explicit OnceNotFinite(Kind kind) : ForwardingBackend(std::make_unique<compute::CpuBackend>(2)), m_kind(kind) {}
  double largestRelativeDifference(const Tensor& a, const Tensor& b) override {
    return isTheOne(Kind::Integers) ? kNaN : ForwardingBackend::largestRelativeDifference(a, b);
  }
  PairSums compare(const Tensor& a, const Tensor& b) override {
    PairSums sums = ForwardingBackend::compare(a, b);
    if (isTheOne(Kind::Sums)) sums.dd = kNaN;
    return sums;
  }

 private:
  bool isTheOne(Kind kind) { return kind == m_kind && ++m_calls == 2; }

  Kind m_kind;
  int m_calls = 0;
};

VerifyReport verified(test::ExportedSample& sample, OnceNotFinite::Kind kind) {
  calibration::Dataset data;
  data.samples = 3;  // two of them behind the one that isn't finite
  data.length = 8;
  for (int i = 0; i < 24; ++i) data.ids.push_back(3 + i * 37);
  VerifyOptions options;
  options.staticBaseline = false;
  OnceNotFinite backend(kind);
  return verifyPlan(sample.model(), sample.snapshot(), sample.plan(), data, options, backend, {});
}

TEST(IntegerAgreement, NaNIsTheLargestDifference) {
  EXPECT_EQ(largerOrNaN(1, 2), 2);
  EXPECT_TRUE(std::isnan(largerOrNaN(kNaN, 2)));
  EXPECT_TRUE(std::isnan(largerOrNaN(2, kNaN)));
}

TEST(IntegerAgreement, AProductThatIsNotFiniteFailsTheVerification) {
  test::ExportedSample sample;
  const VerifyReport report = verified(sample, OnceNotFinite::Kind::Integers);
  EXPECT_TRUE(std::isnan(largestIntegerDifference(report.sites).value()));
  EXPECT_TRUE(report.filesPassed());
  EXPECT_FALSE(report.passed());
  ASSERT_EQ(report.diagnostics.size(), 1u);
  EXPECT_EQ(report.diagnostics[0].code, "verify.integers");
  EXPECT_EQ(report.diagnostics[0].severity, Severity::Error);
  EXPECT_EQ(report.diagnostics[0].where, report.sites[0].linears[1].module);
  EXPECT_NE(toHtml(report).find("not finite"), std::string::npos);

  const Json json = parseJson(toJson(report).dump(), "report");
  EXPECT_FALSE(json.at("passed").get<bool>());
  const VerifyReport read = verifyReportFromJson(json, "report");
  EXPECT_TRUE(std::isnan(read.sites[0].linears[1].integerMaxRelative.value()));
  EXPECT_EQ(read.sites[0].linears[0].integerMaxRelative, report.sites[0].linears[0].integerMaxRelative);
  EXPECT_FALSE(read.passed());
}

TEST(IntegerAgreement, WhatWasNotComparedHasNoFigure) {
  VerifyReport report;
  report.sites.resize(1);
  report.sites[0].linears.resize(1);
  EXPECT_EQ(largestIntegerDifference(report.sites), std::nullopt);
  EXPECT_TRUE(report.passed());
  const Json site = toJson(report.sites[0]);
  EXPECT_FALSE(site.at("linears").at(0).contains("integer_max_relative"));
}

TEST(LayerErrors, NameTheFirstLinearWhoseErrorIsNotFinite) {
  test::ExportedSample sample;
  const Error error = test::errorOf([&] { verified(sample, OnceNotFinite::Kind::Sums); });
  EXPECT_EQ(error.code(), ErrorCode::NonFinite);
  EXPECT_EQ(error.where(), sample.model().graph.blocks[0].linears[0].module);
}

}  // namespace
}  // namespace oscope::quant
