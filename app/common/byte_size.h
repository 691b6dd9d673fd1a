// Sizes as people type them.
#pragma once

#include <cstdint>
#include <string_view>

namespace oscope::app {

/// "8GiB", "512 MB", "1.5g", "65536": decimal kB, MB, GB, TB and binary KiB, MiB, GiB, TiB; a lone k, m, g, t is
/// binary, no unit means bytes; case doesn't matter. Anything else is an InvalidArgument error that shows the accepted
/// spellings.
std::uint64_t parseByteSize(std::string_view text);

}  // namespace oscope::app
