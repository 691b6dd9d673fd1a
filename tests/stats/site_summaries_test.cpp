// What views derive from a site's record: shifted histograms, profiles over positions, token evidence.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "analysis/stats/position_profile.h"
#include "analysis/stats/scaled_histogram.h"
#include "analysis/stats/token_evidence.h"
#include "tests/stats/synthetic_snapshot.h"

namespace oscope::test {
namespace {

SyntheticRun manyTokens() {
  SyntheticRun run;
  run.blocks = 1;
  run.samples = 300;
  run.length = 10;
  run.extremes = 40;
  return run;
}

double sumOf(const stats::ScaledHistogram& histogram) {
  return std::accumulate(histogram.counts.begin(), histogram.counts.end(), 0.0);
}

TEST(ScaledHistogram, WithoutScalesIsTheSumOverChannels) {
  const SyntheticRun run = manyTokens();
  const stats::SiteRecord record = syntheticBlock(run, 0)[0];
  const stats::ScaledHistogram histogram = stats::scaledHistogram(record.stats, record.detail, {});
  for (std::size_t bin = 0; bin < compute::kHistogramBins; ++bin) {
    double expected = 0;
    for (std::size_t j = 0; j < static_cast<std::size_t>(record.stats.channels); ++j) {
      expected += record.detail.histogram[j * compute::kHistogramBins + bin];
    }
    EXPECT_NEAR(histogram.counts[bin], expected, 1e-6) << bin;
  }
  EXPECT_EQ(histogram.total, static_cast<double>(record.stats.tokens * record.stats.channels));
  EXPECT_EQ(histogram.top, record.stats.range());
}

TEST(ScaledHistogram, DividingByPowersOfTwoMovesWholeBins) {
  const stats::SiteRecord record = syntheticBlock(manyTokens(), 0)[0];
  std::vector<float> scale(static_cast<std::size_t>(record.stats.channels), 4.0f);  // four bins of half an octave
  const auto before = stats::scaledHistogram(record.stats, record.detail, {});
  const auto after = stats::scaledHistogram(record.stats, record.detail, scale);
  for (std::size_t bin = 1; bin + 4 < compute::kHistogramBins - 1; ++bin) {
    EXPECT_NEAR(after.counts[bin], before.counts[bin + 4], 1e-6) << bin;
  }
  EXPECT_EQ(after.top, before.top / 4);
}

TEST(ScaledHistogram, OtherScalesAgreeWithCountingTheScaledValues) {
  const SyntheticRun run = manyTokens();
  const stats::SiteRecord record = syntheticBlock(run, 0)[0];
  std::vector<float> scale;
  for (float absmax : record.stats.absmax) scale.push_back(absmax / std::log2(2 + absmax));
  const auto after = stats::scaledHistogram(record.stats, record.detail, scale);
  EXPECT_NEAR(sumOf(after), after.total, 1e-6 * after.total);
  EXPECT_EQ(after.total, static_cast<double>(record.stats.tokens * record.stats.channels));

  std::vector<double> values;
  double largest = 0;
  for (std::int64_t token = 0; token < record.stats.tokens; ++token) {
    for (std::int64_t j = 0; j < record.stats.channels; ++j) {
      values.push_back(std::fabs(syntheticActivation(record.stats.id, token, j)) / scale[static_cast<std::size_t>(j)]);
      largest = std::max(largest, values.back());
    }
  }
  EXPECT_NEAR(after.top, largest, 1e-6 * largest);
  for (double limit : {0.05, 0.3, 0.9, 1.7, 2.1}) {
    const auto counted =
        static_cast<double>(std::count_if(values.begin(), values.end(), [&](double value) { return value < limit; }));
    EXPECT_NEAR(stats::countBelow(after, limit) / after.total, counted / after.total, 0.01) << limit;
  }
  EXPECT_EQ(stats::countBelow(after, after.top), after.total);
  EXPECT_LT(stats::countBelow(after, after.top * 0.99), after.total);
  EXPECT_EQ(stats::countBelow(after, 0), 0);
}

TEST(ScaledHistogram, OneChannelHoldsItsTokensAndEndsAtItsMaximum) {
  const stats::SiteRecord record = syntheticBlock(manyTokens(), 0)[1];
  const auto one = stats::scaledHistogram(record.stats, record.detail, {}, 5);
  EXPECT_EQ(one.total, static_cast<double>(record.stats.tokens));
  EXPECT_EQ(one.top, record.stats.absmax[5]);
}

TEST(PositionProfile, FindsExtremesAndMedianOfEveryPosition) {
  SyntheticRun run = manyTokens();
  run.samples = 7;
  const stats::SiteRecord record = syntheticBlock(run, 0)[0];
  const std::int64_t first = 1000;
  const stats::PositionProfile profile = stats::positionProfile(record.stats, run.length, first);
  ASSERT_EQ(profile.high.size(), static_cast<std::size_t>(run.length));
  for (std::int64_t position = 0; position < run.length; ++position) {
    std::vector<float> values;
    for (std::int64_t sample = 0; sample < run.samples; ++sample) {
      values.push_back(record.stats.tokenAbsmax[static_cast<std::size_t>(sample * run.length + position)]);
    }
    const auto p = static_cast<std::size_t>(position);
    EXPECT_EQ(record.stats.tokenAbsmax[static_cast<std::size_t>(profile.highToken[p] - first)], profile.high[p]);
    EXPECT_EQ((profile.highToken[p] - first) % run.length, position);
    std::sort(values.begin(), values.end());
    EXPECT_EQ(profile.low[p], values.front());
    EXPECT_EQ(profile.median[p], values[3]);
    EXPECT_EQ(profile.high[p], values.back());
  }
}

TEST(TokenEvidence, NamesTheMaximumFirstAndEveryKnownTokenOnce) {
  const SyntheticRun run = manyTokens();
  const stats::SiteRecord record = syntheticBlock(run, 0)[0];
  const std::int64_t channel = 5;  // the outlier: all extremes of the site lie here
  const auto evidence = stats::tokenEvidence(record.stats, record.detail, channel, 1000);
  EXPECT_EQ(evidence.front().absolute, record.stats.absmax[5]);
  EXPECT_EQ(evidence.front().token, record.stats.absmaxToken[5]);
  std::map<std::int64_t, int> times;
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    ++times[evidence[i].token];
    if (i > 0) {
      EXPECT_LE(evidence[i].absolute, evidence[i - 1].absolute);
    }
    const float actual = std::fabs(syntheticActivation(record.stats.id, evidence[i].token, channel));
    EXPECT_NEAR(evidence[i].absolute, actual, actual * 0x1p-11);
  }
  for (const auto& [token, count] : times) EXPECT_EQ(count, 1) << token;
  EXPECT_GE(evidence.size(), record.detail.rowTokens.size());
  EXPECT_EQ(stats::tokenEvidence(record.stats, record.detail, channel, 4).size(), 4u);
  EXPECT_EQ(stats::tokenEvidence(record.stats, {}, 3, 4).size(), 1u) << "without rows only the maximum is known";
}

}  // namespace
}  // namespace oscope::test
