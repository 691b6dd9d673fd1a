// The stages as the commands show them: what `oscope run` does in one go, the single commands do one by one.
#pragma once

#include <filesystem>
#include <string>

#include "analysis/calibration/calibrate.h"
#include "analysis/calibration/dataset.h"
#include "app/cli/command.h"
#include "app/cli/options.h"
#include "quant/export/export_format.h"
#include "quant/policy/plan.h"
#include "quant/policy/what_if.h"
#include "quant/verify/verify.h"

namespace oscope::cli {

/// What a run will need, as lines for people.
std::string estimateText(const calibration::Dataset& data, const calibration::CalibrateEstimate& estimate);
/// Estimate, then calibration. Shows both.
calibration::CalibrateReport calibrateStep(const model::OpenedModel& model, const LoadedData& data,
                                           const calibration::CalibrateOptions& options, compute::Backend& backend,
                                           Session& session);

struct PlanResult {
  quant::Plan plan;
  quant::PredictionTable predictions;
};
/// Plan and predictions; shows the table.
PlanResult planStep(const stats::Snapshot& snapshot, const quant::Recipe& recipe, Session& session);

/// Checks what the format can represent, writes, and shows what runtimes make of it.
quant::ExportReport exportStep(const model::OpenedModel& model, const stats::Snapshot& snapshot,
                               const quant::Plan& plan, const quant::ExportFormat& format,
                               const quant::ExportOptions& options, compute::Backend& backend, Session& session);

/// The table of models, the table of sites and the checks, as text.
std::string verifyText(const quant::VerifyReport& report);

}  // namespace oscope::cli
