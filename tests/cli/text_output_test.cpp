// The pieces of the terminal: tables, progress lines, sizes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <limits>
#include <string>

#include "analysis/base/error.h"
#include "app/cli/console_progress.h"
#include "app/cli/steps.h"
#include "app/cli/text_table.h"
#include "app/common/byte_size.h"
#include "app/common/known_configs.h"

namespace oscope {
namespace {

using app::parseByteSize;
using testing::HasSubstr;

TEST(ByteSize, UnitsAreBinaryOrDecimal) {
  EXPECT_EQ(parseByteSize("65536"), 65536u);
  EXPECT_EQ(parseByteSize("8GiB"), std::uint64_t{8} << 30);
  EXPECT_EQ(parseByteSize("500 MB"), 500'000'000u);
  EXPECT_EQ(parseByteSize("1.5k"), 1536u);
  EXPECT_EQ(parseByteSize("2g"), std::uint64_t{2} << 30);
}

TEST(ByteSize, AnythingElseIsRefusedWithTheSpellings) {
  for (const char* text : {"", "GiB", "8 apples", "-1GB", "0", "1e3", "8Gi", "99999999TB", "1.2.3k", "nan"}) {
    EXPECT_THROW(parseByteSize(text), Error) << text;
  }
  try {
    parseByteSize("8 apples");
  } catch (const Error& error) {
    EXPECT_THAT(error.remedy(), HasSubstr("8GiB"));
  }
}

TEST(TextTable, ColumnsAlignByCharactersNotBytes) {
  cli::TextTable table({{"site", cli::TextTable::Align::Left}, {"dB"}});
  table.addRow({"a", "−0.4"});
  table.addRow({"bcd ef", "36.8"});
  EXPECT_EQ(table.text(),
            "site      dB\n"
            "------  ----\n"
            "a       −0.4\n"
            "bcd ef  36.8\n");
}

TEST(TextTable, TextIsCutBetweenCharacters) {
  EXPECT_EQ(cli::firstCharacters("a−b", 2), "a−");
  EXPECT_EQ(cli::firstCharacters("ab", 9), "ab");
}

Progress progressAt(std::int64_t done) {
  Progress progress;
  progress.stage = "calibrate";
  progress.unit = "blocks";
  progress.done = done;
  progress.total = 12;
  progress.note = "1,540 tokens/s";
  progress.elapsedSeconds = 41;
  progress.etaSeconds = 123;
  return progress;
}

TEST(ConsoleProgress, OneLineSaysWhatIsDoneAndWhatIsLeft) {
  EXPECT_EQ(cli::progressLine(progressAt(3)), "calibrate: 3/12 blocks (25 %), 1,540 tokens/s, 0:41, 2:03 left");
  EXPECT_EQ(cli::progressLine(progressAt(12)), "calibrate: 12/12 blocks (100 %), 1,540 tokens/s, 0:41");
}

std::string shown(cli::ConsoleProgress::Style style) {
  std::FILE* file = std::tmpfile();
  {
    cli::ConsoleProgress progress(file, style);
    for (int done = 0; done <= 12; ++done) progress.show(progressAt(done));
    for (int time = 0; time < 2; ++time) {
      progress.show(Diagnostic{Severity::Warning, "code", "a.safetensors", "has an unused tensor", "remove it"});
    }
  }
  std::string text(static_cast<std::size_t>(std::ftell(file)), '\0');
  std::rewind(file);
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

TEST(ConsoleProgress, FilesGetTheFirstAndTheLastReportOfAStage) {
  EXPECT_EQ(shown(cli::ConsoleProgress::Style::Sparse),
            cli::progressLine(progressAt(0)) + "\n" + cli::progressLine(progressAt(12)) +
                "\nwarning: a.safetensors: has an unused tensor (remove it)\n");
}

TEST(ConsoleProgress, SilenceKeepsFindings) {
  EXPECT_EQ(shown(cli::ConsoleProgress::Style::Silent), "warning: a.safetensors: has an unused tensor (remove it)\n");
}

TEST(ConsoleProgress, TerminalsGetOneLineThatIsRewritten) {
  const std::string text = shown(cli::ConsoleProgress::Style::Live);
  EXPECT_EQ(text.front(), '\r');
  EXPECT_THAT(text, HasSubstr("100 %"));
}

TEST(VerifyText, SaysWhereIntegersAreNotFiniteThatItFailed) {
  quant::VerifyReport report;
  report.sites.resize(1);
  EXPECT_THAT(cli::verifyText(report), HasSubstr("fake-quant arithmetic: not compared\n"));
  report.sites[0].linears = {{"model.a", 30, 30, 1e-7}, {"model.b", 30, 30, 2e-7}};
  EXPECT_THAT(cli::verifyText(report), HasSubstr("fake-quant arithmetic: at most 2.0e-07 of the largest output"));
  EXPECT_THAT(cli::verifyText(report), HasSubstr("PASSED"));
  report.sites[0].linears[0].integerMaxRelative = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(cli::verifyText(report), HasSubstr("fake-quant arithmetic: not finite\n"));
  EXPECT_THAT(cli::verifyText(report), HasSubstr("FAILED"));
}

TEST(KnownConfigs, AreListedAndUnknownOnesRefused) {
  EXPECT_THAT(app::knownConfigNames(), testing::Contains("llama-2-7b"));
  EXPECT_EQ(app::knownConfig("llama-2-70b").integer({"num_key_value_heads"}), 8);
  EXPECT_THROW(app::knownConfig("nonesuch"), Error);
}

}  // namespace
}  // namespace oscope
