#include "analysis/calibration/weight_facts.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/calibration/calibration_runs.h"

namespace oscope::test {
namespace {

TEST(WeightFacts, NormsMaximaAndRowsAreThoseOfTheMatrix) {
  const ScratchFolder folder;
  RandomShape shape;
  shape.ffn = 1500;  // more columns than one slice
  shape.dtype = DType::BF16;
  const model::OpenedModel model = openRandomModel(folder / "model", shape);
  const model::BlockGraph& block = model.graph.blocks[1];
  const model::LinearDesc& down = block.linears[static_cast<std::size_t>(block.site(SiteKind::FfnMid).readers[0])];
  ThreadPool pool(3);
  const auto facts = calibration::gatherWeightFacts(down, *model.weights, 5, 6, pool);
  const std::vector<float> w = compute::toFloat32(model.weights->tensor(down.weight));
  ASSERT_EQ(facts.reader.columnNorms.size(), 1500u);
  for (std::int64_t j = 0; j < 1500; ++j) {
    double squares = 0;
    float absmax = 0;
    for (std::int64_t n = 0; n < 64; ++n) {
      const float value = w[static_cast<std::size_t>(n * 1500 + j)];
      squares += double{value} * value;
      absmax = std::max(absmax, std::fabs(value));
    }
    EXPECT_FLOAT_EQ(facts.reader.columnNorms[static_cast<std::size_t>(j)], static_cast<float>(std::sqrt(squares)));
    EXPECT_EQ(facts.reader.columnAbsmax[static_cast<std::size_t>(j)], absmax);
  }
  ASSERT_EQ(facts.rowIndices.size(), static_cast<std::size_t>(calibration::kSampledWeightRows));
  for (std::size_t i = 0; i < facts.rowIndices.size(); ++i) {
    const auto row = static_cast<std::size_t>(facts.rowIndices[i]) * 1500;
    for (std::size_t j = 0; j < 1500; ++j) ASSERT_EQ(facts.rows[i * 1500 + j], w[row + j]);
  }
  EXPECT_EQ(facts.reader.biasEnergy, 0);
  EXPECT_EQ(facts.reader.module, down.module);
}

}  // namespace
}  // namespace oscope::test
