#include "tests/support/scale_snapshot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <vector>

#include "analysis/base/dtype.h"
#include "analysis/base/hash.h"
#include "analysis/checkpoint/hf_config.h"
#include "analysis/model/open_model.h"
#include "analysis/stats/hdf5_store.h"
#include "analysis/stats/record_merge.h"
#include "tests/support/made_snapshot.h"

namespace oscope::test {
namespace {

constexpr double kOrdinaryPeak = 3.3;  // absmax of an ordinary channel in units of its sigma
constexpr double kWeightSigma = 0.02;
constexpr std::array<double, 6> kOutlierFactors{24, 18, 14, 12, 9, 7};  // over the median channel
constexpr int kSinkChannels = 3;

/// Words of the made-up text: id 0 is the BOS.
const std::array<const char*, 24> kWords{"<s>", "\n",     ".",    ",",     " the", " of",    " and",    " to",
                                         " a",  " in",    " is",  " that", " for", " it",    " model",  " layer",
                                         "ing", " scale", "quan", "tize",  " was", " token", " weight", "\xC3"};

std::uint64_t scramble(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15u;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
  return value ^ (value >> 31);
}

/// Nearly normal with variance 1 and |x| < 3.47: four uniform 16-bit parts of one hash.
double bell(std::uint64_t hash) {
  const std::uint64_t sum = (hash & 0xFFFF) + (hash >> 16 & 0xFFFF) + (hash >> 32 & 0xFFFF) + (hash >> 48);
  return (static_cast<double>(sum) / 65536.0 - 2.0) * std::sqrt(3.0);
}
double unit(std::uint64_t hash) {
  return static_cast<double>(hash >> 11) * 0x1p-53;
}

std::uint64_t keyOf(const ScaleShape& shape, SiteId id) {
  return scramble(shape.seed * 1000 + static_cast<std::uint64_t>(id.block) * 4 + static_cast<std::uint64_t>(id.kind));
}

/// The range that tokens after the first make.
double plainRange(const ScaleShape& shape, SiteId id) {
  const double depth = id.block / std::max(1.0, shape.blocks - 1.0), draw = unit(scramble(keyOf(shape, id)));
  switch (id.kind) {
    case SiteKind::AttnIn:
      return 9 + 28 * std::pow(depth, 0.8);
    case SiteKind::AttnOut:
      return (0.8 + 3 * depth) * (1 + draw);
    case SiteKind::FfnIn:
      return 5 + 23 * depth;
    case SiteKind::FfnMid:
      break;
  }
  return 8 + 50 * depth * depth + 6 * draw;
}

/// How a channel of a site behaves.
struct Channel {
  double sigma = 0;       ///< 0: dead
  double peak = 0;        ///< absmax
  bool sink = false;      ///< large on first tokens only
  bool negative = false;  ///< sign of the peak
  std::int64_t token = 0;
};

/// One site in the making; all randomness is a function of place.
class Site {
 public:
  Site(const ScaleShape& shape, SiteId id, std::int64_t channels) : m_shape(shape) {
    m_key =
        scramble(shape.seed * 1000 + static_cast<std::uint64_t>(id.block) * 4 + static_cast<std::uint64_t>(id.kind));
    const double plain = plainRange(shape, id), sigma = plain / (kOutlierFactors[0] * kOrdinaryPeak);
    const auto tokens = static_cast<std::uint64_t>(shape.samples * shape.length);
    const std::uint64_t kind = scramble(shape.seed + static_cast<std::uint64_t>(id.kind));
    m_channels.resize(static_cast<std::size_t>(channels));
    for (std::size_t j = 0; j < m_channels.size(); ++j) {
      Channel& channel = m_channels[j];
      const std::uint64_t hash = scramble(m_key ^ j);
      // Loud and quiet channels stay so over depth, with some drift.
      channel.sigma = sigma * std::exp(0.3 * bell(scramble(kind ^ j)) + 0.15 * bell(hash));
      channel.peak = channel.sigma * (3.0 + 0.45 * unit(scramble(hash)));
      channel.negative = (hash & 1) != 0;
      channel.token = static_cast<std::int64_t>(scramble(hash + 7) % tokens);
      if (scramble(kind + j) % 4096 == 5) channel.sigma = channel.peak = 0;
    }
    for (std::size_t i = 0; i < kOutlierFactors.size(); ++i) {
      Channel& channel = m_channels[static_cast<std::size_t>(outlier(i, channels))];
      channel.peak = plain * kOutlierFactors[i] / kOutlierFactors[0];
      channel.sigma = channel.peak / kOrdinaryPeak;
    }
    const double whole = scaleRange(shape, id);
    if (whole <= plain) return;
    for (int i = 0; i < kSinkChannels; ++i) {
      Channel& channel = m_channels[static_cast<std::size_t>(outlier(static_cast<std::size_t>(6 + i), channels))];
      channel.sink = true;
      channel.peak = whole / (1 + i);
      channel.token =
          shape.length * static_cast<std::int64_t>(scramble(m_key + 99) % static_cast<std::uint64_t>(shape.samples));
    }
  }

  const std::vector<Channel>& channels() const { return m_channels; }
  static std::int64_t outlier(std::size_t which, std::int64_t channels) {
    return static_cast<std::int64_t>(0.073 * static_cast<double>(channels) +
                                     which * 0.1037 * static_cast<double>(channels));
  }

  float value(std::int64_t token, std::size_t j) const {
    const Channel& channel = m_channels[j];
    const double sign = channel.negative ? -1 : 1;
    if (token == channel.token) return static_cast<float>(sign * channel.peak);
    const std::uint64_t hash = scramble(m_key * 31 + static_cast<std::uint64_t>(token) * 65'537 * 8 + j);
    if (channel.sink && token % m_shape.length == 0) {
      return static_cast<float>(sign * channel.peak * (0.7 + 0.3 * unit(hash)));
    }
    return static_cast<float>(std::clamp(channel.sigma * bell(hash), -channel.peak, channel.peak));
  }

 private:
  const ScaleShape& m_shape;
  std::uint64_t m_key = 0;
  std::vector<Channel> m_channels;
};

/// Histograms of `tokens` values of sigma 2^(p / 32), p in 0..15; other sigmas shift the bins.
std::array<std::array<std::uint32_t, 64>, 16> phaseHistograms(std::int64_t tokens) {
  std::array<std::array<std::uint32_t, 64>, 16> phases{};
  for (int p = 0; p < 16; ++p) {
    for (std::int64_t t = 0; t < tokens; ++t) {
      const double x = bell(scramble(static_cast<std::uint64_t>(t))) * std::exp2(p / 32.0);
      ++phases[static_cast<std::size_t>(p)][static_cast<std::size_t>(compute::histogramBin(static_cast<float>(x)))];
    }
  }
  return phases;
}

class Maker {
 public:
  explicit Maker(const ScaleShape& shape)
      : m_shape(shape), m_tokens(shape.samples * shape.length), m_phases(phaseHistograms(m_tokens)) {
    m_config = {{"model_type", "llama"},
                {"hidden_size", shape.hidden},
                {"intermediate_size", shape.ffn},
                {"num_hidden_layers", shape.blocks},
                {"num_attention_heads", shape.heads},
                {"num_key_value_heads", shape.kvHeads},
                {"vocab_size", 32000},
                {"rms_norm_eps", 1e-5},
                {"max_position_embeddings", 4096},
                {"tie_word_embeddings", false}};
    m_sites = sitesOfGraph(model::graphOfConfig(checkpoint::HfConfig(m_config, "scale fixture")));
    std::vector<std::int64_t> all(static_cast<std::size_t>(m_tokens));
    for (std::size_t t = 0; t < all.size(); ++t) all[t] = static_cast<std::int64_t>(t);
    m_rowTokens = stats::RowSampleRule{shape.rows, shape.length, shape.seed}.choose(std::move(all));
    for (std::int64_t t = 0; t < m_tokens; ++t) {
      const double draw = unit(scramble(static_cast<std::uint64_t>(t) + shape.seed));
      const auto word = static_cast<std::int32_t>(1 + draw * draw * (kWords.size() - 1.0));
      m_ids.push_back(t % shape.length == 0 ? 0 : word);
    }
  }

  std::vector<stats::SiteRecord> block(int block) const {
    std::vector<stats::SiteRecord> records;
    for (const stats::SiteStats& site : m_sites) {
      if (site.id.block == block) records.push_back(record(site));
    }
    return records;
  }

  std::string write(const std::filesystem::path& path) const {
    std::map<std::int32_t, std::string> texts;
    for (std::size_t i = 0; i < kWords.size(); ++i) texts[static_cast<std::int32_t>(i)] = kWords[i];
    return stats::writeSnapshot(
        path, provenance(), m_ids, texts, m_shape.blocks, [this](int number) { return block(number); }, JobContext{});
  }

 private:
  stats::Provenance provenance() const {
    stats::Provenance p;
    p.modelName = "made-up-70b";
    p.modelFingerprint = "5ca1e";
    p.architecture = "llama";
    p.dataSource = "text";
    p.dataFile = "made-up.txt";
    Sha256 hash;
    hash.updateValues(std::span<const std::int32_t>(m_ids));
    p.dataHash = hash.finish();
    p.seed = m_shape.seed;
    p.samples = m_shape.samples;
    p.length = m_shape.length;
    p.bosAtStart = true;
    p.observers = {"range", "moments", "histogram", "token_absmax", "extremes", "rows"};
    p.observerParams = {{"extremes", {{"count", m_shape.extremes}}}, {"rows", {{"count", m_shape.rows}}}};
    p.device = "none";
    p.build = "scale fixture";
    p.createdUtc = "2026-01-01T00:00:00Z";
    p.config = m_config;
    return p;
  }

  void addHistogram(const Channel& channel, std::uint32_t* bins) const {
    if (channel.sigma == 0) {
      bins[0] = static_cast<std::uint32_t>(m_tokens);
      return;
    }
    const double halves = 2 * std::log2(channel.sigma), shift = std::floor(halves);
    const auto& counts = m_phases[static_cast<std::size_t>(std::min(15.0, (halves - shift) * 16))];
    const int top = compute::histogramBin(static_cast<float>(channel.peak));
    for (int b = 0; b < compute::kHistogramBins; ++b) {
      bins[std::clamp(b == 0 ? 0 : b + static_cast<int>(shift), 0, top)] += counts[static_cast<std::size_t>(b)];
    }
    const auto move = [&](int to, std::int64_t count) {  // from the fullest bin
      std::uint32_t* fullest = std::max_element(bins, bins + compute::kHistogramBins);
      *fullest -= static_cast<std::uint32_t>(count);
      bins[to] += static_cast<std::uint32_t>(count);
    };
    if (channel.sink) move(top - 1, m_shape.samples - 1);
    if (channel.sink || bins[top] == 0) move(top, 1);
  }

  stats::SiteRecord record(const stats::SiteStats& facts) const {
    stats::SiteRecord record;
    record.stats = facts;
    stats::SiteStats& s = record.stats;
    stats::SiteDetail& d = record.detail;
    const Site site(m_shape, s.id, s.channels);
    const std::vector<Channel>& channels = site.channels();
    s.tokens = m_tokens;
    s.absmax.clear(), s.min.clear(), s.max.clear(), s.absmaxToken.clear();
    d.histogram.assign(channels.size() * compute::kHistogramBins, 0);
    std::vector<double> energy;
    for (std::size_t j = 0; j < channels.size(); ++j) {
      const Channel& c = channels[j];
      const auto peak = static_cast<float>(c.peak), other = static_cast<float>(std::min(c.peak, c.sigma * 2.9));
      s.absmax.push_back(peak);
      s.min.push_back(c.negative ? -peak : -other);
      s.max.push_back(c.negative ? other : peak);
      s.absmaxToken.push_back(c.token);
      addHistogram(c, &d.histogram[j * compute::kHistogramBins]);
      const double n = static_cast<double>(m_tokens), sinks = c.sink ? static_cast<double>(m_shape.samples) : 0;
      energy.push_back(c.sigma * c.sigma * n + sinks * 0.72 * c.peak * c.peak);
      d.sum.emplace_back().add((c.negative ? -1 : 1) * (0.02 * c.sigma * n + sinks * 0.85 * c.peak));
      d.sumAbs.emplace_back().add(0.8 * c.sigma * n + sinks * 0.85 * c.peak);
      d.sumSq.emplace_back().add(energy.back());
    }
    addExtremes(channels, s);
    addRows(site, record);
    addReaders(energy, record);
    stats::deriveMeans(record);
    stats::deriveWeightedHistogram(record);
    return record;
  }

  void addExtremes(const std::vector<Channel>& channels, stats::SiteStats& s) const {
    for (std::size_t j = 0; j < channels.size(); ++j) {
      const float value = static_cast<float>(channels[j].negative ? -channels[j].peak : channels[j].peak);
      s.extremes.push_back({value, static_cast<std::int32_t>(j), channels[j].token});
    }
    const auto kept = std::min(s.extremes.size(), static_cast<std::size_t>(m_shape.extremes));
    std::partial_sort(s.extremes.begin(), s.extremes.begin() + static_cast<std::ptrdiff_t>(kept), s.extremes.end(),
                      [](const compute::Extreme& a, const compute::Extreme& b) {
                        const float x = std::fabs(a.value), y = std::fabs(b.value);
                        return x != y ? x > y : std::pair(a.token, a.channel) < std::pair(b.token, b.channel);
                      });
    s.extremes.resize(kept);
  }

  void addRows(const Site& site, stats::SiteRecord& record) const {
    stats::SiteStats& s = record.stats;
    stats::SiteDetail& d = record.detail;
    const std::vector<Channel>& channels = site.channels();
    s.tokenAbsmax.clear();
    const double plain = plainRange(m_shape, s.id);
    for (std::int64_t t = 0; t < m_tokens; ++t) {
      const double share = 0.25 + 0.5 * unit(scramble(static_cast<std::uint64_t>(t) * 5 + 1));
      float top = static_cast<float>(plain * share);
      if (t % m_shape.length == 0) {
        for (std::size_t j = 0; j < channels.size(); ++j) {
          if (channels[j].sink) top = std::max(top, std::fabs(site.value(t, j)));
        }
      }
      s.tokenAbsmax.push_back(top);
    }
    for (std::size_t j = 0; j < channels.size(); ++j) {
      float& top = s.tokenAbsmax[static_cast<std::size_t>(channels[j].token)];
      top = std::max(top, static_cast<float>(channels[j].peak));
    }
    d.rowTokens = m_rowTokens;
    for (const std::int64_t token : d.rowTokens) {
      float top = 0;
      for (std::size_t j = 0; j < channels.size(); ++j) {
        const float x = site.value(token, j);
        d.rows.push_back(fp16ToFloat(floatToFp16(x)));
        top = std::max(top, std::fabs(x));
      }
      s.tokenAbsmax[static_cast<std::size_t>(token)] = top;
    }
  }

  void addReaders(const std::vector<double>& energy, stats::SiteRecord& record) const {
    for (std::size_t r = 0; r < record.stats.readers.size(); ++r) {
      stats::ReaderStats& reader = record.stats.readers[r];
      const std::uint64_t key =
          scramble(m_shape.seed + r * 17 + static_cast<std::uint64_t>(record.stats.id.block) * 101 +
                   static_cast<std::uint64_t>(record.stats.id.kind) * 7);
      reader.columnNorms.clear(), reader.columnAbsmax.clear();
      double out = 0;
      for (std::size_t j = 0; j < energy.size(); ++j) {
        const double norm =
            kWeightSigma * std::sqrt(static_cast<double>(reader.out)) * (0.8 + 0.4 * unit(scramble(key + j)));
        reader.columnNorms.push_back(static_cast<float>(norm));
        reader.columnAbsmax.push_back(static_cast<float>(kWeightSigma * 4));
        out += norm * norm * energy[j];
      }
      compute::ExactSum sum;
      sum.add(out);
      reader.outputEnergy = sum.value();
      record.detail.outputEnergy.push_back(sum);
      record.detail.weightRowIndices.push_back(
          stats::sampleIndices(reader.out, std::min(m_shape.weightRows, reader.out), m_shape.seed, key));
      std::vector<float>& rows = record.detail.weightRows.emplace_back();
      rows.reserve(record.detail.weightRowIndices.back().size() * energy.size());
      for (std::size_t k = 0; k < record.detail.weightRowIndices.back().size() * energy.size(); ++k) {
        rows.push_back(static_cast<float>(kWeightSigma * bell(scramble(key * 3 + k))));
      }
    }
  }

  ScaleShape m_shape;
  std::int64_t m_tokens;
  std::array<std::array<std::uint32_t, 64>, 16> m_phases;
  Json m_config;
  std::vector<stats::SiteStats> m_sites;
  std::vector<std::int64_t> m_rowTokens;
  std::vector<std::int32_t> m_ids;
};

}  // namespace

double scaleRange(const ScaleShape& shape, SiteId site) {
  if (site.kind == SiteKind::FfnMid) {
    const int fromEnd = shape.blocks - 1 - site.block;
    if (site.block == 1) return 1180;
    if (site.block == 2) return 214;
    if (fromEnd < 3) return fromEnd == 0 ? 1490 : fromEnd == 1 ? 486 : 172;
  }
  return plainRange(shape, site);
}

std::int64_t scaleTopChannel(const ScaleShape& shape, SiteId site) {
  const std::int64_t channels = site.kind == SiteKind::FfnMid ? shape.ffn : shape.hidden;
  return Site::outlier(scaleRange(shape, site) > 100 ? kOutlierFactors.size() : 0, channels);
}

std::string writeScaleSnapshot(const ScaleShape& shape, const std::filesystem::path& path) {
  return Maker(shape).write(path);
}

}  // namespace oscope::test
