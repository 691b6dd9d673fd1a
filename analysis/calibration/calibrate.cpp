#include "analysis/calibration/calibrate.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <future>
#include <set>

#include "analysis/base/atomic_file.h"
#include "analysis/base/build_info.h"
#include "analysis/base/number_text.h"
#include "analysis/base/process_memory.h"
#include "analysis/base/thread_pool.h"
#include "analysis/calibration/interrupted_run.h"
#include "analysis/calibration/micro_batches.h"
#include "analysis/calibration/run_plan.h"
#include "analysis/calibration/weight_facts.h"
#include "analysis/calibration/work_folder.h"
#include "analysis/model/weight_check.h"
#include "analysis/stats/provenance_io.h"
#include "analysis/stats/record_merge.h"

namespace oscope::calibration {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

stats::Provenance makeProvenance(const model::OpenedModel& model, const Dataset& data, const CalibrateOptions& options,
                                 const compute::DeviceInfo& device) {
  stats::Provenance provenance;
  const auto folder = std::filesystem::weakly_canonical(model.folder);
  provenance.modelName = folder.filename().string();
  provenance.modelFingerprint = model.weights->fingerprint();
  provenance.architecture = model.graph.architecture;
  provenance.dataSource = data.source;
  provenance.dataHash = data.hash();
  provenance.dataFile = data.fileName;
  provenance.seed = options.seed;
  provenance.samples = data.samples;
  provenance.length = data.length;
  provenance.firstSample = data.firstSample;
  provenance.bosAtStart = data.bosAtStart;
  for (const ActiveObserver& active : chooseObservers(options)) {
    provenance.observers.push_back(active.observer->id());
    const Json params = active.params.toJson();
    if (!params.empty()) provenance.observerParams[active.observer->id()] = params;
  }
  provenance.device = device.id + ": " + device.name;
  provenance.build = buildText();
  provenance.createdUtc = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  provenance.config = model.config.values();
  return provenance;
}

/// Everything that decides the bits of the statistics: only a run of the same job may go on from its work folder.
Json jobOf(const stats::Provenance& provenance, const compute::DeviceInfo& device, compute::MatmulPrecision precision) {
  Json job = stats::provenanceToJson(provenance);
  job["device"] = device.id.substr(0, device.id.find(':'));
  job["products"] = precision == compute::MatmulPrecision::Fast ? "fast" : "full";
  job["version"] = versionText();
  return job;
}

BlockDone blockDone(int block, bool resumed, const std::vector<stats::SiteRecord>& records) {
  BlockDone done{block, resumed, {}};
  for (const stats::SiteRecord& record : records) done.ranges.push_back({record.stats.id, record.stats.range()});
  return done;
}

/// The running calibration: one block after the other.
class Calibration {
 public:
  Calibration(const model::OpenedModel& model, const Dataset& data, const CalibrateOptions& options,
              compute::Backend& backend, const JobContext& context, const WorkFolder& work, const BlockSink& onBlock,
              CalibrateReport& report)
      : m_model(model),
        m_graph(model.graph),
        m_data(data),
        m_options(options),
        m_backend(backend),
        m_context(context),
        m_work(work),
        m_onBlock(onBlock),
        m_report(report),
        m_observers(chooseObservers(options)),
        m_hidden(hiddenShape(model.graph, data),
                 report.estimate.hiddenOnDevice ? HiddenPlace::Device
                 : report.estimate.spilled      ? HiddenPlace::File
                                                : HiddenPlace::Host,
                 work.path(), backend),
        m_gramFolder(report.estimate.gramSpilled ? work.path() : std::filesystem::path()),
        m_onHost(backend.info().threads > 0),
        m_pool(backend.info().threads),
        m_batches(
            model.graph, backend, data, report.estimate.microBatch, context,
            [this](const Error& error, std::int64_t sequences) {
              m_prefetch = false;
              note({Severity::Warning, "calibrate.micro_batch", error.where(),
                    fmt::format("{}; going on with {} sequences at a time", error.text(), sequences), ""});
            },
            [this] { m_next.reset(); }) {}

  /// Runs the blocks whose statistics are missing; those whose hidden states are missing run again, unobserved.
  void run(int finished) {
    const int blocks = static_cast<int>(m_graph.blocks.size());
    int first = m_hidden.restore().value_or(0);
    if (first > finished) first = 0;  // somebody took block files away
    ProgressMeter meter(m_context, "calibrate", "windows", std::int64_t{blocks} * m_data.samples,
                        std::int64_t{first} * m_data.samples);
    if (first == 0) embed();
    Clock::time_point durable = Clock::now();
    constexpr double kDiskRate = 1e9;  // bytes a second, until the disk has been seen
    double cost = static_cast<double>(m_report.estimate.hiddenBytes) / kDiskRate;
    for (int block = first; block < blocks; ++block) {
      runBlock(block, block >= finished, meter);
      if (block + 1 == blocks) break;
      m_hidden.finishPass();
      if (block < finished || secondsSince(durable) < durableInterval(m_options.durableSeconds, cost)) continue;
      settleBlock();  // its file comes first: states behind blocks that are missing are of no use
      const Clock::time_point begin = Clock::now();
      m_hidden.makeDurable(block + 1);
      durable = Clock::now();
      cost = secondsSince(begin);
    }
    settleBlock();
  }

 private:
  void note(Diagnostic diagnostic) {
    m_context.report(diagnostic);
    m_report.diagnostics.push_back(std::move(diagnostic));
  }

  std::span<const std::int32_t> idsOf(std::int64_t first, std::int64_t count) const {
    return {m_data.ids.data() + first * m_data.length, static_cast<std::size_t>(count * m_data.length)};
  }

  void embed() {
    m_batches.forEach(0, [&](std::int64_t first, compute::Tensor& batch, const compute::SequenceLayout& layout) {
      m_batches.runner().embed(*m_model.weights, idsOf(first, layout.sequences()), layout, batch);
      m_hidden.store(first, batch);
    });
    m_hidden.finishPass();
    m_model.weights->release(embeddingTensors(m_graph));
  }

  void runBlock(int index, bool observed, ProgressMeter& meter) {
    const model::BlockGraph& desc = m_graph.blocks[static_cast<std::size_t>(index)];
    const std::vector<std::string> tensors = m_graph.tensorsOf(index);
    m_model.weights->willNeed(tensors);
    meter.advance(0, tensorBytes(m_model, tensors), noteOf(index));
    // On a device the CPU is idle: it gathers the facts from the weights while the block runs.
    std::vector<stats::SiteRecord> facts;
    std::future<std::vector<stats::SiteRecord>> factsToCome;
    if (observed && m_onHost) facts = weightFacts(desc);
    if (observed && !m_onHost) factsToCome = std::async(std::launch::async, [&] { return weightFacts(desc); });
    {
      std::unique_ptr<SiteWatcher> watcher;
      if (observed) {
        watcher = m_batches.withRoom([&] {
          return std::make_unique<SiteWatcher>(desc, m_observers, observedRun(m_data, m_options), m_backend,
                                               m_gramFolder);
        });
      }
      const forward::LoadedBlock block = takeBlock(index);
      prefetch(index + 1);
      m_batches.forEach(0, [&](std::int64_t first, compute::Tensor& batch, const compute::SequenceLayout& layout) {
        m_hidden.load(first, batch);
        m_batches.runner().runBlock(block, batch, layout, watcher.get(), &m_context);
        m_hidden.store(first, batch);
        meter.advance(layout.sequences(), 0, noteOf(index));
      });
      if (factsToCome.valid()) facts = factsToCome.get();
      if (observed) finishBlock(index, *watcher, std::move(facts));
    }
    m_model.weights->verifyIntact();
    m_model.weights->release(tensors);
  }

  std::string noteOf(int block) const { return fmt::format("block {} of {}", block + 1, m_graph.blocks.size()); }

  /// The weights of block `index`, on their way already where they were prefetched.
  forward::LoadedBlock takeBlock(int index) {
    if (m_next && m_next->index == index) {
      forward::LoadedBlock block = std::move(*m_next);
      m_next.reset();
      return block;
    }
    return m_batches.withRoom([&] { return m_batches.runner().loadBlock(index, *m_model.weights); });
  }

  /// On a device, lets the weights of the next block come in while this one runs.
  void prefetch(int index) {
    if (m_onHost || !m_prefetch || index >= static_cast<int>(m_graph.blocks.size())) return;
    m_model.weights->willNeed(m_graph.tensorsOf(index));
    try {
      m_next = m_batches.runner().loadBlock(index, *m_model.weights);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::OutOfMemory) throw;
      m_prefetch = false;
    }
  }

  /// Records that hold only what the weights tell, one per site.
  std::vector<stats::SiteRecord> weightFacts(const model::BlockGraph& block) {
    for (const model::NormDesc& norm : block.norms) {
      for (const std::string& name : {norm.weight, norm.bias}) {
        if (!name.empty()) model::requireFinite(m_model.weights->tensor(name));
      }
    }
    std::vector<stats::SiteRecord> records;
    for (const model::SiteDesc& site : block.sites) {
      stats::SiteRecord record;
      for (const int reader : site.readers) {
        m_context.checkCancelled();
        const auto stream = static_cast<std::uint64_t>(block.index) << 8 | static_cast<std::uint64_t>(reader);
        WeightFacts facts = gatherWeightFacts(block.linears[static_cast<std::size_t>(reader)], *m_model.weights,
                                              m_options.seed, stream, m_pool);
        record.stats.readers.push_back(std::move(facts.reader));
        record.detail.weightRowIndices.push_back(std::move(facts.rowIndices));
        record.detail.weightRows.push_back(std::move(facts.rows));
      }
      record.stats.whyNoFold = site.whyNoFold;
      if (site.fold) {
        record.stats.foldEdge = site.fold->name;
        record.stats.foldRows = site.fold->rowOfChannel;
      }
      records.push_back(std::move(record));
    }
    return records;
  }

  void finishBlock(int index, SiteWatcher& watcher, std::vector<stats::SiteRecord> facts) {
    settleBlock();
    std::vector<stats::SiteRecord> records;
    try {
      records = watcher.finish();
    } catch (const Error& error) {
      // The first block's activations come from the embedding: name the tensor, if it is the cause.
      if (error.code() == ErrorCode::NonFinite && index == 0) model::requireFiniteEnds(m_graph, *m_model.weights);
      throw;
    }
    // A device runs the next block while its host writes this one.
    m_written = std::async(m_onHost ? std::launch::deferred : std::launch::async,
                           [this, index, records = std::move(records), facts = std::move(facts)]() mutable {
                             join(records, std::move(facts));
                             stats::writeBlockFile(m_work.blockFile(index), records, m_context);
                             return blockDone(index, false, records);
                           });
    if (m_onHost) settleBlock();
  }

  /// Waits until the file of the block before is there.
  void settleBlock() {
    if (!m_written.valid()) return;
    const BlockDone done = m_written.get();
    if (m_onBlock) m_onBlock(done);
  }

  /// What the activations told and what the weights told of the same sites, together in `records`.
  static void join(std::vector<stats::SiteRecord>& records, std::vector<stats::SiteRecord> facts) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      stats::SiteStats& site = records[i].stats;
      site.readers = std::move(facts[i].stats.readers);
      site.foldEdge = std::move(facts[i].stats.foldEdge);
      site.whyNoFold = std::move(facts[i].stats.whyNoFold);
      site.foldRows = std::move(facts[i].stats.foldRows);
      stats::SiteDetail& detail = records[i].detail;
      detail.weightRowIndices = std::move(facts[i].detail.weightRowIndices);
      detail.weightRows = std::move(facts[i].detail.weightRows);
      for (std::size_t r = 0; r < site.readers.size(); ++r) {
        site.readers[r].outputEnergy = detail.outputEnergy[r].value();
      }
      stats::deriveWeightedHistogram(records[i]);
    }
  }

  const model::OpenedModel& m_model;
  const model::ModelGraph& m_graph;
  const Dataset& m_data;
  const CalibrateOptions& m_options;
  compute::Backend& m_backend;
  const JobContext& m_context;
  const WorkFolder& m_work;
  const BlockSink& m_onBlock;
  CalibrateReport& m_report;
  std::vector<ActiveObserver> m_observers;
  HiddenStateStore m_hidden;
  std::filesystem::path m_gramFolder;  ///< empty: Gram matrices stay in memory
  bool m_onHost;
  bool m_prefetch = true;
  std::optional<forward::LoadedBlock> m_next;  ///< the block after the running one
  ThreadPool m_pool;                           ///< for the facts from the weights
  MicroBatches m_batches;
  std::future<BlockDone> m_written;  ///< the block before, on its way to its file
};

void throwFirstProblem(const CalibrateEstimate& estimate) {
  for (const Diagnostic& problem : estimate.problems) {
    if (problem.severity != Severity::Error) continue;
    const ErrorCode code = problem.code == "calibrate.memory" || problem.code == "calibrate.device_memory"
                               ? ErrorCode::OutOfMemory
                           : problem.code == "calibrate.disk"   ? ErrorCode::DiskFull
                           : problem.code == "calibrate.output" ? ErrorCode::FileNotFound
                                                                : ErrorCode::InvalidArgument;
    throw Error(code, problem.where, problem.text, problem.remedy);
  }
}

std::map<std::int32_t, std::string> tokenTexts(const Dataset& data, const checkpoint::Tokenizer* tokenizer) {
  std::map<std::int32_t, std::string> texts;
  if (tokenizer == nullptr) return texts;
  for (const std::int32_t id : std::set<std::int32_t>(data.ids.begin(), data.ids.end())) {
    if (id < tokenizer->vocabularySize()) texts[id] = tokenizer->tokenText(id);
  }
  return texts;
}

}  // namespace

std::string differencesFrom(const stats::Provenance& found, const model::OpenedModel& model, const Dataset& data,
                            const CalibrateOptions& options) {
  const stats::Provenance wanted = makeProvenance(model, data, options, {});
  return stats::differingKeys(stats::provenanceToJson(wanted), stats::provenanceToJson(found));
}

CalibrateReport calibrate(const model::OpenedModel& model, const Dataset& data, const checkpoint::Tokenizer* tokenizer,
                          const CalibrateOptions& options, compute::Backend& backend, const JobContext& context,
                          const BlockSink& onBlock) {
  const Clock::time_point start = Clock::now();
  resetPeakResident();
  CalibrateReport report;
  report.snapshot = options.output;
  report.tokens = data.samples * data.length;
  report.estimate = estimateCalibration(model, data, options, backend);
  throwFirstProblem(report.estimate);

  const compute::DeviceInfo device = backend.info();
  const stats::Provenance provenance = makeProvenance(model, data, options, device);
  WorkFolder work(options.output, jobOf(provenance, device, backend.precision()), options.restart);
  const int blocks = static_cast<int>(model.graph.blocks.size());
  rememberRequest(work, data, options);
  report.resumedBlocks = work.finishedBlocks(blocks);
  for (int block = 0; onBlock && block < report.resumedBlocks; ++block) {
    onBlock(blockDone(block, true, stats::readBlockFile(work.blockFile(block))));
  }
  if (report.resumedBlocks < blocks) {
    Calibration(model, data, options, backend, context, work, onBlock, report).run(report.resumedBlocks);
  }

  report.contentHash = stats::writeSnapshot(
      work.snapshotFile(), provenance, data.ids, tokenTexts(data, tokenizer), blocks,
      [&](int block) { return stats::readBlockFile(work.blockFile(block)); }, context);
  std::filesystem::rename(work.snapshotFile(), options.output);
  syncFolder(options.output.has_parent_path() ? options.output.parent_path() : std::filesystem::path("."));
  work.remove();

  report.seconds = secondsSince(start);
  const double share = static_cast<double>(blocks - report.resumedBlocks) / static_cast<double>(blocks);
  report.tokensPerSecond = static_cast<double>(report.tokens) * share / report.seconds;
  report.peakResident = peakResidentMemory();
  if (report.peakResident > report.estimate.promisedMemory) {
    report.diagnostics.push_back({Severity::Warning, "calibrate.memory_exceeded", "memory",
                                  fmt::format("{} were in use at the peak, promised were {}",
                                              formatBytesUp(static_cast<double>(report.peakResident)),
                                              formatBytes(static_cast<double>(report.estimate.promisedMemory))),
                                  "please report this"});
  }
  return report;
}

}  // namespace oscope::calibration
