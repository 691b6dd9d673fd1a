#include "analysis/forward/forward_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <stop_token>

#include "analysis/compute/cpu_backend.h"
#include "analysis/model/open_model.h"
#include "tests/support/expect_error.h"
#include "tests/support/test_data.h"
#include "tests/support/tiny_model.h"

namespace oscope::forward {
namespace {

using compute::SequenceLayout;

std::vector<std::int32_t> someIds(std::int64_t count, std::int64_t vocabulary) {
  std::vector<std::int32_t> ids;
  for (std::int64_t i = 0; i < count; ++i) ids.push_back(static_cast<std::int32_t>((i * 37 + i * i) % vocabulary));
  return ids;
}

class Runner : public testing::Test {
 protected:
  void open(const Json& config) {
    test::writeTinyModel(m_scratch / "model", config, DType::BF16);
    m_model.emplace(model::openModel(m_scratch / "model"));
  }
  std::vector<float> forward(const SequenceLayout& layout, int threads, SiteHook* hook = nullptr) {
    compute::CpuBackend backend(threads);
    return forwardAll(m_model->graph, *m_model->weights, backend, someIds(layout.rows(), m_model->graph.vocabulary),
                      layout, hook);
  }

  test::ScratchFolder m_scratch;
  std::optional<model::OpenedModel> m_model;
};

TEST_F(Runner, BitsDependNeitherOnThreadsNorOnTheBatch) {
  open(test::tinyConfig());
  const std::int64_t length = 9;
  const std::vector<float> one = forward(SequenceLayout::uniform(3, length), 1);
  EXPECT_EQ(forward(SequenceLayout::uniform(3, length), 3), one);

  compute::CpuBackend backend(2);
  const std::vector<std::int32_t> ids = someIds(3 * length, m_model->graph.vocabulary);
  for (std::int64_t s = 0; s < 3; ++s) {
    const std::span<const std::int32_t> own(ids.data() + s * length, static_cast<std::size_t>(length));
    const std::vector<float> alone =
        forwardAll(m_model->graph, *m_model->weights, backend, own, SequenceLayout::uniform(1, length));
    EXPECT_TRUE(std::equal(alone.begin(), alone.end(), one.begin() + s * length * m_model->graph.vocabulary));
  }
}

struct Recorder final : SiteHook {
  void onSite(SiteId site, compute::Tensor& x, const SequenceLayout&) override {
    seen.push_back(toString(site) + ":" + std::to_string(x.cols));
  }
  void onLinear(SiteId site, int linear, const compute::Tensor& x, compute::Tensor& y, const SequenceLayout&) override {
    seen.push_back(toString(site) + "/" + std::to_string(linear) + ":" + std::to_string(x.cols) + ">" +
                   std::to_string(y.cols));
  }
  bool wantsLinears() const override { return linears; }
  bool linears = false;
  std::vector<std::string> seen;
};

TEST_F(Runner, HooksSeeSitesAndLinearsInOrder) {
  Json config = test::tinyConfig();
  config["num_hidden_layers"] = 1;
  open(config);
  Recorder recorder;
  forward(SequenceLayout::uniform(1, 4), 1, &recorder);
  EXPECT_THAT(recorder.seen, testing::ElementsAre("blocks.0.attn_in:16", "blocks.0.attn_out:16", "blocks.0.ffn_in:16",
                                                  "blocks.0.ffn_mid:24"));
  recorder.seen.clear();
  recorder.linears = true;
  forward(SequenceLayout::uniform(1, 4), 1, &recorder);
  EXPECT_THAT(recorder.seen,
              testing::ElementsAre("blocks.0.attn_in:16", "blocks.0.attn_in/0:16>16", "blocks.0.attn_in/1:16>8",
                                   "blocks.0.attn_in/2:16>8", "blocks.0.attn_out:16", "blocks.0.attn_out/3:16>16",
                                   "blocks.0.ffn_in:16", "blocks.0.ffn_in/4:16>24", "blocks.0.ffn_in/5:16>24",
                                   "blocks.0.ffn_mid:24", "blocks.0.ffn_mid/6:24>16"));
}

// A hook that changes a site must not reach the residual stream, wherever the norm stands.
struct Zero final : SiteHook {
  void onSite(SiteId, compute::Tensor& x, const SequenceLayout&) override {
    std::fill_n(x.as<float>(), x.rows * x.cols, 0.0f);
  }
};

TEST_F(Runner, ReplacedSitesDoNotTouchTheResidual) {
  for (const bool before : {true, false}) {
    Json config{{"model_type", "opt"},
                {"hidden_size", 8},
                {"ffn_dim", 12},
                {"num_hidden_layers", 1},
                {"num_attention_heads", 2},
                {"vocab_size", 16},
                {"max_position_embeddings", 32},
                {"enable_bias", false},
                {"do_layer_norm_before", before},
                {"layer_norm_elementwise_affine", false}};
    open(config);
    compute::CpuBackend backend(1);
    ForwardRunner runner(m_model->graph, backend);
    const SequenceLayout layout = SequenceLayout::uniform(1, 3);
    compute::Tensor hidden = backend.allocate(DType::F32, 3, 8), normed = backend.allocate(DType::F32, 3, 8);
    runner.embed(*m_model->weights, someIds(3, 16), layout, hidden);
    backend.layerNorm(hidden, nullptr, nullptr, 1e-5f, normed);
    backend.layerNorm(normed, nullptr, nullptr, 1e-5f, normed);
    const std::vector<float> pre(hidden.as<float>(), hidden.as<float>() + 24);
    Zero zero;
    runner.runBlock(runner.loadBlock(0, *m_model->weights), hidden, layout, &zero);
    const std::vector<float> after(hidden.as<float>(), hidden.as<float>() + 24);
    const std::vector<float> twice(normed.as<float>(), normed.as<float>() + 24);
    EXPECT_EQ(after, before ? pre : twice);
    std::filesystem::remove_all(m_scratch / "model");
  }
}

TEST_F(Runner, ARequestedStopEndsABlock) {
  open(test::tinyConfig());
  compute::CpuBackend backend(1);
  ForwardRunner runner(m_model->graph, backend);
  const SequenceLayout layout = SequenceLayout::uniform(1, 4);
  compute::Tensor hidden = backend.allocate(DType::F32, 4, 16);
  runner.embed(*m_model->weights, someIds(4, 40), layout, hidden);
  const LoadedBlock block = runner.loadBlock(0, *m_model->weights);
  std::stop_source source;
  JobContext context;
  context.stop = source.get_token();
  EXPECT_NO_THROW(runner.runBlock(block, hidden, layout, nullptr, &context));
  source.request_stop();
  EXPECT_THROW(runner.runBlock(block, hidden, layout, nullptr, &context), Cancelled);
  EXPECT_NO_THROW(runner.runBlock(block, hidden, layout)) << "the token holds for one call";
}

TEST_F(Runner, LearnedPositionsLimitTheLength) {
  open({{"model_type", "opt"},
        {"hidden_size", 8},
        {"ffn_dim", 12},
        {"num_hidden_layers", 1},
        {"num_attention_heads", 2},
        {"vocab_size", 16},
        {"max_position_embeddings", 32},
        {"word_embed_proj_dim", 4}});
  EXPECT_EQ(forward(SequenceLayout::uniform(1, 32), 1).size(), 32u * 16u);
  const Error error = test::errorOf([&] { forward(SequenceLayout::uniform(1, 33), 1); });
  EXPECT_EQ(error.code(), ErrorCode::InvalidArgument);
  EXPECT_THAT(error.remedy(), testing::HasSubstr("32"));
}

TEST_F(Runner, WorkMemoryIsTheSumOfTheSlots) {
  open(test::tinyConfig());
  // normed 16, q 16, k 8, v 8, attention 16, projection 16, gate 24, up 24
  EXPECT_EQ(ForwardRunner::workBytesPerRow(m_model->graph, {}), 128u * sizeof(float));
  compute::DeviceInfo device;
  device.scratchPerElement = 100;            // of the widest input, 24
  device.attentionScratchPerElement = 1000;  // of q, k and v: 32
  EXPECT_EQ(ForwardRunner::workBytesPerRow(m_model->graph, device), 128u * sizeof(float) + 2400 + 32000);
}

}  // namespace
}  // namespace oscope::forward
