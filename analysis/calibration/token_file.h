// Token ids that somebody else made: .safetensors, .json or plain text.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace oscope::calibration {

/// Ids of a file, in rows of equal length or as one run.
struct TokenFile {
  std::vector<std::int32_t> ids;
  std::int64_t rowLength = 0;  ///< 0: one run, to be cut into windows
};

/// .safetensors: its one integer tensor, or the one named token_windows or input_ids, of shape [samples, length] or
/// [n]. .json: an array of ids or of arrays of ids. Anything else: ids between whitespace. Ids outside
/// [0, vocabulary) are errors that name their place.
TokenFile readTokenFile(const std::filesystem::path& path, std::int64_t vocabulary);

}  // namespace oscope::calibration
