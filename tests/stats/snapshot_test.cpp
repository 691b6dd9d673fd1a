// What is written is what is read; opening is quick; the content hash covers the content.
#include "analysis/stats/snapshot.h"

#include <gtest/gtest.h>

#include <ctime>
#include <thread>

#include "analysis/stats/hdf5_store.h"
#include "tests/stats/synthetic_snapshot.h"
#include "tests/support/test_data.h"

namespace oscope::test {
namespace {

/// Time that this thread has computed: unlike the wall clock it does not count the neighbours on a shared machine.
double threadSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

void expectSameSite(const stats::SiteStats& a, const stats::SiteStats& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.channels, b.channels);
  EXPECT_EQ(a.tokens, b.tokens);
  EXPECT_EQ(a.absmax, b.absmax);
  EXPECT_EQ(a.min, b.min);
  EXPECT_EQ(a.max, b.max);
  EXPECT_EQ(a.absmaxToken, b.absmaxToken);
  EXPECT_EQ(a.mean, b.mean);
  EXPECT_EQ(a.meanAbs, b.meanAbs);
  EXPECT_EQ(a.rms, b.rms);
  EXPECT_EQ(a.tokenAbsmax, b.tokenAbsmax);
  EXPECT_EQ(a.extremes, b.extremes);
  EXPECT_EQ(a.weightedHistogram, b.weightedHistogram);
  EXPECT_EQ(a.foldEdge, b.foldEdge);
  EXPECT_EQ(a.whyNoFold, b.whyNoFold);
  EXPECT_EQ(a.foldRows, b.foldRows);
  ASSERT_EQ(a.readers.size(), b.readers.size());
  for (std::size_t i = 0; i < a.readers.size(); ++i) {
    EXPECT_EQ(a.readers[i].module, b.readers[i].module);
    EXPECT_EQ(a.readers[i].role, b.readers[i].role);
    EXPECT_EQ(a.readers[i].out, b.readers[i].out);
    EXPECT_EQ(a.readers[i].columnNorms, b.readers[i].columnNorms);
    EXPECT_EQ(a.readers[i].columnAbsmax, b.readers[i].columnAbsmax);
    EXPECT_EQ(a.readers[i].outputEnergy, b.readers[i].outputEnergy);
    EXPECT_EQ(a.readers[i].biasEnergy, b.readers[i].biasEnergy);
  }
}

void expectSameDetail(const stats::SiteDetail& a, const stats::SiteDetail& b) {
  EXPECT_EQ(a.sum, b.sum);
  EXPECT_EQ(a.sumAbs, b.sumAbs);
  EXPECT_EQ(a.sumSq, b.sumSq);
  EXPECT_EQ(a.outputEnergy, b.outputEnergy);
  EXPECT_EQ(a.histogram, b.histogram);
  EXPECT_EQ(a.rowTokens, b.rowTokens);
  EXPECT_EQ(a.rows, b.rows);
  EXPECT_EQ(a.weightRowIndices, b.weightRowIndices);
  EXPECT_EQ(a.weightRows, b.weightRows);
}

TEST(Snapshot, ReadsBackWhatWasWritten) {
  const ScratchFolder folder;
  const SyntheticRun run;
  const std::string hash = writeSynthetic(run, folder / "a.oscope.h5");
  const stats::SnapshotPtr snapshot = stats::openSnapshot(folder / "a.oscope.h5", true);
  EXPECT_EQ(snapshot->contentHash(), hash);
  EXPECT_EQ(snapshot->blocks(), run.blocks);
  EXPECT_EQ(snapshot->tokenIds(), syntheticIds(run));
  std::size_t index = 0;
  for (int block = 0; block < run.blocks; ++block) {
    for (const stats::SiteRecord& expected : syntheticBlock(run, block)) {
      SCOPED_TRACE(toString(expected.stats.id));
      expectSameSite(snapshot->sites().at(index++), expected.stats);
      expectSameSite(snapshot->site(expected.stats.id), expected.stats);
      expectSameDetail(snapshot->detail(expected.stats.id), expected.detail);
    }
  }
  EXPECT_EQ(index, snapshot->sites().size());
  const stats::Provenance expected = syntheticProvenance(run);
  EXPECT_EQ(snapshot->provenance().config, expected.config);
  EXPECT_EQ(snapshot->provenance().observerParams, expected.observerParams);
  EXPECT_EQ(snapshot->provenance().createdUtc, expected.createdUtc);
}

TEST(Snapshot, NamesThePlaceOfAToken) {
  const ScratchFolder folder;
  SyntheticRun run;
  run.firstSample = 3;
  writeSynthetic(run, folder / "a.oscope.h5");
  const stats::SnapshotPtr snapshot = stats::openSnapshot(folder / "a.oscope.h5");
  const auto place = snapshot->place(3 * run.length + run.length + 2);
  EXPECT_EQ(place.sample, 4);
  EXPECT_EQ(place.position, 2);
  EXPECT_EQ(place.id, syntheticIds(run)[static_cast<std::size_t>(run.length + 2)]);
  EXPECT_EQ(place.text, "<" + std::to_string(place.id) + "\xC3");
  EXPECT_THROW(snapshot->place(0), Error);
  EXPECT_THROW(snapshot->place((3 + run.samples) * run.length), Error);
}

TEST(Snapshot, UnknownSitesAreErrors) {
  const ScratchFolder folder;
  writeSynthetic({}, folder / "a.oscope.h5");
  const stats::SnapshotPtr snapshot = stats::openSnapshot(folder / "a.oscope.h5");
  EXPECT_FALSE(snapshot->contains({9, SiteKind::AttnIn}));
  EXPECT_THROW(snapshot->site({9, SiteKind::AttnIn}), Error);
  EXPECT_THROW(snapshot->detail({9, SiteKind::AttnIn}), Error);
}

TEST(Snapshot, HashIgnoresDeviceBuildAndTimeAndNothingElse) {
  const ScratchFolder folder;
  const SyntheticRun run;
  const auto hashOf = [&](const std::function<void(stats::Provenance&, stats::SiteRecord&)>& change) {
    stats::Provenance provenance = syntheticProvenance(run);
    const auto readBlock = [&](int block) {
      auto records = syntheticBlock(run, block);
      change(provenance, records[1]);
      return records;
    };
    readBlock(0);  // so that the provenance is changed before it is written
    return stats::writeSnapshot(folder / "b.oscope.h5", provenance, syntheticIds(run), {}, 1, readBlock, JobContext{});
  };
  using P = stats::Provenance;
  using R = stats::SiteRecord;
  const std::string plain = hashOf([](P&, R&) {});
  EXPECT_EQ(plain, hashOf([](P& p, R&) { p.device = p.build = p.createdUtc = "other"; }));
  EXPECT_EQ(plain, hashOf([](P&, R& r) {
              std::vector<double> gram = compute::valuesOf(*r.gram);
              gram[0] += 1e-9;
              r.gram = compute::gramOf(std::move(gram));
            }));
  const std::vector<std::function<void(P&, R&)>> changes{
      [](P& p, R&) { p.seed = 99; },
      [](P& p, R&) { p.config["hidden_size"] = 1; },
      [](P& p, R&) { p.observerParams["rows"]["count"] = 9; },
      [](P&, R& r) { r.stats.absmax[3] *= 1.0000001f; },
      [](P&, R& r) { r.detail.sum[3].add(0x1p-64); },
      [](P&, R& r) { r.detail.histogram[100] += 1; },
      [](P&, R& r) { r.stats.extremes[0].token += 1; },
      [](P&, R& r) { r.stats.foldRows[0] = 7; },
      [](P&, R& r) { r.stats.readers[0].outputEnergy += 1; },
      [](P&, R& r) { r.detail.rows[0] += 1; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) EXPECT_NE(plain, hashOf(changes[i])) << "change " << i;
}

TEST(Snapshot, RowsAreExactForLargeValues) {
  const ScratchFolder folder;
  SyntheticRun run;
  run.blocks = 1;
  auto records = syntheticBlock(run, 0);
  records[0].detail.rows[4] = 65504.0f * 1024.0f;  // needs an exponent of 11
  stats::writeBlockFile(folder / "block.h5", records, JobContext{});
  EXPECT_EQ(stats::readBlockFile(folder / "block.h5")[0].detail.rows, records[0].detail.rows);
}

TEST(Snapshot, DetailsCanBeReadFromSeveralThreads) {
  const ScratchFolder folder;
  SyntheticRun run;
  run.blocks = 4;
  writeSynthetic(run, folder / "a.oscope.h5");
  const stats::SnapshotPtr snapshot = stats::openSnapshot(folder / "a.oscope.h5");
  std::vector<std::jthread> threads;
  for (int block = 0; block < run.blocks; ++block) {
    threads.emplace_back([&, block] {
      for (int repeat = 0; repeat < 5; ++repeat) {
        for (const stats::SiteRecord& expected : syntheticBlock(run, block)) {
          expectSameDetail(snapshot->detail(expected.stats.id), expected.detail);
        }
      }
    });
  }
}

TEST(Snapshot, SeventyBillionShapeOpensWithinASecond) {
  constexpr int kBlocks = 80;
  constexpr std::int64_t kHidden = 8192, kFfn = 28672, kTokens = 128 * 512;
  constexpr double kLimitSeconds = 1.0;
  const ScratchFolder folder;
  std::vector<stats::SiteRecord> block;
  for (const SiteKind kind : kSiteKinds) {
    stats::SiteRecord record;
    record.stats.id.kind = kind;
    record.stats.channels = kind == SiteKind::FfnMid ? kFfn : kHidden;
    record.stats.tokens = kTokens;
    const auto channels = static_cast<std::size_t>(record.stats.channels);
    for (auto* values : {&record.stats.absmax, &record.stats.min, &record.stats.max, &record.stats.mean,
                         &record.stats.meanAbs, &record.stats.rms}) {
      values->assign(channels, 1.5f);
    }
    record.stats.absmaxToken.assign(channels, 7);
    record.stats.tokenAbsmax.assign(kTokens, 2.5f);
    record.detail.sum.resize(channels);
    record.detail.histogram.assign(channels * compute::kHistogramBins, 3);
    record.stats.readers.resize(kind == SiteKind::AttnIn ? 3 : kind == SiteKind::FfnIn ? 2 : 1);
    for (stats::ReaderStats& reader : record.stats.readers) {
      reader.columnNorms.assign(channels, 0.5f);
      reader.columnAbsmax.assign(channels, 0.1f);
    }
    block.push_back(std::move(record));
  }
  stats::Provenance provenance = syntheticProvenance({});
  provenance.samples = 128;
  provenance.length = 512;
  stats::writeSnapshot(
      folder / "big.oscope.h5", provenance, std::vector<std::int32_t>(kTokens, 1), {}, kBlocks,
      [&](int index) {
        for (stats::SiteRecord& record : block) record.stats.id.block = index;
        return block;
      },
      JobContext{});
  const double start = threadSeconds();
  const stats::SnapshotPtr snapshot = stats::openSnapshot(folder / "big.oscope.h5");
  const double seconds = threadSeconds() - start;
  RecordProperty("open_milliseconds", static_cast<int>(seconds * 1000));
  EXPECT_EQ(snapshot->sites().size(), std::size_t{4} * kBlocks);
  EXPECT_LT(seconds, kLimitSeconds);
}

}  // namespace
}  // namespace oscope::test
