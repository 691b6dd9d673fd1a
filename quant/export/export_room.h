// Whether an export can be written where it is wanted: asked before it starts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "analysis/base/error.h"

namespace oscope::quant {

/// Why `bytes` can't be written to the folder `output`, which need not exist: a file on the way, no permission, too
/// little space. What is to be replaced stays until the new folder is complete, so it frees nothing. `available`: free
/// bytes of that disk, where it is known already.
std::optional<Error> whyNoRoom(const std::filesystem::path& output, std::uint64_t bytes,
                               std::optional<std::uint64_t> available = std::nullopt);
/// Throws it.
void requireRoom(const std::filesystem::path& output, std::uint64_t bytes);

/// Why an export must not take the place of what is at `output`: it is the model itself (`modelFolder`), no export of
/// this program, or holds files that the earlier export did not write. nullopt: it may, or nothing is there.
std::optional<Error> whyNotReplaced(const std::filesystem::path& output, const std::filesystem::path& modelFolder);
/// Throws it.
void requireReplaceable(const std::filesystem::path& output, const std::filesystem::path& modelFolder);

}  // namespace oscope::quant
