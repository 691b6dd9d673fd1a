#include "quant/transform/channel_reorder.h"

#include <fmt/format.h>

#include <map>
#include <numeric>

#include "analysis/base/error.h"

namespace oscope::quant {
namespace {

/// By SiteKind; R2 is of q and k, which are no site.
constexpr const char* kNames[]{"R1", "R3", "R4", "R5"};

/// "index behind input_layernorm", "rows of v, inside heads".
std::string carrierText(const model::BlockGraph& block, const model::OrderCarrier& carrier) {
  if (!carrier.exact()) return "";
  if (carrier.norm >= 0) {
    const std::string& module = block.norms[static_cast<std::size_t>(carrier.norm)].module;
    return "index behind " + module.substr(module.rfind('.') + 1);
  }
  std::string roles;
  for (const auto& rows : carrier.rows) {
    roles += (roles.empty() ? "" : " and ") + block.linears[static_cast<std::size_t>(rows.linear)].role;
  }
  return "rows of " + roles + (carrier.within > 0 ? ", inside heads" : "");
}

/// values[i] := values[order[i]], in runs of `width`.
template <typename T>
void reorderRuns(std::vector<T>& values, std::size_t width, const ChannelOrder& order) {
  std::vector<T> moved;
  moved.reserve(values.size());
  for (const std::int32_t from : order) {
    const auto run = values.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(from) * width);
    moved.insert(moved.end(), run, run + static_cast<std::ptrdiff_t>(width));
  }
  values = std::move(moved);
}

template <typename T>
void reorderInRows(std::vector<T>& values, const ChannelOrder& order) {
  const std::size_t width = order.size();
  std::vector<T> row(width);
  for (std::size_t begin = 0; begin < values.size(); begin += width) {
    for (std::size_t j = 0; j < width; ++j) row[j] = values[begin + static_cast<std::size_t>(order[j])];
    std::copy(row.begin(), row.end(), values.begin() + static_cast<std::ptrdiff_t>(begin));
  }
}

}  // namespace

Reordering reorderingOf(const model::BlockGraph& block, SiteKind site) {
  const model::OrderCarrier carrier = model::orderCarrier(block, site);
  return {kNames[static_cast<int>(site)], carrierText(block, carrier), carrier.why};
}

Reordering queryKeyReordering(const model::BlockGraph& block) {
  const std::string why = model::whyNoQueryKeyOrder(block);
  return {"R2", why.empty() ? "rows of q and k, inside heads" : "", why};
}

std::string whyNotReordered(const model::OrderCarrier& carrier, const SitePlan& site) {
  if (!carrier.exact()) return carrier.why;
  for (const LinearPlan& linear : site.linears) {
    if (linear.scheme.isFloat() || linear.scheme.group == 0 || linear.scheme.group >= linear.in) continue;
    return fmt::format("weights in groups of {} channels have one scale for neighbours", linear.scheme.group);
  }
  if (carrier.within == 0) return "";
  // Rows of v have one order, whichever query heads read them, and none leaves its head.
  const std::vector<std::int32_t>&labels = site.activation.clusters.labels, &rows = carrier.rows[0].rowOfChannel;
  std::map<std::int32_t, std::int32_t> labelOfRow, headOfLabel;
  for (std::size_t j = 0; j < labels.size(); ++j) {
    const std::int32_t head =
        rows[j / static_cast<std::size_t>(carrier.within) * static_cast<std::size_t>(carrier.within)];
    if (labelOfRow.emplace(rows[j], labels[j]).first->second != labels[j] ||
        headOfLabel.emplace(labels[j], head).first->second != head) {
      return "clusters reach over heads";
    }
  }
  return "";
}

void reorderColumns(std::vector<float>& weight, const ChannelOrder& order) {
  reorderInRows(weight, order);
}

void reorderColumns(compute::QuantizedWeight& weight, const ChannelOrder& order) {
  reorderInRows(weight.codes, order);
}

ChannelOrder rowOrder(std::int64_t rows, const std::vector<std::int32_t>& rowOfChannel, const ChannelOrder& order) {
  ChannelOrder result(static_cast<std::size_t>(rows));
  std::iota(result.begin(), result.end(), 0);
  std::vector<bool> placed(result.size());
  for (std::size_t j = 0; j < order.size(); ++j) {
    const auto to = static_cast<std::size_t>(rowOfChannel[j]);
    const std::int32_t from = rowOfChannel[static_cast<std::size_t>(order[j])];
    if (placed[to] && result[to] != from) {
      throw Error(ErrorCode::Internal, fmt::format("row {}", to), "channels of one row were given different places");
    }
    placed[to] = true;
    result[to] = from;
  }
  return result;
}

void reorderRows(std::vector<float>& values, const ChannelOrder& rows) {
  if (!values.empty()) reorderRuns(values, values.size() / rows.size(), rows);
}

void reorderRows(compute::QuantizedWeight& weight, const ChannelOrder& rows) {
  reorderRuns(weight.codes, static_cast<std::size_t>(weight.in), rows);
  reorderRuns(weight.scales, static_cast<std::size_t>(weight.groups()), rows);
  if (!weight.zeros.empty()) reorderRuns(weight.zeros, static_cast<std::size_t>(weight.groups()), rows);
}

void reorderBlock(const model::BlockGraph& block, const std::vector<SitePlan>& sites, const ReorderActions& actions) {
  for (std::size_t s = 0; s < block.sites.size(); ++s) {
    const ChannelOrder& order = sites[s].order;
    if (order.empty()) continue;
    for (const int reader : block.sites[s].readers) actions.columns(reader, order);
    const model::OrderCarrier carrier = model::orderCarrier(block, block.sites[s].id.kind);
    if (carrier.norm >= 0) actions.norm(block.norms[static_cast<std::size_t>(carrier.norm)], order);
    for (const auto& rows : carrier.rows) {
      actions.rows(rows.linear,
                   rowOrder(block.linears[static_cast<std::size_t>(rows.linear)].out, rows.rowOfChannel, order));
    }
  }
}

void reorderFigures(SitePlan& site) {
  if (site.order.empty()) return;
  if (!site.activation.clusters.labels.empty()) reorderRuns(site.activation.clusters.labels, 1, site.order);
  if (!site.scale.empty()) reorderRuns(site.scale, 1, site.order);
  if (!site.shift.empty()) reorderRuns(site.shift, 1, site.order);
}

compute::HostTensor orderTensor(const std::string& name, ChannelOrder order) {
  const auto kept = std::make_shared<const ChannelOrder>(std::move(order));
  return {kept->data(), DType::I32, {static_cast<std::int64_t>(kept->size())}, kept, name};
}

}  // namespace oscope::quant
