#include "analysis/checkpoint/tokenizer/unicode_property.h"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace oscope::checkpoint {
namespace {

struct Alias {
  std::string_view key;
  const char* name;
};

constexpr Alias kAliases[] = {{"letter", "L"},
                              {"uppercaseletter", "Lu"},
                              {"lowercaseletter", "Ll"},
                              {"titlecaseletter", "Lt"},
                              {"modifierletter", "Lm"},
                              {"otherletter", "Lo"},
                              {"mark", "M"},
                              {"nonspacingmark", "Mn"},
                              {"number", "N"},
                              {"decimalnumber", "Nd"},
                              {"letternumber", "Nl"},
                              {"othernumber", "No"},
                              {"punctuation", "P"},
                              {"punct", "P"},
                              {"symbol", "S"},
                              {"mathsymbol", "Sm"},
                              {"currencysymbol", "Sc"},
                              {"separator", "Z"},
                              {"spaceseparator", "Zs"},
                              {"other", "C"},
                              {"control", "Cc"},
                              {"digit", "Nd"},
                              {"any", "Any"},
                              {"alpha", "Alphabetic"},
                              {"alphabetic", "Alphabetic"},
                              {"upper", "Uppercase"},
                              {"uppercase", "Uppercase"},
                              {"lower", "Lowercase"},
                              {"lowercase", "Lowercase"},
                              {"space", "White_Space"},
                              {"whitespace", "White_Space"}};

constexpr const char* kCategories[] = {"C",  "Cc", "Cf", "Cn", "Co", "L",  "Ll", "Lm", "Lo", "Lt", "Lu", "M",
                                       "Mc", "Me", "Mn", "N",  "Nd", "Nl", "No", "P",  "Pc", "Pd", "Pe", "Pf",
                                       "Pi", "Po", "Ps", "S",  "Sc", "Sk", "Sm", "So", "Z",  "Zl", "Zp", "Zs"};

bool equalIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

std::string propertyName(std::string_view key) {
  for (const char* category : kCategories) {
    if (equalIgnoringCase(key, category)) return category;
  }
  const auto* found =
      std::find_if(std::begin(kAliases), std::end(kAliases), [&](const Alias& alias) { return alias.key == key; });
  return found == std::end(kAliases) ? std::string() : found->name;
}

}  // namespace oscope::checkpoint
