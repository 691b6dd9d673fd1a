#include "analysis/base/error.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "analysis/base/ids.h"

namespace oscope {
namespace {

TEST(Error, ComposesPlaceTextAndRemedy) {
  const Error error(ErrorCode::Malformed, "a.json: byte 3", "no number", "write one");
  EXPECT_STREQ(error.what(), "a.json: byte 3: no number (write one)");
  EXPECT_STREQ(Error(ErrorCode::Internal, "", "why").what(), "why");
}

TEST(Error, SystemCallsKeepTheirMeaning) {
  EXPECT_EQ(systemError(ENOENT, "a", "opening").code(), ErrorCode::FileNotFound);
  EXPECT_EQ(systemError(EACCES, "a", "opening").code(), ErrorCode::FileUnreadable);
  EXPECT_EQ(systemError(ENOSPC, "a", "writing").code(), ErrorCode::DiskFull);
  EXPECT_EQ(systemError(EDQUOT, "a", "writing").code(), ErrorCode::DiskFull);
  EXPECT_EQ(systemError(ENOMEM, "a", "mapping").code(), ErrorCode::OutOfMemory);
  EXPECT_EQ(systemError(ENOENT, "a", "opening").text(), "opening failed: No such file or directory");
}

TEST(Clipped, CutsBetweenCharacters) {
  EXPECT_EQ(clipped("abc", 3), "abc");
  EXPECT_EQ(clipped("abcd", 3), "abc...");
  EXPECT_EQ(clipped("a\xC3\xA9z", 2), "a...");
  EXPECT_EQ(clipped("a\xC3\xA9z", 3), "a\xC3\xA9...");
  EXPECT_EQ(clipped("\x80\x80\x80", 1), "...");
}

TEST(SiteId, GoesThroughText) {
  for (SiteKind kind : kSiteKinds) {
    const SiteId id{3, kind};
    EXPECT_EQ(parseSiteId(toString(id)), id);
  }
  EXPECT_EQ(toString(SiteId{12, SiteKind::FfnMid}), "blocks.12.ffn_mid");
  for (const char* text : {"", "blocks", "blocks.", "blocks..ffn_mid", "blocks.1", "blocks.1.", "blocks.-1.ffn_mid",
                           "blocks.1.ffn_mid ", "blocks.1x.ffn_mid", "block.1.ffn_mid", "blocks.99999999999.ffn_mid"}) {
    EXPECT_FALSE(parseSiteId(text)) << text;
  }
}

}  // namespace
}  // namespace oscope
