#include "quant/memory/memory_table.h"

#include <gtest/gtest.h>

#include "analysis/base/error.h"
#include "tests/memory/rptq_slide.h"

namespace oscope::quant {
namespace {

TEST(MemoryTable, ReproducesEveryCellOfTheRptqSlide) {
  const std::vector<RptqCell> cells = rptqTable();
  ASSERT_EQ(cells.size(), 189u);
  std::size_t next = 0;
  for (const test::RptqSlideRow& row : test::kRptqSlide) {
    for (const double printed : row.gb) {
      const RptqCell& cell = cells.at(next++);
      EXPECT_EQ(cell.model, row.model);
      EXPECT_EQ(cell.scheme, row.scheme);
      EXPECT_DOUBLE_EQ(cell.gib, printed)
          << row.model << " " << row.scheme << " " << cell.batch << " " << cell.sequence;
    }
  }
  EXPECT_EQ(next, cells.size());
}

TEST(MemoryScheme, ReadsBitsOfWeightsActivationsAndCache) {
  const MemoryScheme full = parseMemoryScheme("w4a8kv4g64");
  EXPECT_EQ(full.weightBits, 4);
  EXPECT_EQ(full.activationBits, 8);
  EXPECT_EQ(full.kvBits, 4);
  EXPECT_EQ(full.group, 64);
  EXPECT_EQ(parseMemoryScheme("W4A8").kvBits, 8);
  EXPECT_EQ(parseMemoryScheme("W16A16").kvBits, 16);
  const MemoryScheme cacheOnly = parseMemoryScheme("W3A3KV");
  EXPECT_EQ(cacheOnly.activationBits, 16);
  EXPECT_EQ(cacheOnly.kvBits, 3);
}

TEST(MemoryScheme, RefusesOtherSpellingsWithTheAcceptedOnes) {
  for (const char* text : {"", "4-8", "W4", "W4A", "A8W4", "W0A8", "W4A8KV8X", "W4A8G", "W99A8", "W4A8 "}) {
    try {
      parseMemoryScheme(text);
      FAIL() << "accepted '" << text << "'";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::InvalidArgument);
      EXPECT_NE(error.remedy().find("W4A8KV8"), std::string::npos);
    }
  }
}

/// One gated block with 2 key/value heads of 4 channels, hidden 16, ffn 40.
model::ModelGraph smallGraph() {
  model::ModelGraph graph;
  graph.hidden = 16;
  graph.kvHeads = 2;
  graph.headDim = 4;
  graph.parameters = 16 * 16 * 2 + 8 * 16 * 2 + 3 * 16 * 40 + 1000;
  model::BlockGraph block;
  const auto linear = [](std::int64_t out, std::int64_t in) {
    model::LinearDesc desc;
    desc.out = out;
    desc.in = in;
    return desc;
  };
  block.linears = {linear(16, 16), linear(8, 16),  linear(8, 16), linear(16, 16),
                   linear(40, 16), linear(40, 16), linear(16, 40)};
  const auto site = [](std::int64_t channels, std::vector<int> readers) {
    model::SiteDesc desc;
    desc.channels = channels;
    desc.readers = std::move(readers);
    return desc;
  };
  block.sites = {site(16, {0, 1, 2}), site(16, {3}), site(16, {4, 5}), site(40, {6})};
  graph.blocks = {block};
  return graph;
}

TEST(MemoryEstimate, AddsUpWhatTheSchemeSays) {
  const MemoryEstimate estimate = estimateMemory(smallGraph(), parseMemoryScheme("W4A8KV8G16"), 2, 3);
  const double linears = 16 * 16 * 2 + 8 * 16 * 2 + 3 * 16 * 40;
  EXPECT_DOUBLE_EQ(estimate.weightBytes, linears / 2 + 1000 * 2);
  // One group of 16 in every linear that reads 16 channels; 40 is no multiple: one scale per output channel.
  EXPECT_DOUBLE_EQ(estimate.scaleBytes, 2.0 * (16 + 8 + 8 + 16 + 40 + 40 + 16));
  EXPECT_DOUBLE_EQ(estimate.kvBytes, 6 * 2 * 8.0);
  // The widest moment: gate and up at 16 bits (80 channels), their input at 8, the residual stream at 16.
  EXPECT_DOUBLE_EQ(estimate.activationBytes, 6 * (16 * 2 + 16 + 80 * 2.0));
  EXPECT_DOUBLE_EQ(estimate.total(),
                   estimate.weightBytes + estimate.scaleBytes + estimate.kvBytes + estimate.activationBytes);
}

TEST(MemoryEstimate, FloatSchemesHaveNoScales) {
  const model::ModelGraph graph = smallGraph();
  const MemoryEstimate estimate = estimateMemory(graph, parseMemoryScheme("W16A16"), 1, 1);
  EXPECT_EQ(estimate.scaleBytes, 0);
  EXPECT_DOUBLE_EQ(estimate.weightBytes, 2.0 * static_cast<double>(graph.parameters));
}

}  // namespace
}  // namespace oscope::quant
