#include "tests/stats/synthetic_snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/base/hash.h"
#include "analysis/stats/record_merge.h"

namespace oscope::test {
namespace {

std::uint64_t scramble(std::uint64_t value) {
  value = (value ^ (value >> 31)) * 0x7FB5D329728EA185u;
  value = (value ^ (value >> 27)) * 0x81DADEF4BC2DD44Du;
  return value ^ (value >> 33);
}

void addTokens(const SyntheticRun& run, stats::SiteRecord& record) {
  stats::SiteStats& s = record.stats;
  stats::SiteDetail& d = record.detail;
  const auto channels = static_cast<std::size_t>(s.channels);
  s.absmax.assign(channels, 0);
  s.min.assign(channels, INFINITY);
  s.max.assign(channels, -INFINITY);
  s.absmaxToken.assign(channels, -1);
  d.sum.resize(channels);
  d.sumAbs.resize(channels);
  d.sumSq.resize(channels);
  d.histogram.assign(channels * compute::kHistogramBins, 0);
  std::vector<double> gram(channels * channels);
  const std::int64_t first = run.firstSample * run.length;
  for (std::int64_t token = first; token < first + s.tokens; ++token) {
    float top = 0;
    for (std::int64_t j = 0; j < s.channels; ++j) {
      const float x = syntheticActivation(s.id, token, j), size = std::fabs(x);
      const auto c = static_cast<std::size_t>(j);
      if (s.absmaxToken[c] < 0 || size > s.absmax[c]) {
        s.absmax[c] = size;
        s.absmaxToken[c] = token;
      }
      s.min[c] = std::min(s.min[c], x);
      s.max[c] = std::max(s.max[c], x);
      d.sum[c].add(x);
      d.sumAbs[c].add(size);
      d.sumSq[c].add(double{x} * x);
      ++d.histogram[c * compute::kHistogramBins + static_cast<std::size_t>(compute::histogramBin(x))];
      s.extremes.push_back({x, static_cast<std::int32_t>(j), token});
      top = std::max(top, size);
      for (std::int64_t i = 0; i < s.channels; ++i) {
        gram[c * channels + static_cast<std::size_t>(i)] += double{x} * syntheticActivation(s.id, token, i);
      }
    }
    s.tokenAbsmax.push_back(top);
  }
  record.gram = compute::gramOf(std::move(gram));
  std::sort(s.extremes.begin(), s.extremes.end(), [](const auto& a, const auto& b) {
    const auto key = [](const compute::Extreme& e) { return std::tuple(-std::fabs(e.value), e.token, e.channel); };
    return key(a) < key(b);
  });
  s.extremes.resize(std::min(s.extremes.size(), static_cast<std::size_t>(run.extremes)));
}

void addRows(const SyntheticRun& run, stats::SiteRecord& record) {
  std::vector<std::int64_t> tokens;
  for (std::int64_t t = 0; t < record.stats.tokens; ++t) tokens.push_back(run.firstSample * run.length + t);
  record.detail.rowTokens = stats::RowSampleRule{run.rows, run.length, run.seed}.choose(tokens);
  for (const std::int64_t token : record.detail.rowTokens) {
    for (std::int64_t j = 0; j < record.stats.channels; ++j) {
      record.detail.rows.push_back(syntheticActivation(record.stats.id, token, j));
    }
  }
}

void addReader(const SyntheticRun& run, stats::SiteRecord& record, const std::string& role) {
  stats::ReaderStats reader;
  reader.module = "model.layers." + std::to_string(record.stats.id.block) + "." + role;
  reader.role = role;
  reader.out = 16;
  reader.biasEnergy = 0.1;
  std::vector<float> rows;
  for (std::int64_t j = 0; j < record.stats.channels; ++j) {
    reader.columnNorms.push_back(0.5f + 0.01f * static_cast<float>(j));
    reader.columnAbsmax.push_back(0.1f + 0.01f * static_cast<float>(j));
    rows.push_back(0.03f * static_cast<float>(j));
  }
  compute::ExactSum energy;
  for (std::int64_t t = 0; t < record.stats.tokens; ++t) {
    energy.add(1.0 / static_cast<double>(3 + run.firstSample * run.length + t));
  }
  reader.outputEnergy = energy.value();
  record.stats.readers.push_back(reader);
  record.detail.outputEnergy.push_back(energy);
  record.detail.weightRowIndices.push_back({7});
  record.detail.weightRows.push_back(rows);
}

}  // namespace

float syntheticActivation(SiteId site, std::int64_t token, std::int64_t channel) {
  const std::uint64_t place = (static_cast<std::uint64_t>(site.block * 4 + static_cast<int>(site.kind)) << 48) ^
                              (static_cast<std::uint64_t>(token) << 20) ^ static_cast<std::uint64_t>(channel);
  // A multiple of 1/64 below 4, times 2^10 in channel 5: exact in fp16 after the row's exponent.
  const auto steps = static_cast<float>(static_cast<std::int64_t>(scramble(place) % 511) - 255);
  return steps / 64.0f * (channel == 5 ? 1024.0f : 1.0f);
}

std::vector<stats::SiteRecord> syntheticBlock(const SyntheticRun& run, int block) {
  std::vector<stats::SiteRecord> records;
  for (const SiteKind kind : kSiteKinds) {
    stats::SiteRecord record;
    record.stats.id = {block, kind};
    record.stats.channels = kind == SiteKind::FfnMid ? run.ffn : run.channels;
    record.stats.tokens = run.samples * run.length;
    addTokens(run, record);
    addRows(run, record);
    addReader(run, record, "first");
    if (kind == SiteKind::FfnIn) addReader(run, record, "second");
    if (kind == SiteKind::FfnMid) record.stats.whyNoFold = "a reason";
    if (kind == SiteKind::AttnIn) record.stats.foldEdge = "norm";
    if (kind == SiteKind::AttnOut) record.stats.foldRows.assign(static_cast<std::size_t>(run.channels), 2);
    stats::deriveMeans(record);
    stats::deriveWeightedHistogram(record);
    records.push_back(std::move(record));
  }
  return records;
}

std::vector<std::int32_t> syntheticIds(const SyntheticRun& run) {
  std::vector<std::int32_t> ids;
  for (std::int64_t t = 0; t < run.samples * run.length; ++t) {
    ids.push_back(
        static_cast<std::int32_t>(scramble(static_cast<std::uint64_t>(run.firstSample * run.length + t)) % 50));
  }
  return ids;
}

stats::Provenance syntheticProvenance(const SyntheticRun& run) {
  stats::Provenance p;
  p.modelName = "synthetic";
  p.modelFingerprint = "f00d";
  p.architecture = "none";
  p.dataSource = "tokens";
  p.dataFile = "ids.json";
  Sha256 hash;
  const std::vector<std::int32_t> ids = syntheticIds(run);
  hash.updateValues(std::span<const std::int32_t>(ids));
  p.dataHash = hash.finish();
  p.seed = run.seed;
  p.samples = run.samples;
  p.length = run.length;
  p.firstSample = run.firstSample;
  p.bosAtStart = run.firstSample == 0;
  p.observers = {"range", "extremes", "rows"};
  p.observerParams = {{"extremes", {{"count", run.extremes}}}, {"rows", {{"count", run.rows}}}};
  p.device = "here";
  p.build = "this one";
  p.createdUtc = "2026-01-01T00:00:00Z";
  p.config = {{"rms_norm_eps", 1e-5}, {"hidden_size", run.channels}};
  return p;
}

std::string writeSynthetic(const SyntheticRun& run, const std::filesystem::path& path) {
  const std::vector<std::int32_t> ids = syntheticIds(run);
  std::map<std::int32_t, std::string> texts;
  for (const std::int32_t id : ids) texts[id] = fmt::format("<{}\xC3", id);  // half a character, on purpose
  return stats::writeSnapshot(
      path, syntheticProvenance(run), ids, texts, run.blocks, [&](int block) { return syntheticBlock(run, block); },
      JobContext{});
}

}  // namespace oscope::test
