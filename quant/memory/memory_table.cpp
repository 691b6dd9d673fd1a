#include "quant/memory/memory_table.h"

#include <algorithm>
#include <cmath>

namespace oscope::quant {
namespace {

constexpr double kFloatBits = 16;  ///< of everything that a scheme does not quantize
constexpr double kScaleBits = 16;
constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;

double elementsOf(const model::LinearDesc& linear) {
  return static_cast<double>(linear.out) * static_cast<double>(linear.in);
}

/// Channels per token that stand beside the residual stream while the linears of `site` run, in bits.
double siteBits(const model::BlockGraph& block, const model::SiteDesc& site, const MemoryScheme& scheme) {
  double bits = static_cast<double>(site.channels) * scheme.activationBits;
  for (const int reader : site.readers) bits += static_cast<double>(block.linears[reader].out) * kFloatBits;
  return bits;
}

}  // namespace

MemoryEstimate estimateMemory(const model::ModelGraph& graph, const MemoryScheme& scheme, std::int64_t batch,
                              std::int64_t sequence) {
  double quantized = 0, scales = 0, peakBits = 0;
  for (const model::BlockGraph& block : graph.blocks) {
    for (const model::LinearDesc& linear : block.linears) {
      quantized += elementsOf(linear);
      const bool divides = scheme.group > 0 && linear.in % scheme.group == 0;
      const std::int64_t groups = divides ? linear.in / scheme.group : 1;
      scales += static_cast<double>(linear.out) * static_cast<double>(groups);
    }
    for (const model::SiteDesc& site : block.sites) peakBits = std::max(peakBits, siteBits(block, site, scheme));
  }
  const double tokens = static_cast<double>(batch) * static_cast<double>(sequence);
  const double others = static_cast<double>(graph.parameters) - quantized;

  MemoryEstimate estimate;
  estimate.weightBytes = (quantized * scheme.weightBits + others * kFloatBits) / 8;
  estimate.scaleBytes = scheme.weightBits < kFloatBits ? scales * kScaleBits / 8 : 0;
  estimate.kvBytes = tokens * 2 * static_cast<double>(graph.blocks.size()) * static_cast<double>(graph.kvChannels()) *
                     scheme.kvBits / 8;
  estimate.activationBytes = tokens * (static_cast<double>(graph.hidden) * kFloatBits + peakBits) / 8;
  return estimate;
}

double rptqBytes(std::int64_t layers, std::int64_t hidden, std::int64_t heads, const MemoryScheme& scheme,
                 std::int64_t batch, std::int64_t sequence) {
  constexpr double kVocabulary = 50272, kPositions = 2050;
  const auto l = static_cast<double>(layers), h = static_cast<double>(hidden);
  const double parameters = 12 * l * h * h + 4 * h * l + 2 * h + 2 * kVocabulary * h + kPositions * h;
  const double tokens = static_cast<double>(batch) * static_cast<double>(sequence);
  const double cache = 2 * l * h * scheme.kvBits / 8;
  const double dynamic = h * (3 * 16 + 5 * scheme.activationBits + 2 * scheme.kvBits) / 8;
  return parameters * scheme.weightBits / 8 + tokens * (cache + dynamic + 2 * static_cast<double>(heads));
}

std::vector<RptqCell> rptqTable() {
  struct Model {
    const char* name;
    std::int64_t layers, hidden, heads;
  };
  constexpr Model kModels[] = {{"13B", 40, 5120, 40}, {"30B", 48, 7168, 56}, {"66B", 64, 9216, 72}};
  constexpr const char* kSchemes[] = {"W16A16", "W4A16", "W4A8", "W4A4", "W4A4KV", "W4A3KV", "W3A3KV"};

  std::vector<RptqCell> cells;
  for (const Model& model : kModels) {
    for (const char* name : kSchemes) {
      const MemoryScheme scheme = parseMemoryScheme(name);
      for (const std::int64_t batch : {1, 8, 64}) {
        for (const std::int64_t sequence : {2048, 4096, 8192}) {
          const double bytes = rptqBytes(model.layers, model.hidden, model.heads, scheme, batch, sequence);
          cells.push_back({model.name, name, batch, sequence, std::round(bytes / kGiB * 10) / 10});
        }
      }
    }
  }
  return cells;
}

}  // namespace oscope::quant
