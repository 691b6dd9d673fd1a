// tokenizer.json holds regular expressions in Oniguruma's Ruby syntax; PCRE2 reads another dialect.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace oscope::checkpoint {

/// The PCRE2 expression (to be compiled with UTF, UCP and MULTILINE) that matches what `pattern` matches in Oniguruma's
/// Ruby syntax. Both accept many of the same strings with different meanings: \s, \w, \h, \v and \p{Han} name other
/// sets, {1,3}+ is no possessive quantifier, (?m) is "dot matches newline", classes nest. What isn't known to mean
/// the same in both is an Unsupported error naming `where` and the part. `isScript` tells whether a name is one of a
/// Unicode script.
std::string translateRegex(std::string_view pattern, const std::string& where,
                           const std::function<bool(const std::string& name)>& isScript);

}  // namespace oscope::checkpoint
