// Names of Unicode properties in regular expressions.
#pragma once

#include <string>
#include <string_view>

namespace oscope::checkpoint {

/// What PCRE2 calls the general category or binary property `key` (lower case, without separators: "uppercaseletter",
/// "lu", "alpha"); empty for unknown ones. Scripts aren't among them.
std::string propertyName(std::string_view key);

}  // namespace oscope::checkpoint
