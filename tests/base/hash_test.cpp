#include "analysis/base/hash.h"

#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "tests/support/expect_error.h"
#include "tests/support/test_data.h"

namespace oscope {
namespace {

std::string hashOf(std::string_view bytes) {
  Sha256 hash;
  hash.update(std::as_bytes(std::span(bytes.data(), bytes.size())));
  return hash.finish();
}

// NIST FIPS 180-2, appendix B.
constexpr const char* kEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kMillionA = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST(Sha256, GivesThePublishedDigests) {
  EXPECT_EQ(hashOf(""), kEmpty);
  EXPECT_EQ(hashOf("abc"), kAbc);
  EXPECT_EQ(hashOf(std::string(1'000'000, 'a')), kMillionA);
}

TEST(Sha256, OfAFileReadsAllOfIt) {
  const test::ScratchFolder scratch;
  // More than one block of the reader.
  std::ofstream(scratch / "a") << std::string(3'000'001, 'x');
  EXPECT_EQ(sha256OfFile(scratch / "a"), hashOf(std::string(3'000'001, 'x')));
  EXPECT_EQ(test::errorOf([&] { sha256OfFile(scratch / "none"); }).code(), ErrorCode::FileNotFound);
  EXPECT_EQ(test::errorOf([&] { sha256OfFile(scratch.path()); }).code(), ErrorCode::FileUnreadable);
}

TEST(Sha256, NeighbouringTextsDoNotRunTogether) {
  const auto hashTwo = [](const char* first, const char* second) {
    Sha256 hash;
    hash.updateText(first);
    hash.updateText(second);
    return hash.finish();
  };
  EXPECT_NE(hashTwo("ab", "c"), hashTwo("a", "bc"));
  EXPECT_EQ(hashTwo("ab", "c"), hashTwo("ab", "c"));
}

}  // namespace
}  // namespace oscope
