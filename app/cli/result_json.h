// Reports of the stages as JSON, for --json and report files. (Verify reports bring their own toJson.)
#pragma once

#include "analysis/base/diagnostic.h"
#include "analysis/base/json.h"
#include "analysis/calibration/calibrate.h"
#include "quant/export/export_format.h"
#include "quant/policy/plan.h"
#include "quant/policy/what_if.h"

namespace oscope::cli {

Json toJson(const Diagnostics& diagnostics);
Json toJson(const calibration::CalibrateEstimate& estimate);
Json toJson(const calibration::CalibrateReport& report);
/// Per site: ranges, policy, reason, scale, and the predicted SQNR of every policy where `predictions` is given.
Json toJson(const quant::Plan& plan, const quant::PredictionTable* predictions);
Json toJson(const quant::ExportReport& report);

}  // namespace oscope::cli
