// New orders of channels: exact for every site of every architecture that has one, and no code changes.
#include "quant/transform/channel_reorder.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numeric>
#include <random>

#include "analysis/compute/backend_registry.h"
#include "analysis/forward/forward_runner.h"
#include "analysis/model/open_model.h"
#include "quant/methods/method_registry.h"
#include "quant/transform/channel_clusters.h"
#include "quant/transform/quantize_block.h"
#include "quant/verify/folded_source.h"
#include "tests/support/host_backend.h"
#include "tests/support/made_snapshot.h"
#include "tests/support/test_data.h"
#include "tests/support/tiny_model.h"

namespace oscope::quant {
namespace {

using ::testing::HasSubstr;

constexpr double kLogitTolerance = 1e-5;  ///< relative to the largest logit: products are summed in another order

Json opt(const Json& more = Json::object()) {
  Json config{{"model_type", "opt"},
              {"hidden_size", 16},
              {"ffn_dim", 24},
              {"num_hidden_layers", 2},
              {"num_attention_heads", 4},
              {"vocab_size", 40},
              {"word_embed_proj_dim", 16},
              {"max_position_embeddings", 32}};
  config.update(more);
  return config;
}

Json bloom(bool residualOfNorm) {
  return {{"model_type", "bloom"}, {"hidden_size", 16}, {"n_layer", 2},
          {"n_head", 4},           {"vocab_size", 40},  {"apply_residual_connection_post_layernorm", residualOfNorm}};
}

/// An architecture, and the sites of a block that can take a new order.
struct Case {
  const char* name;
  Json config;
  std::vector<SiteKind> exact;
  bool queryKey;
};

const std::vector<SiteKind> kAll{SiteKind::AttnIn, SiteKind::AttnOut, SiteKind::FfnIn, SiteKind::FfnMid};
const std::vector<SiteKind> kNotBehindNorms{SiteKind::AttnOut, SiteKind::FfnMid};

class Reorder : public ::testing::TestWithParam<Case> {
 protected:
  Reorder() {
    test::writeTinyModel(m_folder / "model", GetParam().config);
    m_model = std::make_unique<model::OpenedModel>(model::openModel(m_folder / "model"));
  }
  std::vector<float> logits(const checkpoint::TensorSource& source) const {
    const auto backend = compute::cpuBackendFactory().create("cpu", {});
    const std::vector<std::int32_t> ids{1, 7, 3, 39, 0, 12};
    return forward::forwardAll(m_model->graph, source, *backend, ids, compute::SequenceLayout::uniform(2, 3));
  }

  /// A random order; inside heads the one of the value head for all that read it.
  ChannelOrder randomOrder(const model::OrderCarrier& carrier, std::int64_t channels) {
    const std::int64_t width = carrier.within > 0 ? carrier.within : channels;
    std::map<std::int32_t, ChannelOrder> ofRow;
    ChannelOrder order;
    for (std::int64_t begin = 0; begin < channels; begin += width) {
      const std::int32_t row = carrier.rows.empty() ? 0 : carrier.rows[0].rowOfChannel[static_cast<std::size_t>(begin)];
      ChannelOrder& inside = ofRow[row];
      if (inside.empty()) {
        inside.resize(static_cast<std::size_t>(width));
        std::iota(inside.begin(), inside.end(), 0);
        std::shuffle(inside.begin(), inside.end(), m_random);
      }
      for (const std::int32_t at : inside) order.push_back(static_cast<std::int32_t>(begin) + at);
    }
    return order;
  }

  const test::ScratchFolder m_folder;
  std::unique_ptr<model::OpenedModel> m_model;
  std::mt19937 m_random{7};
};

TEST_P(Reorder, OfEverySiteLeavesTheLogitsAlone) {
  std::vector<std::unique_ptr<checkpoint::TensorSource>> sources;
  const checkpoint::TensorSource* source = m_model->weights.get();
  for (const model::BlockGraph& block : m_model->graph.blocks) {
    std::vector<SitePlan> sites;
    std::vector<SiteKind> exact;
    for (const model::SiteDesc& desc : block.sites) {
      SitePlan& site = sites.emplace_back();
      site.id = desc.id;
      const model::OrderCarrier carrier = model::orderCarrier(block, desc.id.kind);
      EXPECT_EQ(carrier.exact(), reorderingOf(block, desc.id.kind).why.empty());
      if (!carrier.exact()) continue;
      exact.push_back(desc.id.kind);
      site.order = randomOrder(carrier, desc.channels);
    }
    EXPECT_EQ(exact, GetParam().exact);
    EXPECT_EQ(queryKeyReordering(block).why.empty(), GetParam().queryKey);
    sources.push_back(std::make_unique<FoldedSource>(*source, block, sites));
    source = sources.back().get();
  }
  const std::vector<float> expected = logits(*m_model->weights), found = logits(*source);
  double largest = 0, difference = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(expected[i])));
    difference = std::max(difference, std::abs(static_cast<double>(expected[i]) - found[i]));
  }
  EXPECT_GT(largest, 0);
  EXPECT_LT(difference / largest, kLogitTolerance);
}

TEST_P(Reorder, ChangesNoCodeAndBringsClustersTogether) {
  std::vector<stats::SiteStats> sites = test::sitesOfGraph(m_model->graph);
  for (stats::SiteStats& site : sites) {
    for (std::int64_t j = 0; j < site.channels; ++j) {
      // Query heads of one value head differ.
      site.absmax.push_back(std::exp2(static_cast<float>(m_random() % 1000) / 100.0f - 3.3f));
      site.max.push_back(site.absmax.back());
      site.min.push_back(-site.absmax.back() / 2);
    }
    site.tokens = 8;
  }
  test::MadeSnapshot snapshot(std::move(sites));
  snapshot.editProvenance().config = m_model->config.values();
  Recipe recipe = defaultRecipe();
  recipe.weights = {4, 0, false};
  const auto planned = [&](bool reorder) {
    recipe.steps = {
        {"rptq", ParamSet::fromJson(findMethod("rptq").params(),
                                    {{"clusters", 4}, {"head_clusters", 2}, {"reorder", reorder}}, "test")}};
    return makePlan(snapshot, recipe);
  };
  const Plan orderedPlan = planned(true), plainPlan = planned(false);
  const model::BlockGraph& block = m_model->graph.blocks[1];
  const QuantizedBlock ordered =
      quantizeBlock(m_model->graph, 1, *m_model->weights, snapshot, orderedPlan, test::hostBackend(), {});
  const QuantizedBlock plain =
      quantizeBlock(m_model->graph, 1, *m_model->weights, snapshot, plainPlan, test::hostBackend(), {});

  std::size_t reordered = 0;
  for (std::size_t s = 0; s < block.sites.size(); ++s) {
    const ChannelOrder& order = ordered.sites[s].order;
    const std::string& reason = orderedPlan.site(block.sites[s].id).reason;
    const bool exact = model::orderCarrier(block, block.sites[s].id.kind).exact();
    EXPECT_EQ(order.empty(), !exact) << reason;
    EXPECT_THAT(reason, HasSubstr(exact ? "order folded (R" : "by label, not R"));
    if (!exact) continue;
    ++reordered;
    const auto& labels = ordered.sites[s].activation.clusters.labels;
    const std::int64_t within = model::orderCarrier(block, block.sites[s].id.kind).within;
    const auto width = static_cast<std::size_t>(within > 0 ? within : block.sites[s].channels);
    for (std::size_t begin = 0; begin < labels.size(); begin += width) {
      const auto first = labels.begin() + static_cast<std::ptrdiff_t>(begin);
      EXPECT_TRUE(std::is_sorted(first, first + static_cast<std::ptrdiff_t>(width)));
    }
  }
  EXPECT_EQ(reordered, GetParam().exact.size());

  // Where each row and column of a linear went, found again from the plan alone.
  for (std::size_t i = 0; i < block.linears.size(); ++i) {
    const compute::QuantizedWeight &a = ordered.linears[i].weight, &b = plain.linears[i].weight;
    ChannelOrder rows(static_cast<std::size_t>(a.out)), columns(static_cast<std::size_t>(a.in));
    std::iota(rows.begin(), rows.end(), 0);
    std::iota(columns.begin(), columns.end(), 0);
    for (std::size_t s = 0; s < block.sites.size(); ++s) {
      const ChannelOrder& order = ordered.sites[s].order;
      if (order.empty()) continue;
      const auto& readers = block.sites[s].readers;
      if (std::find(readers.begin(), readers.end(), static_cast<int>(i)) != readers.end()) columns = order;
      for (const auto& carrier : model::orderCarrier(block, block.sites[s].id.kind).rows) {
        if (carrier.linear != static_cast<int>(i)) continue;
        for (std::size_t j = 0; j < order.size(); ++j) {
          rows[static_cast<std::size_t>(carrier.rowOfChannel[j])] =
              carrier.rowOfChannel[static_cast<std::size_t>(order[j])];
        }
      }
    }
    for (std::int64_t n = 0; n < a.out; ++n) {
      const auto from = static_cast<std::size_t>(rows[static_cast<std::size_t>(n)]);
      ASSERT_EQ(a.scales[static_cast<std::size_t>(n)], b.scales[from]);
      ASSERT_EQ(a.zeros[static_cast<std::size_t>(n)], b.zeros[from]);
      for (std::int64_t k = 0; k < a.in; ++k) {
        ASSERT_EQ(a.codes[static_cast<std::size_t>(n * a.in + k)],
                  b.codes[from * static_cast<std::size_t>(b.in) +
                          static_cast<std::size_t>(columns[static_cast<std::size_t>(k)])])
            << block.linears[i].role << " [" << n << ", " << k << "]";
      }
    }
  }

  recipe.weights = {4, 4, true};
  for (const SitePlan& site : planned(true).sites) {
    EXPECT_TRUE(site.order.empty());
    if (model::orderCarrier(block, site.id.kind).exact()) {
      EXPECT_THAT(site.reason, HasSubstr("in groups of 4"));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Architectures, Reorder,
    ::testing::Values(Case{"gated", test::tinyConfig(), kAll, false}, Case{"bloom", bloom(false), kAll, true},
                      Case{"bloom_residual_of_norm", bloom(true), kNotBehindNorms, true},
                      Case{"opt", opt(), kAll, true},
                      Case{"opt_gelu", opt({{"activation_function", "gelu"}}), kAll, true},
                      Case{"opt_post_norm", opt({{"do_layer_norm_before", false}}), kNotBehindNorms, true}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(ChannelOrders, RowsOfSharedHeadsMustAgree) {
  // Two query heads over one value head of two rows.
  EXPECT_EQ(rowOrder(3, {0, 1, 0, 1}, {1, 0, 3, 2}), (ChannelOrder{1, 0, 2}));
  EXPECT_THROW(rowOrder(3, {0, 1, 0, 1}, {1, 0, 2, 3}), Error);
}

}  // namespace
}  // namespace oscope::quant
