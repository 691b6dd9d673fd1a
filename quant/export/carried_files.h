// The files beside the weights that an export takes over from the source folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace oscope::quant {

/// Tokenizer, generation and licence files of `folder`, by bare name, sorted. config.json is not among them.
std::vector<std::string> carriedFiles(const std::filesystem::path& folder);

/// Copies one file; a full disk is a DiskFull error that names the copy.
void copyFile(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace oscope::quant
