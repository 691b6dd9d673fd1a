// Stage 6: writes a quantized model in one format. One file per format and one line in export_registry.cpp.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "analysis/base/diagnostic.h"
#include "analysis/base/job_context.h"
#include "analysis/base/param_schema.h"
#include "analysis/compute/backend.h"
#include "analysis/model/open_model.h"
#include "analysis/stats/snapshot.h"
#include "quant/policy/plan.h"

namespace oscope::quant {

struct ExportInput {
  const model::OpenedModel& model;
  const stats::Snapshot& snapshot;
  const Plan& plan;
};

struct ExportOptions {
  std::filesystem::path output;  ///< folder; appears complete or not at all
  bool replace = false;          ///< allow an earlier export to be replaced, and nothing else (export_room.h)
  std::uint64_t shardBytes = std::uint64_t{5} << 30;
  ParamSet params;  ///< of the format's schema
};

struct ExportReport {
  std::filesystem::path output;
  std::uint64_t bytes = 0, sourceBytes = 0;
  std::int64_t linearsQuantized = 0, linearsFloat = 0;
  double seconds = 0;
  Diagnostics diagnostics;
};

/// What a runtime really does with one kind of exported layer (formats.md section 3).
struct RuntimeTruth {
  std::string runtime;   ///< "transformers + compressed-tensors", "vLLM"
  std::string layers;    ///< which layers of this plan, with count
  std::string executes;  ///< what it runs, in words
  bool exact = false;    ///< runs what was chosen
};

class ExportFormat {
 public:
  virtual ~ExportFormat() = default;
  virtual std::string id() const = 0;
  virtual std::string title() const = 0;
  virtual ParamSchema params() const { return {}; }
  /// What this format can't represent of the plan: Severity::Error refuses the job, Warning changes it.
  virtual Diagnostics check(const model::ModelGraph& graph, const Plan& plan, const ParamSet& params) const = 0;
  virtual std::vector<RuntimeTruth> runtimes(const model::ModelGraph& graph, const Plan& plan,
                                             const ParamSet& params) const = 0;
  /// Bytes of the files that write() will make, to about a per cent. Nothing is read but headers.
  virtual std::uint64_t predictedBytes(const ExportInput& input, const ParamSet& params) const = 0;
  /// `backend` quantizes; the files are the same whichever it is.
  virtual ExportReport write(const ExportInput& input, const ExportOptions& options, compute::Backend& backend,
                             const JobContext& context) const = 0;
};

}  // namespace oscope::quant
