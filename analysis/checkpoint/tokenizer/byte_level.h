// GPT-2's way to write any byte as a printable character.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oscope::checkpoint {

/// Each byte of `bytes` as the character that stands for it ("Ġ" for the space).
std::string bytesToCharacters(std::string_view bytes);
/// The bytes that `text` stands for; empty where it holds a character that stands for none.
std::optional<std::string> charactersToBytes(std::string_view text);

}  // namespace oscope::checkpoint
