// Feeds a fuzzer's function every file of its corpus, and mutations of each that are the same in every run.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

constexpr int kMutationsPerFile = 300;
constexpr std::size_t kMaxMutationsAtOnce = 4;

std::vector<fs::path> corpusFiles() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(OSCOPE_CORPUS)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

Bytes contentOf(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// An exact-size copy, so that AddressSanitizer sees a read one byte past the end.
void feed(const Bytes& bytes) {
  const Bytes exact(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

class Mutator {
 public:
  explicit Mutator(std::uint32_t seed) : m_random(seed) {}

  void mutate(Bytes& bytes) {
    const std::size_t times = 1 + below(kMaxMutationsAtOnce);
    for (std::size_t i = 0; i < times; ++i) mutateOnce(bytes);
  }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : m_random() % limit; }

  void mutateOnce(Bytes& bytes) {
    static const std::vector<std::string> kTokens = {"{",
                                                     "}",
                                                     "[",
                                                     "]",
                                                     "\"",
                                                     ",",
                                                     ":",
                                                     "-1",
                                                     "1e9",
                                                     "null",
                                                     "\\u0000",
                                                     "18446744073709551615",
                                                     "281474976710657",
                                                     "\xFF",
                                                     "../",
                                                     "\n"};
    const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(below(bytes.size() + 1));
    const std::size_t rest = static_cast<std::size_t>(bytes.end() - place);
    switch (below(6)) {
      case 0:  // flip a bit
        if (rest > 0) *place ^= static_cast<std::uint8_t>(1u << below(8));
        break;
      case 1:  // overwrite a byte
        if (rest > 0) *place = static_cast<std::uint8_t>(below(256));
        break;
      case 2:  // cut the end off
        bytes.erase(place, bytes.end());
        break;
      case 3:  // take a piece out
        bytes.erase(place, place + static_cast<std::ptrdiff_t>(below(std::min<std::size_t>(rest, 16) + 1)));
        break;
      case 4: {  // repeat a piece
        const Bytes piece(place, place + static_cast<std::ptrdiff_t>(below(std::min<std::size_t>(rest, 64) + 1)));
        bytes.insert(place, piece.begin(), piece.end());
        break;
      }
      default: {  // insert a word that parsers stumble over
        const std::string& token = kTokens[below(kTokens.size())];
        bytes.insert(place, token.begin(), token.end());
      }
    }
  }

  std::mt19937 m_random;  // its numbers are the same on every platform
};

TEST(Replay, Corpus) {
  const std::vector<fs::path> files = corpusFiles();
  ASSERT_GE(files.size(), 5u) << "the corpus " << OSCOPE_CORPUS << " is missing";
  for (const fs::path& file : files) {
    SCOPED_TRACE(file.filename().string());
    const Bytes bytes = contentOf(file);
    EXPECT_EQ(LLVMFuzzerTestOneInput(bytes.data(), bytes.size()), 0);
  }
}

TEST(Replay, MutatedCorpus) {
  std::uint32_t seed = 1;
  for (const fs::path& file : corpusFiles()) {
    const Bytes original = contentOf(file);
    for (int i = 0; i < kMutationsPerFile; ++i) {
      Bytes bytes = original;
      Mutator(seed++).mutate(bytes);
      feed(bytes);
    }
  }
}

TEST(Replay, EveryPrefix) {
  for (const fs::path& file : corpusFiles()) {
    const Bytes original = contentOf(file);
    const std::size_t step = 1 + original.size() / 512;
    for (std::size_t size = 0; size < original.size(); size += step) {
      feed(Bytes(original.begin(), original.begin() + static_cast<std::ptrdiff_t>(size)));
    }
  }
}

}  // namespace
