// A model that is not the sample: small, random, without a tokenizer.
#pragma once

#include <filesystem>

namespace oscope::test {

/// Writes it to `folder`/other, calibrates it on random tokens, and returns its snapshot, `folder`/other.oscope.h5.
std::filesystem::path writeOtherModel(const std::filesystem::path& folder);

}  // namespace oscope::test
