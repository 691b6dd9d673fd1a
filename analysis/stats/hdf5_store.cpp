#include "analysis/stats/hdf5_store.h"

#include <algorithm>
#include <utility>

#include "analysis/base/atomic_file.h"
#include "analysis/base/error.h"
#include "analysis/stats/provenance_io.h"
#include "analysis/stats/site_record_io.h"

namespace oscope::stats {
namespace {

constexpr const char* kSnapshotFormat = "outlierscope snapshot";
constexpr const char* kBlockFormat = "outlierscope block";
/// Raised when an older program could no longer read the file.
constexpr std::int64_t kFormatVersion = 1;

void writeHead(Hdf5File& file, const char* format) {
  file.writeText("format", Json{{"format", format}, {"version", kFormatVersion}}.dump());
}

/// Refuses foreign files and those of newer programs.
void checkHead(const Hdf5File& file, const char* format) {
  const std::string where = file.path().string();
  if (!file.contains("format")) {
    throw Error(ErrorCode::Malformed, where, std::string("this HDF5 file is no ") + format,
                "give a file that `oscope calibrate` wrote");
  }
  const Json head = parseJson(file.readText("format"), where + ", format");
  if (requireKey<std::string>(head, "format", where) != format) {
    throw Error(ErrorCode::Malformed, where, std::string("this HDF5 file is no ") + format,
                "give a file that `oscope calibrate` wrote");
  }
  const auto version = requireKey<std::int64_t>(head, "version", where);
  if (version > kFormatVersion) {
    throw Error(ErrorCode::Unsupported, where,
                "is of format version " + std::to_string(version) + ", this program reads up to " +
                    std::to_string(kFormatVersion),
                "use a newer Outlierscope");
  }
}

std::string groupOf(SiteId id) {
  return "blocks/" + std::to_string(id.block) + "/" + std::string(toString(id.kind));
}

/// Site ids and their hashes, in file order.
using SiteList = std::vector<std::pair<std::string, std::string>>;

std::string siteListText(const SiteList& sites) {
  Json list = Json::array();
  for (const auto& [site, hash] : sites) list.push_back({{"site", site}, {"sha256", hash}});
  return list.dump();
}

SiteList readSiteList(const Hdf5File& file) {
  const std::string where = file.path().string() + ", sites";
  const Json list = parseJson(file.readText("sites"), where);
  if (!list.is_array()) throw Error(ErrorCode::Malformed, where, "is not a list");
  SiteList sites;
  for (const Json& entry : list) {
    sites.emplace_back(requireKey<std::string>(entry, "site", where), requireKey<std::string>(entry, "sha256", where));
  }
  return sites;
}

SiteId parseSite(const std::string& text, const std::string& where) {
  const auto id = parseSiteId(text);
  if (!id) throw Error(ErrorCode::Malformed, where, "\"" + text + "\" names no site");
  return *id;
}

SiteRecord readRecord(const std::shared_ptr<const Hdf5File>& opened, SiteId id) {
  const Hdf5File& file = *opened;
  SiteRecord record;
  record.stats = readSiteStats(file, groupOf(id));
  if (record.stats.id != id)
    throw Error(ErrorCode::Malformed, file.path().string(), "holds another site as " + groupOf(id));
  record.detail = readSiteDetail(file, groupOf(id), record.stats);
  record.gram = openGram(opened, groupOf(id), record.stats);
  return record;
}

void writeTokens(Hdf5File& file, const Provenance& provenance, const std::vector<std::int32_t>& ids,
                 const std::map<std::int32_t, std::string>& texts) {
  if (!ids.empty()) {
    const std::vector<std::uint64_t> shape{static_cast<std::uint64_t>(provenance.samples),
                                           static_cast<std::uint64_t>(provenance.length)};
    file.write("tokens/ids", Hdf5Type::I32, shape, ids.data());
  }
  if (texts.empty()) return;
  // Texts one behind the other: half a character of a byte-level token is no valid UTF-8 string.
  std::vector<std::int32_t> known;
  std::vector<std::int64_t> ends;
  std::string bytes;
  for (const auto& [id, text] : texts) {
    known.push_back(id);
    bytes += text;
    ends.push_back(static_cast<std::int64_t>(bytes.size()));
  }
  file.write("tokens/text_ids", Hdf5Type::I32, std::vector<std::uint64_t>{known.size()}, known.data());
  file.write("tokens/text_ends", Hdf5Type::I64, std::vector<std::uint64_t>{ends.size()}, ends.data());
  if (!bytes.empty()) {
    file.write("tokens/text_bytes", Hdf5Type::U8, std::vector<std::uint64_t>{bytes.size()}, bytes.data());
  }
}

std::map<std::int32_t, std::string> readTokenTexts(const Hdf5File& file) {
  std::map<std::int32_t, std::string> texts;
  if (!file.contains("tokens/text_ids")) return texts;
  std::vector<std::int32_t> known(file.count("tokens/text_ids"));
  file.read("tokens/text_ids", Hdf5Type::I32, known.size(), known.data());
  std::vector<std::int64_t> ends(known.size());
  file.read("tokens/text_ends", Hdf5Type::I64, ends.size(), ends.data());
  std::string bytes;
  if (file.contains("tokens/text_bytes")) {
    bytes.resize(file.count("tokens/text_bytes"));
    file.read("tokens/text_bytes", Hdf5Type::U8, bytes.size(), bytes.data());
  }
  std::int64_t begin = 0;
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (ends[i] < begin || ends[i] > static_cast<std::int64_t>(bytes.size())) {
      throw Error(ErrorCode::Malformed, file.path().string() + ", tokens/text_ends", "offsets are out of order");
    }
    texts[known[i]] = bytes.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(ends[i] - begin));
    begin = ends[i];
  }
  return texts;
}

/// A snapshot over its open file.
class SnapshotFile final : public Snapshot {
 public:
  SnapshotFile(const std::filesystem::path& path, bool verifyContent)
      : m_opened(std::make_shared<const Hdf5File>(Hdf5File::open(path))), m_file(*m_opened) {
    const auto guard = Hdf5File::lock();
    const std::string where = path.string();
    checkHead(m_file, kSnapshotFormat);
    const std::string provenanceText = m_file.readText("provenance");
    m_provenance =
        provenanceFromJson(parseJson(provenanceText, where + ", provenance"),
                           parseJson(m_file.readText("environment"), where + ", environment"), where + ", provenance");
    m_contentHash = m_file.readText("content_hash");
    readTokens();
    const SiteList sites = readSiteList(m_file);
    for (const auto& entry : sites) {
      const SiteId id = parseSite(entry.first, where);
      m_sites.push_back(readSiteStats(m_file, groupOf(id)));
      if (m_sites.back().id != id) throw Error(ErrorCode::Malformed, where, "holds another site as " + groupOf(id));
    }
    if (verifyContent) verify(provenanceText, sites);
  }

  SiteDetail detail(SiteId id) const override {
    const SiteStats& stats = site(id);
    const auto guard = Hdf5File::lock();
    return readSiteDetail(m_file, groupOf(id), stats);
  }

  compute::GramPtr gram(SiteId id) const override {
    const SiteStats& stats = site(id);
    const auto guard = Hdf5File::lock();
    return openGram(m_opened, groupOf(id), stats);
  }

 private:
  void readTokens() {
    if (m_file.contains("tokens/ids")) {
      m_tokenIds.resize(m_file.count("tokens/ids"));
      m_file.read("tokens/ids", Hdf5Type::I32, m_tokenIds.size(), m_tokenIds.data());
    }
    if (static_cast<std::int64_t>(m_tokenIds.size()) / m_provenance.length != m_provenance.samples) {
      throw Error(ErrorCode::Malformed, m_file.path().string() + ", tokens/ids", "holds another number of tokens");
    }
    m_tokenTexts = readTokenTexts(m_file);
  }

  void verify(const std::string& provenanceText, const SiteList& sites) const {
    for (const auto& entry : sites) {
      const SiteId id = parseSite(entry.first, m_file.path().string());
      if (hashSite(readRecord(m_opened, id)) != entry.second) {
        throw Error(ErrorCode::Malformed, m_file.path().string() + ", " + entry.first,
                    "the content differs from its hash", "the file is damaged: calibrate again or take a copy");
      }
      readAll(gram(id));
    }
    if (stats::contentHash(provenanceText, m_tokenIds, m_tokenTexts, sites) != m_contentHash) {
      throw Error(ErrorCode::Malformed, m_file.path().string(), "the content differs from its hash",
                  "the file is damaged: calibrate again or take a copy");
    }
  }

  /// Outside of the hash, but guarded by the checksums of its chunks.
  static void readAll(const compute::GramPtr& gram) {
    if (gram == nullptr) return;
    std::vector<double> band(static_cast<std::size_t>(compute::kGramBand * gram->channels()));
    for (std::int64_t first = 0; first < gram->channels(); first += compute::kGramBand) {
      gram->readRows(first, std::min(compute::kGramBand, gram->channels() - first), band.data());
    }
  }

  std::shared_ptr<const Hdf5File> m_opened;
  const Hdf5File& m_file;
};

}  // namespace

SnapshotPtr openSnapshot(const std::filesystem::path& path, bool verifyContent) {
  return std::make_shared<const SnapshotFile>(path, verifyContent);
}

void writeBlockFile(const std::filesystem::path& path, const std::vector<SiteRecord>& sites,
                    const JobContext& context) {
  AtomicFile target(path);
  const auto guard = Hdf5File::lock();
  Hdf5File file = Hdf5File::create(target.temporaryPath());
  writeHead(file, kBlockFormat);
  SiteList list;
  for (const SiteRecord& record : sites) {
    writeSite(file, groupOf(record.stats.id), record, context);
    list.emplace_back(toString(record.stats.id), hashSite(record));
  }
  file.writeText("sites", siteListText(list));
  file.close();
  target.commit();
}

std::vector<SiteRecord> readBlockFile(const std::filesystem::path& path) {
  const auto opened = std::make_shared<const Hdf5File>(Hdf5File::open(path));
  const Hdf5File& file = *opened;
  const auto guard = Hdf5File::lock();
  checkHead(file, kBlockFormat);
  std::vector<SiteRecord> records;
  for (const auto& entry : readSiteList(file)) {
    records.push_back(readRecord(opened, parseSite(entry.first, path.string())));
    if (hashSite(records.back()) != entry.second) {
      throw Error(ErrorCode::Malformed, path.string() + ", " + entry.first, "the content differs from its hash",
                  "start the calibration anew with --restart");
    }
  }
  return records;
}

std::string writeSnapshot(const std::filesystem::path& path, const Provenance& provenance,
                          const std::vector<std::int32_t>& tokenIds,
                          const std::map<std::int32_t, std::string>& tokenTexts, int blocks,
                          const std::function<std::vector<SiteRecord>(int block)>& readBlock,
                          const JobContext& context) {
  AtomicFile target(path);
  Hdf5File file = Hdf5File::create(target.temporaryPath());
  writeHead(file, kSnapshotFormat);
  const std::string provenanceText = provenanceToJson(provenance).dump();
  file.writeText("provenance", provenanceText);
  file.writeText("environment", environmentToJson(provenance).dump());
  writeTokens(file, provenance, tokenIds, tokenTexts);
  SiteList sites;
  for (int block = 0; block < blocks; ++block) {
    context.checkCancelled();
    for (const SiteRecord& record : readBlock(block)) {
      writeSite(file, groupOf(record.stats.id), record, context);
      sites.emplace_back(toString(record.stats.id), hashSite(record));
    }
  }
  file.writeText("sites", siteListText(sites));
  std::string hash = contentHash(provenanceText, tokenIds, tokenTexts, sites);
  file.writeText("content_hash", hash);
  file.close();
  target.commit();
  return hash;
}

}  // namespace oscope::stats
