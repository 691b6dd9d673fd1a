// Logits of every given model against an independent numpy forward pass.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "analysis/checkpoint/safetensors_reader.h"
#include "analysis/compute/cpu_backend.h"
#include "analysis/forward/forward_runner.h"
#include "analysis/model/open_model.h"
#include "tests/support/test_data.h"

namespace oscope::forward {
namespace {

// Two correct float32 programs differ by up to 3.1e-5 on these models.
constexpr float kLogitTolerance = 1e-3f;

std::vector<std::int32_t> idsOf(const compute::HostTensor& tensor) {
  std::vector<std::int64_t> wide(static_cast<std::size_t>(tensor.elements()));
  std::memcpy(wide.data(), tensor.data, tensor.bytes());
  return {wide.begin(), wide.end()};
}

class GoldenLogits : public testing::TestWithParam<const char*> {};

TEST_P(GoldenLogits, MatchTheIndependentForward) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  const std::string name = GetParam();
  const checkpoint::SafetensorsReader golden(root / "golden" / (name + ".logits.safetensors"));
  const std::vector<std::int32_t> ids = idsOf(golden.tensor("input_ids"));
  const std::vector<float> expected = compute::toFloat32(golden.tensor("logits"));

  const model::OpenedModel model = model::openModel(root / "models" / name);
  compute::CpuBackend backend(2);
  const auto rows = static_cast<std::int64_t>(ids.size());
  const std::vector<float> actual =
      forwardAll(model.graph, *model.weights, backend, ids, compute::SequenceLayout::uniform(1, rows));
  ASSERT_EQ(actual.size(), expected.size());
  float largest = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) largest = std::max(largest, std::fabs(actual[i] - expected[i]));
  RecordProperty("max_abs_difference", std::to_string(largest));
  EXPECT_LT(largest, kLogitTolerance);
  const auto width = static_cast<std::ptrdiff_t>(model.graph.vocabulary);
  for (std::ptrdiff_t row = 0; row < rows; ++row) {
    const auto a = actual.begin() + row * width, e = expected.begin() + row * width;
    EXPECT_EQ(std::max_element(a, a + width) - a, std::max_element(e, e + width) - e) << "row " << row;
  }
}

INSTANTIATE_TEST_SUITE_P(Models, GoldenLogits,
                         testing::Values("stories260k", "stories260k-bf16-sharded", "tinystories-656k",
                                         "tinystories-656k-outliers", "tiny-random-llama-untied", "tiny-bloom",
                                         "tiny-random-opt"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace oscope::forward
