// tokenizer.json and a text: [file] NUL [text], or a file alone with a text of ours.
#include <algorithm>
#include <string>

#include "analysis/base/error.h"
#include "analysis/base/json.h"
#include "analysis/checkpoint/tokenizer/hf_tokenizer.h"
#include "tests/fuzz/fuzz_check.h"

namespace {

using namespace oscope;

/// Runs `action`; false where it ended with one of the errors that a bad file or text may have.
template <typename Action>
bool accepted(const Action& action) {
  try {
    action();
    return true;
  } catch (const Error& error) {
    OSCOPE_FUZZ_CHECK(error.code() == ErrorCode::Malformed || error.code() == ErrorCode::Unsupported);
    OSCOPE_FUZZ_CHECK(!error.where().empty());
    return false;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMaxText = 4096;
  const std::string input(reinterpret_cast<const char*>(data), size);
  const std::size_t separator = std::min(input.find('\0'), input.size());
  const std::string text =
      separator < input.size() ? input.substr(separator + 1, kMaxText) : "ab <s>\n  1\xC3\xA9\xE2\x96\x81 b";

  std::unique_ptr<checkpoint::Tokenizer> tokenizer;
  const auto read = [&] {
    tokenizer = checkpoint::readHfTokenizer(parseJson(input.substr(0, separator), "input"), "input");
  };
  if (!accepted(read)) return 0;

  std::vector<std::int32_t> ids;
  if (!accepted([&] { ids = tokenizer->encode(text, false); })) return 0;
  const auto inVocabulary = [&](std::int32_t id) { return id >= 0 && id < tokenizer->vocabularySize(); };
  OSCOPE_FUZZ_CHECK(std::all_of(ids.begin(), ids.end(), inVocabulary));
  const auto first = tokenizer->encodeFirst(text, ids.size() / 2);
  OSCOPE_FUZZ_CHECK(first.size() == ids.size() / 2 && std::equal(first.begin(), first.end(), ids.begin()));
  accepted([&] { tokenizer->decode(ids); });
  accepted([&] { tokenizer->tokenText(ids.empty() ? 0 : ids.back()); });
  tokenizer->specialIds();
  return 0;
}
