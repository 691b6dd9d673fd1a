// How wide the registers of a block program are.
#pragma once

#include <array>
#include <cstdint>

#include "analysis/model/model_graph.h"

namespace oscope::forward {

inline constexpr std::size_t kSlots = static_cast<std::size_t>(model::Slot::Count);

/// Channels of each slot that the block's program writes, 0 for those it doesn't use; Hidden counts with `hidden`.
std::array<std::int64_t, kSlots> slotWidths(const model::BlockGraph& block, std::int64_t hidden);

}  // namespace oscope::forward
