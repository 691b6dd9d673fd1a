// Stage 2: layer-major streaming calibration. One block's weights are resident; all samples pass through it; hidden
// states wait in memory or in a spill file; after each block the state is durable.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/base/diagnostic.h"
#include "analysis/base/ids.h"
#include "analysis/base/job_context.h"
#include "analysis/base/param_schema.h"
#include "analysis/calibration/dataset.h"
#include "analysis/compute/backend.h"
#include "analysis/model/open_model.h"
#include "analysis/stats/snapshot.h"

namespace oscope::calibration {

struct CalibrateOptions {
  std::filesystem::path output;        ///< "run.oscope.h5"; the work folder is output + ".work"
  std::vector<std::string> observers;  ///< ids; empty: the default set
  std::map<std::string, ParamSet> observerParams;
  std::uint64_t seed = 0;         ///< of the sampled rows (token rows and weight rows)
  std::uint64_t memoryBytes = 0;  ///< promise on peak resident memory, 0: three quarters of what is free
  std::int64_t microBatch = 0;    ///< sequences per pass, 0: chosen from the budget
  /// Hidden states are made durable at block ends at least this far apart, and further where writing them would take
  /// more than a twentieth of the time; 0: at each.
  double durableSeconds = 30;
  bool restart = false;  ///< discard an interrupted run instead of resuming it

  /// Throws InvalidArgument with the option's name.
  void validate() const;
};

/// What a run will need; made from headers alone, before it starts.
struct CalibrateEstimate {
  std::uint64_t weightsPerBlock = 0;  ///< bytes as stored
  std::uint64_t hiddenBytes = 0;      ///< hidden states of all samples, float32
  bool spilled = false;               ///< hidden states go to disk
  bool hiddenOnDevice = false;        ///< hidden states stay in device memory
  std::uint64_t workBytes = 0;        ///< work tensors of one micro-batch
  std::uint64_t statisticsBytes = 0;  ///< accumulators of one block but for Gram matrices
  std::uint64_t gramBytes = 0;        ///< Gram matrices of one block, where they are summed up
  bool gramSpilled = false;           ///< they lie in scratch files; only the CPU can do that
  std::uint64_t peakMemory = 0, promisedMemory = 0;
  std::uint64_t sufficientMemory = 0;  ///< a promise that will do when the run starts later: a little above the peak
  std::uint64_t diskBytes = 0, freeDisk = 0;  ///< snapshot + work folder + scratch files
  std::uint64_t snapshotBytes = 0;
  std::uint64_t deviceMemory = 0, deviceBudget = 0;  ///< peak on the accelerator, and what may be used; CPU: 0
  std::int64_t microBatch = 0;
  double flops = 0;               ///< of the whole run
  std::optional<double> seconds;  ///< flops over the backend's measured GEMM rate
  Diagnostics problems;           ///< Severity::Error: the run would be refused, with the value that would fit
};

struct CalibrateReport {
  std::filesystem::path snapshot;
  std::string contentHash;
  std::int64_t tokens = 0;
  int resumedBlocks = 0;  ///< blocks taken over from an interrupted run
  double seconds = 0, tokensPerSecond = 0;
  std::uint64_t peakResident = 0;  ///< bytes, as the system measured it
  CalibrateEstimate estimate;
  Diagnostics diagnostics;
};

CalibrateEstimate estimateCalibration(const model::OpenedModel& model, const Dataset& data,
                                      const CalibrateOptions& options, compute::Backend& backend);
/// CalibrateEstimate::diskBytes of so many samples of `length` tokens, without scratch files; no tokens needed.
std::uint64_t calibrationDiskBytes(const model::ModelGraph& graph, std::int64_t samples, std::int64_t length,
                                   const CalibrateOptions& options);

/// What is known once the statistics of a block are durable.
struct BlockDone {
  int block = 0;
  bool resumed = false;  ///< taken over from an interrupted run
  struct Range {
    SiteId site;
    float range = 0;  ///< v = max |x|
  };
  std::vector<Range> ranges;
};
/// Called from the job's thread, block by block; must be quick.
using BlockSink = std::function<void(const BlockDone&)>;

/// `tokenizer` (may be null) supplies the texts of the tokens that occur. Progress::bytes counts the weights read.
CalibrateReport calibrate(const model::OpenedModel& model, const Dataset& data, const checkpoint::Tokenizer* tokenizer,
                          const CalibrateOptions& options, compute::Backend& backend, const JobContext& context,
                          const BlockSink& onBlock = {});

/// What sets a finished snapshot apart from the one that calibrate() would write with these arguments: "seed,
/// observers"; empty: nothing.
std::string differencesFrom(const stats::Provenance& found, const model::OpenedModel& model, const Dataset& data,
                            const CalibrateOptions& options);

}  // namespace oscope::calibration
