// However wide a layer is, a stop is seen after a bounded piece of work.
#include "quant/numerics/work_pieces.h"

#include <gtest/gtest.h>

#include "quant/methods/awq.h"
#include "quant/methods/gptq.h"

namespace oscope::quant {
namespace {

TEST(WorkPieces, StayBelowTheirOperationsWhateverTheWidth) {
  for (const std::int64_t width : {64, 4096, 8192, 28672, 53248}) {
    const auto n = static_cast<double>(width);
    for (const double each : {n, 2 * 256 * n, n * n}) {
      const std::int64_t units = unitsAtOnce(each, width);
      EXPECT_GE(units, 1);
      EXPECT_LE(units, width);
      if (units > 1) {
        EXPECT_LE(static_cast<double>(units) * each, kOperationsAtOnce) << width;
      }
      if (units < width) {
        EXPECT_GT(static_cast<double>(units + 1) * each, kOperationsAtOnce) << width;
      }
    }
  }
}

/// A matrix that asks for a stop while its rows are read.
class StoppingGram final : public compute::GramMatrix {
 public:
  StoppingGram(std::int64_t channels, int stopAtBand) : GramMatrix(channels), m_stopAtBand(stopAtBand) {}
  void readRows(std::int64_t first, std::int64_t count, double* into) const override {
    if (++bands == m_stopAtBand) stop.request_stop();
    for (std::int64_t i = 0; i < count; ++i) {
      for (std::int64_t j = 0; j < channels(); ++j) into[i * channels() + j] = first + i == j ? 1.0 : 0.0;
    }
  }
  mutable std::stop_source stop;
  mutable int bands = 0;

 private:
  int m_stopAtBand;
};

TEST(WorkPieces, NoBandOfTheGramMatrixIsReadBehindAStop) {
  const StoppingGram gram(8 * compute::kGramBand, 3);
  JobContext context;
  context.stop = gram.stop.get_token();
  EXPECT_THROW(hessian(gram, 1, {}, context), Cancelled);
  EXPECT_EQ(gram.bands, 3);
}

TEST(WorkPieces, SearchesAndColumnsLeaveAtTheirFirstLook) {
  constexpr std::int64_t kIn = 512, kOut = 512;
  const std::vector<float> weight(kIn * kOut, 0.5f), scale(kIn, 1.0f);
  const std::vector<double> h = hessian(StoppingGram(kIn, 0), 1, {});
  std::stop_source stop;
  JobContext context;
  context.stop = stop.get_token();
  EXPECT_NO_THROW(gptqQuantize(weight, kOut, kIn, {4, 128, true}, DType::BF16, h, {}, context));
  stop.request_stop();
  EXPECT_THROW(gptqQuantize(weight, kOut, kIn, {4, 128, true}, DType::BF16, h, {}, context), Cancelled);
  EXPECT_THROW(gptqQuantize(weight, kOut, kIn, {4, 128, true}, DType::BF16, h, {.actOrder = true}, context), Cancelled);
  EXPECT_THROW(awqLoss(weight, kOut, scale, h, {4, 128, true}, DType::BF16, context), Cancelled);
  EXPECT_THROW(awqClipLimits(weight, kOut, kIn, h, {4, 128, true}, DType::BF16, context), Cancelled);
}

}  // namespace
}  // namespace oscope::quant
