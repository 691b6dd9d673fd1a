// A new order of a site's channels, so that those of one cluster lie side by side (RPTQ): columns of the readers, rows
// of the producers, an index behind norms. Exact, and it changes no code: weights are quantized before they move.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "analysis/compute/quantized_weight.h"
#include "analysis/model/channel_order.h"
#include "quant/policy/plan.h"

namespace oscope::quant {

/// Channel j of the new order is channel order[j] of the model's.
using ChannelOrder = std::vector<std::int32_t>;

/// One of RPTQ's reorderings at a model, in words.
struct Reordering {
  std::string
      name;  ///< "R1": inputs of q, k, v; "R2": q and k; "R3": of o; "R4": of fc1 or gate, up; "R5": of fc2, down
  std::string carrier;  ///< "rows of v, inside heads"; empty where none
  std::string why;      ///< why it is not exact; empty: it is
};
Reordering reorderingOf(const model::BlockGraph& block, SiteKind site);
/// R2. Nothing asks for it: q and k stay in float.
Reordering queryKeyReordering(const model::BlockGraph& block);

/// Why the site can't take a new order though its carrier could: weights whose groups the order would tear apart, or
/// clusters that reach over heads. Empty: it can.
std::string whyNotReordered(const model::OrderCarrier& carrier, const SitePlan& site);

/// Columns: W_:j := W_:order[j]. Quantized ones have one scale per row.
void reorderColumns(std::vector<float>& weight, const ChannelOrder& order);
void reorderColumns(compute::QuantizedWeight& weight, const ChannelOrder& order);
/// Rows of a producer: the row that makes channel j becomes the one that made channel order[j]; other rows stay. An
/// order that would need two rows in one place is an Internal error.
ChannelOrder rowOrder(std::int64_t rows, const std::vector<std::int32_t>& rowOfChannel, const ChannelOrder& order);
void reorderRows(std::vector<float>& values, const ChannelOrder& rows);
void reorderRows(compute::QuantizedWeight& weight, const ChannelOrder& rows);

/// What the orders of a block's sites do: calls for every linear and norm that changes.
struct ReorderActions {
  std::function<void(int linear, const ChannelOrder& order)> columns;
  std::function<void(int linear, const ChannelOrder& rows)> rows;  ///< of all rows of the linear
  std::function<void(const model::NormDesc& norm, const ChannelOrder& order)> norm;
};
void reorderBlock(const model::BlockGraph& block, const std::vector<SitePlan>& sites, const ReorderActions& actions);

/// Puts the per-channel figures of a site (labels, scale, shift) into its order.
void reorderFigures(SitePlan& site);

/// The index of a norm as a tensor (model::normOrderName).
compute::HostTensor orderTensor(const std::string& name, ChannelOrder order);

}  // namespace oscope::quant
