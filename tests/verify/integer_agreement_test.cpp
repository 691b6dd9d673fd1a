// What becomes of a product whose integer arithmetic gives no finite numbers: it is never passed over.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "analysis/compute/cpu_backend.h"
#include "quant/verify/agreement.h"
#include "tests/export/exported_sample.h"
#include "tests/support/forwarding_backend.h"

namespace oscope::quant {
namespace {

/// The CPU, whose second comparison of products finds NaN.
class OnceNotFinite final : public test::ForwardingBackend {
 public:
  OnceNotFinite() : ForwardingBackend(std::make_unique<compute::CpuBackend>(2)) {}
  double largestRelativeDifference(const Tensor& a, const Tensor& b) override {
    const double difference = ForwardingBackend::largestRelativeDifference(a, b);
    return ++m_calls == 2 ? std::numeric_limits<double>::quiet_NaN() : difference;
  }

 private:
  int m_calls = 0;
};

TEST(IntegerAgreement, NaNIsTheLargestDifference) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(largerOrNaN(1, 2), 2);
  EXPECT_TRUE(std::isnan(largerOrNaN(nan, 2)));
  EXPECT_TRUE(std::isnan(largerOrNaN(2, nan)));
}

TEST(IntegerAgreement, AProductThatIsNotFiniteFailsTheVerification) {
  test::ExportedSample sample;
  calibration::Dataset data;
  data.samples = 3;  // two of them behind the one that isn't finite
  data.length = 8;
  for (int i = 0; i < 24; ++i) data.ids.push_back(3 + i * 37);
  VerifyOptions options;
  options.staticBaseline = false;
  OnceNotFinite backend;
  const VerifyReport report = verifyPlan(sample.model(), sample.snapshot(), sample.plan(), data, options, backend, {});
  EXPECT_TRUE(std::isnan(largestIntegerDifference(report.sites)));
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
  EXPECT_TRUE(std::isnan(read.sites[0].linears[1].integerMaxRelative));
  EXPECT_EQ(read.sites[0].linears[0].integerMaxRelative, report.sites[0].linears[0].integerMaxRelative);
  EXPECT_FALSE(read.passed());
}

}  // namespace
}  // namespace oscope::quant
