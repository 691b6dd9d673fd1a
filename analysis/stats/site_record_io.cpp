#include "analysis/stats/site_record_io.h"

#include <cmath>
#include <cstring>
#include <map>
#include <set>

#include "analysis/base/dtype.h"
#include "analysis/base/error.h"
#include "analysis/base/hash.h"
#include "analysis/stats/site_fields.h"

namespace oscope::stats {
namespace {

/// Limits for counts that come from a file.
constexpr std::int64_t kMostChannels = std::int64_t{1} << 24;
constexpr std::int64_t kMostTokens = std::int64_t{1} << 40;
/// Values are stored as fp16 after division by 2^exponent; half of fp16's range, as the accumulators use it.
constexpr float kLargestHalf = 32768.0f;

int rowExponent(const float* row, std::int64_t channels) {
  float largest = 0;
  for (std::int64_t j = 0; j < channels; ++j) largest = std::max(largest, std::fabs(row[j]));
  int exponent = 0;
  while (std::ldexp(largest, -exponent) > kLargestHalf) ++exponent;
  return exponent;
}

/// Facts that are no arrays. Doubles survive JSON to the bit.
Json factsOf(const SiteStats& stats) {
  Json readers = Json::array();
  for (const ReaderStats& reader : stats.readers) {
    readers.push_back({{"module", reader.module},
                       {"role", reader.role},
                       {"out", reader.out},
                       {"output_energy", reader.outputEnergy},
                       {"bias_energy", reader.biasEnergy}});
  }
  return {{"site", toString(stats.id)}, {"channels", stats.channels},  {"tokens", stats.tokens},
          {"readers", readers},         {"fold_edge", stats.foldEdge}, {"why_no_fold", stats.whyNoFold}};
}

SiteStats statsOf(const Json& facts, const std::string& where) {
  SiteStats stats;
  const auto id = parseSiteId(requireKey<std::string>(facts, "site", where));
  if (!id) throw Error(ErrorCode::Malformed, where, "names no site");
  stats.id = *id;
  stats.channels = requireKey<std::int64_t>(facts, "channels", where);
  stats.tokens = requireKey<std::int64_t>(facts, "tokens", where);
  if (stats.channels < 0 || stats.channels > kMostChannels || stats.tokens < 0 || stats.tokens > kMostTokens) {
    throw Error(ErrorCode::Malformed, where, "counts of channels or tokens are out of range");
  }
  stats.foldEdge = requireKey<std::string>(facts, "fold_edge", where);
  stats.whyNoFold = requireKey<std::string>(facts, "why_no_fold", where);
  const auto readers = requireKey<Json>(facts, "readers", where);
  if (!readers.is_array()) throw Error(ErrorCode::Malformed, where, "\"readers\" is not an array");
  for (const Json& entry : readers) {
    ReaderStats reader;
    reader.module = requireKey<std::string>(entry, "module", where);
    reader.role = requireKey<std::string>(entry, "role", where);
    reader.out = requireKey<std::int64_t>(entry, "out", where);
    reader.outputEnergy = requireKey<double>(entry, "output_energy", where);
    reader.biasEnergy = requireKey<double>(entry, "bias_energy", where);
    stats.readers.push_back(std::move(reader));
  }
  return stats;
}

std::vector<std::uint64_t> halvesOf(const std::vector<compute::ExactSum>& sums) {
  std::vector<std::uint64_t> halves;
  halves.reserve(sums.size() * 2);
  for (const compute::ExactSum& sum : sums) {
    halves.push_back(static_cast<std::uint64_t>(sum.high()));
    halves.push_back(sum.low());
  }
  return halves;
}

/// Extremes as three columns, so that other programs read them without a compound type.
struct ExtremeColumns {
  std::vector<float> value;
  std::vector<std::int32_t> channel;
  std::vector<std::int64_t> token;
};

ExtremeColumns columnsOf(const std::vector<compute::Extreme>& extremes) {
  ExtremeColumns columns;
  for (const compute::Extreme& extreme : extremes) {
    columns.value.push_back(extreme.value);
    columns.channel.push_back(extreme.channel);
    columns.token.push_back(extreme.token);
  }
  return columns;
}

template <typename T>
constexpr Hdf5Type kTypeOf = Hdf5Type::U8;
template <>
constexpr Hdf5Type kTypeOf<float> = Hdf5Type::F32;
template <>
constexpr Hdf5Type kTypeOf<double> = Hdf5Type::F64;
template <>
constexpr Hdf5Type kTypeOf<std::int32_t> = Hdf5Type::I32;
template <>
constexpr Hdf5Type kTypeOf<std::int64_t> = Hdf5Type::I64;
template <>
constexpr Hdf5Type kTypeOf<std::uint32_t> = Hdf5Type::U32;
template <>
constexpr Hdf5Type kTypeOf<std::uint64_t> = Hdf5Type::U64;

/// Writes every array that is there and notes its size.
class FieldWriter {
 public:
  FieldWriter(Hdf5File& file, std::string group, std::int64_t channels)
      : m_file(file), m_group(std::move(group)), m_channels(channels) {}

  Json sizes() const { return m_sizes; }

  template <typename T>
  void operator()(const std::string& name, const std::vector<T>& values, std::int64_t) {
    if (values.empty()) return;
    const std::uint64_t count = values.size();
    m_sizes[name] = count;
    const bool histogram = name == "histogram";
    const bool matrix = histogram || name.ends_with("/weight_rows");
    const std::uint64_t columns =
        histogram ? compute::kHistogramBins : static_cast<std::uint64_t>(matrix ? m_channels : 1);
    std::vector<std::uint64_t> shape{count / columns};
    if (matrix) shape.push_back(columns);
    m_file.write(m_group + "/" + name, kTypeOf<T>, shape, values.data(),
                 histogram ? Hdf5Layout::Packed : Hdf5Layout::Contiguous);
  }
  void operator()(const std::string& name, const std::vector<compute::ExactSum>& sums, std::int64_t) {
    if (sums.empty()) return;
    m_sizes[name] = sums.size();
    const std::vector<std::uint64_t> halves = halvesOf(sums);
    m_file.write(m_group + "/" + name, Hdf5Type::U64, std::vector<std::uint64_t>{sums.size(), 2}, halves.data());
  }
  void operator()(const std::string& name, const std::vector<compute::Extreme>& extremes, std::int64_t) {
    const ExtremeColumns columns = columnsOf(extremes);
    (*this)(name + "/value", columns.value, -1);
    (*this)(name + "/channel", columns.channel, -1);
    (*this)(name + "/token", columns.token, -1);
  }
  void rows(const std::string& name, const std::vector<float>& values, std::int64_t rows, std::int64_t channels) {
    if (values.empty()) return;
    m_sizes[name] = values.size();
    std::vector<std::int32_t> exponents;
    std::vector<std::uint16_t> halves(values.size());
    for (std::int64_t r = 0; r < rows; ++r) {
      const float* row = values.data() + r * channels;
      exponents.push_back(rowExponent(row, channels));
      for (std::int64_t j = 0; j < channels; ++j) {
        halves[static_cast<std::size_t>(r * channels + j)] = floatToFp16(std::ldexp(row[j], -exponents.back()));
      }
    }
    const std::vector<std::uint64_t> shape{static_cast<std::uint64_t>(rows), static_cast<std::uint64_t>(channels)};
    m_file.write(m_group + "/" + name, Hdf5Type::Half, shape, halves.data());
    (*this)(name + "_exponents", exponents, -1);
  }

 private:
  Hdf5File& m_file;
  std::string m_group;
  std::int64_t m_channels;
  Json m_sizes = Json::object();
};

/// Reads every array that the facts list.
class FieldReader {
 public:
  FieldReader(const Hdf5File& file, std::string group, const Json& sizes)
      : m_file(file), m_group(std::move(group)), m_sizes(sizes) {}

  template <typename T>
  void operator()(const std::string& name, std::vector<T>& values, std::int64_t expected) {
    const std::uint64_t count = countOf(name, expected);
    if (count == 0) return;
    values.resize(count);
    m_file.read(m_group + "/" + name, kTypeOf<T>, count, values.data());
  }
  void operator()(const std::string& name, std::vector<compute::ExactSum>& sums, std::int64_t expected) {
    const std::uint64_t count = countOf(name, expected, 2);
    std::vector<std::uint64_t> halves(2 * count);
    if (count == 0) return;
    m_file.read(m_group + "/" + name, Hdf5Type::U64, halves.size(), halves.data());
    for (std::uint64_t i = 0; i < count; ++i) {
      sums.push_back(compute::ExactSum::fromHalves(static_cast<std::int64_t>(halves[2 * i]), halves[2 * i + 1]));
    }
  }
  void operator()(const std::string& name, std::vector<compute::Extreme>& extremes, std::int64_t) {
    ExtremeColumns columns;
    (*this)(name + "/value", columns.value, -1);
    (*this)(name + "/channel", columns.channel, static_cast<std::int64_t>(columns.value.size()));
    (*this)(name + "/token", columns.token, static_cast<std::int64_t>(columns.value.size()));
    if (columns.channel.size() != columns.value.size() || columns.token.size() != columns.value.size()) {
      throw Error(ErrorCode::Malformed, where(name), "has columns of different lengths");
    }
    for (std::size_t i = 0; i < columns.value.size(); ++i) {
      extremes.push_back({columns.value[i], columns.channel[i], columns.token[i]});
    }
  }
  void rows(const std::string& name, std::vector<float>& values, std::int64_t rows, std::int64_t channels) {
    const std::uint64_t count = countOf(name, rows * channels);
    if (count == 0) return;
    std::vector<std::int32_t> exponents;
    (*this)(name + "_exponents", exponents, rows);
    if (static_cast<std::int64_t>(exponents.size()) != rows) {
      throw Error(ErrorCode::Malformed, where(name), "has no exponents");
    }
    std::vector<std::uint16_t> halves(count);
    m_file.read(m_group + "/" + name, Hdf5Type::Half, count, halves.data());
    values.resize(count);
    for (std::uint64_t i = 0; i < count; ++i) {
      values[i] = std::ldexp(fp16ToFloat(halves[i]), exponents[i / static_cast<std::uint64_t>(channels)]);
    }
  }

 private:
  std::string where(const std::string& name) const { return m_file.path().string() + ", " + m_group + "/" + name; }
  /// Elements of a listed array, 0 where it is not listed; checked against what belongs there and what the file can
  /// hold, before memory is taken for it.
  std::uint64_t countOf(const std::string& name, std::int64_t expected, std::uint64_t width = 1) const {
    const auto count = static_cast<std::uint64_t>(optionalKey<std::int64_t>(m_sizes, name.c_str(), 0, where(name)));
    if (count == 0) return 0;
    if ((expected >= 0 && count != static_cast<std::uint64_t>(expected)) || count * width > m_file.mostElements()) {
      throw Error(ErrorCode::Malformed, where(name), "has " + std::to_string(count) + " elements, which doesn't fit");
    }
    return count;
  }

  const Hdf5File& m_file;
  std::string m_group;
  const Json& m_sizes;
};

class FieldHasher {
 public:
  explicit FieldHasher(Sha256& hash) : m_hash(hash) {}

  template <typename T>
  void operator()(const std::string& name, const std::vector<T>& values, std::int64_t) {
    begin(name, values.size());
    m_hash.updateValues(std::span<const T>(values));
  }
  void operator()(const std::string& name, const std::vector<compute::ExactSum>& sums, std::int64_t) {
    (*this)(name, halvesOf(sums), -1);
  }
  void operator()(const std::string& name, const std::vector<compute::Extreme>& extremes, std::int64_t) {
    const ExtremeColumns columns = columnsOf(extremes);
    (*this)(name + "/value", columns.value, -1);
    (*this)(name + "/channel", columns.channel, -1);
    (*this)(name + "/token", columns.token, -1);
  }
  void rows(const std::string& name, const std::vector<float>& values, std::int64_t, std::int64_t) {
    (*this)(name, values, -1);
  }

 private:
  void begin(const std::string& name, std::uint64_t count) {
    m_hash.updateText(name);
    m_hash.updateValues(std::span<const std::uint64_t>(&count, 1));
  }
  Sha256& m_hash;
};

constexpr const char* kGram = "gram";

class GramInFile final : public compute::GramMatrix {
 public:
  GramInFile(std::shared_ptr<const Hdf5File> file, std::string name, std::int64_t channels)
      : GramMatrix(channels), m_file(std::move(file)), m_name(std::move(name)) {}
  void readRows(std::int64_t first, std::int64_t count, double* into) const override {
    m_file->readRows(m_name, first, count, channels(), into);
  }

 private:
  std::shared_ptr<const Hdf5File> m_file;
  std::string m_name;
};

Json readFacts(const Hdf5File& file, const std::string& group) {
  return parseJson(file.readText(group + "/facts"), file.path().string() + ", " + group);
}

}  // namespace

void writeSite(Hdf5File& file, const std::string& group, const SiteRecord& record, const JobContext& context) {
  FieldWriter writer(file, group, record.stats.channels);
  visitFields(record, FieldSet::Resident, writer);
  visitFields(record, FieldSet::Detail, writer);
  Json facts = factsOf(record.stats);
  facts["weight_samples"] = record.detail.weightRows.size();
  facts["arrays"] = writer.sizes();
  if (record.gram != nullptr) {
    const std::int64_t channels = record.gram->channels();
    facts["arrays"][kGram] = channels * channels;
    file.writeRows(group + "/" + kGram, channels, channels, compute::kGramBand, Hdf5Layout::Checked,
                   [&](std::int64_t first, std::int64_t count, double* into) {
                     context.checkCancelled();
                     record.gram->readRows(first, count, into);
                   });
  }
  file.writeText(group + "/facts", facts.dump());
}

SiteStats readSiteStats(const Hdf5File& file, const std::string& group) {
  const std::string where = file.path().string() + ", " + group;
  const Json facts = readFacts(file, group);
  SiteRecord record;
  record.stats = statsOf(facts, where);
  const auto sizes = requireKey<Json>(facts, "arrays", where);
  FieldReader reader(file, group, sizes);
  visitFields(record, FieldSet::Resident, reader);
  return std::move(record.stats);
}

SiteDetail readSiteDetail(const Hdf5File& file, const std::string& group, const SiteStats& stats) {
  const std::string where = file.path().string() + ", " + group;
  const Json facts = readFacts(file, group);
  SiteRecord record;
  record.stats.channels = stats.channels;
  record.stats.tokens = stats.tokens;
  record.stats.readers.resize(stats.readers.size());
  const auto samples = static_cast<std::size_t>(requireKey<std::int64_t>(facts, "weight_samples", where));
  if (samples > stats.readers.size()) throw Error(ErrorCode::Malformed, where, "has more weight samples than readers");
  record.detail.weightRows.resize(samples);
  record.detail.weightRowIndices.resize(samples);
  const auto sizes = requireKey<Json>(facts, "arrays", where);
  FieldReader reader(file, group, sizes);
  visitFields(record, FieldSet::Detail, reader);
  return std::move(record.detail);
}

compute::GramPtr openGram(std::shared_ptr<const Hdf5File> file, const std::string& group, const SiteStats& stats) {
  const std::string where = file->path().string() + ", " + group;
  const auto sizes = requireKey<Json>(readFacts(*file, group), "arrays", where);
  const auto listed = optionalKey<std::int64_t>(sizes, kGram, 0, where);
  if (listed == 0) return nullptr;
  const std::string name = group + "/" + kGram;
  const auto expected = static_cast<std::uint64_t>(stats.channels * stats.channels);
  if (static_cast<std::uint64_t>(listed) != expected || file->count(name) != expected) {
    throw Error(ErrorCode::Malformed, file->path().string() + ", " + name,
                "has " + std::to_string(listed) + " elements, which doesn't fit");
  }
  return std::make_shared<const GramInFile>(std::move(file), name, stats.channels);
}

std::string hashSite(const SiteRecord& record) {
  Sha256 hash;
  hash.updateText(factsOf(record.stats).dump());
  FieldHasher hasher(hash);
  visitFields(record, FieldSet::Resident, hasher);
  visitFields(record, FieldSet::Detail, hasher);
  return hash.finish();
}

}  // namespace oscope::stats
