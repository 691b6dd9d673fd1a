// Which GPUs can run the kernels of a build.
#pragma once

#include <algorithm>
#include <charconv>
#include <string_view>

namespace oscope::gpu {

/// Whether a GPU of compute capability `capability` (major * 10 + minor) runs code for `architecture`, as CMake names
/// it: machine code ("86-real") within its major version from its minor version on, PTX ("90-virtual") everywhere
/// later, too; "90" is both. A name of another kind ("native") is taken to fit.
inline bool runsCodeFor(std::string_view architecture, int capability) {
  int built = 0;
  const char* last = architecture.data() + architecture.size();
  const auto [end, error] = std::from_chars(architecture.data(), last, built);
  if (error != std::errc()) return true;
  const std::string_view kind(end, static_cast<std::size_t>(last - end));
  if (kind == "-real") return built / 10 == capability / 10 && capability >= built;
  if (kind.empty() || kind == "-virtual") return capability >= built;
  return capability == built;  // "90a-real": for one GPU alone
}

/// The same for several architectures, divided by ','.
inline bool runsAnyCodeFor(std::string_view architectures, int capability) {
  for (std::size_t at = 0; at < architectures.size();) {
    const std::size_t comma = std::min(architectures.find(',', at), architectures.size());
    if (runsCodeFor(architectures.substr(at, comma - at), capability)) return true;
    at = comma + 1;
  }
  return false;
}

}  // namespace oscope::gpu
