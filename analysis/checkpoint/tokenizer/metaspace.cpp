#include "analysis/checkpoint/tokenizer/metaspace.h"

#include "analysis/base/error.h"
#include "analysis/checkpoint/tokenizer/utf8.h"

namespace oscope::checkpoint {

MetaspaceOptions readMetaspace(const Part& part) {
  part.checkKeys({"replacement", "str_rep", "add_prefix_space", "prepend_scheme", "split"});
  MetaspaceOptions options;
  appendUtf8(options.mark, part.character("replacement"));
  options.split = part.flag("split", true);
  const bool prefix = part.flag("add_prefix_space", true);
  const std::string scheme = part.text("prepend_scheme", prefix ? "always" : "never");
  if (scheme == "always") {
    options.prepend = MetaspaceOptions::Prepend::Always;
  } else if (scheme == "first") {
    options.prepend = MetaspaceOptions::Prepend::First;
  } else if (scheme == "never") {
    options.prepend = MetaspaceOptions::Prepend::Never;
  } else {
    part.refuse("the prepend_scheme \"" + scheme + "\"");
  }
  if (!prefix && options.prepend != MetaspaceOptions::Prepend::Never) {
    throw Error(ErrorCode::Malformed, part.where, "add_prefix_space contradicts prepend_scheme");
  }
  return options;
}

}  // namespace oscope::checkpoint
