// Tokens made readable.
#include "app/gui/token_text.h"

#include <gtest/gtest.h>

#include "analysis/stats/hdf5_store.h"
#include "tests/stats/synthetic_snapshot.h"
#include "tests/support/test_data.h"

namespace oscope::gui {
namespace {

TEST(TokenText, MakesWhiteSpaceAndBytesVisible) {
  EXPECT_EQ(visibleToken(QStringLiteral("▁the")), QStringLiteral("␣the"));
  EXPECT_EQ(visibleToken(QStringLiteral("a b ")), QStringLiteral("a b␣"));
  EXPECT_EQ(visibleToken(QStringLiteral("<0x0A>")), QStringLiteral("⏎"));
  EXPECT_EQ(visibleToken(QStringLiteral("x<0xC3><0xA9>\ty")), QStringLiteral("xé⇥y"));
  EXPECT_EQ(visibleToken(QStringLiteral("<s>")), QStringLiteral("<s>"));
}

TEST(TokenText, ContextStaysInsideTheSample) {
  const test::ScratchFolder folder;
  const test::SyntheticRun run;  // samples of six tokens
  test::writeSynthetic(run, folder / "a.oscope.h5");
  const stats::SnapshotPtr snapshot = stats::openSnapshot(folder / "a.oscope.h5");
  const auto textOf = [&](std::int64_t token) { return QString::fromStdString(snapshot->place(token).text); };
  const TokenContext first = tokenContext(*snapshot, 6, 2);
  EXPECT_EQ(first.before, QString()) << "token 6 starts its sample";
  EXPECT_EQ(first.after, textOf(7) + textOf(8));
  const TokenContext last = tokenContext(*snapshot, 11, 2);
  EXPECT_EQ(last.before, textOf(9) + textOf(10));
  EXPECT_EQ(last.after, QString());
  EXPECT_EQ(last.place, QStringLiteral("sample 1, position 5"));
}

}  // namespace
}  // namespace oscope::gui
