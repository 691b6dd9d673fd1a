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

void expectLogits(const std::filesystem::path& folder, const std::filesystem::path& goldenFile) {
  const checkpoint::SafetensorsReader golden(goldenFile);
  const std::vector<std::int32_t> ids = idsOf(golden.tensor("input_ids"));
  const std::vector<float> expected = compute::toFloat32(golden.tensor("logits"));

  const model::OpenedModel model = model::openModel(folder);
  compute::CpuBackend backend(2);
  const auto rows = static_cast<std::int64_t>(ids.size());
  const std::vector<float> actual =
      forwardAll(model.graph, *model.weights, backend, ids, compute::SequenceLayout::uniform(1, rows));
  ASSERT_EQ(actual.size(), expected.size());
  float largest = 0;
  for (std::size_t i = 0; i < actual.size(); ++i) largest = std::max(largest, std::fabs(actual[i] - expected[i]));
  testing::Test::RecordProperty("max_abs_difference", std::to_string(largest));
  EXPECT_LT(largest, kLogitTolerance);
  const auto width = static_cast<std::ptrdiff_t>(model.graph.vocabulary);
  for (std::ptrdiff_t row = 0; row < rows; ++row) {
    const auto a = actual.begin() + row * width, e = expected.begin() + row * width;
    EXPECT_EQ(std::max_element(a, a + width) - a, std::max_element(e, e + width) - e) << "row " << row;
  }
}

class GoldenLogits : public testing::TestWithParam<const char*> {};

TEST_P(GoldenLogits, MatchTheIndependentForward) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  const std::string name = GetParam();
  expectLogits(root / "models" / name, root / "golden" / (name + ".logits.safetensors"));
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

// Kept beside this file, made by tests/interop/families.py --golden: norms before each half, and behind it with
// projections.
TEST(OptLogits, MatchTransformers) {
  const std::filesystem::path kept = std::filesystem::path(OSCOPE_SOURCE_DIR) / "tests/forward/opt";
  for (const char* variant : {"pre_ln", "post_ln"}) {
    SCOPED_TRACE(variant);
    expectLogits(kept / variant, kept / variant / "logits.safetensors");
  }
}

}  // namespace
}  // namespace oscope::forward
