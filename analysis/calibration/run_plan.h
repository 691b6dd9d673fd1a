// What a calibration will do, decided from headers alone: shared by the estimate and the run.
#pragma once

#include <vector>

#include "analysis/calibration/calibrate.h"
#include "analysis/calibration/hidden_state_store.h"
#include "analysis/calibration/site_watcher.h"

namespace oscope::calibration {

/// The chosen observers with complete parameters, in the registry's order. Unknown ids are InvalidArgument errors.
std::vector<ActiveObserver> chooseObservers(const CalibrateOptions& options);

ObservedRun observedRun(const Dataset& data, const CalibrateOptions& options);
HiddenShape hiddenShape(const model::ModelGraph& graph, const Dataset& data);

/// Channels of the widest linear's input.
std::int64_t widestInput(const model::ModelGraph& graph);
/// Host memory that a job on `device` takes whatever it works on: what is resident now, libraries, packing buffers.
std::uint64_t baseMemory(const model::ModelGraph& graph, const compute::DeviceInfo& device);

/// Seconds between two durable states of which writing one takes `cost` seconds. Those of a large run take minutes,
/// while a block on a GPU takes a second: writing them takes no more than a twentieth of the time. `least` 0: no wait
/// at all.
double durableInterval(double least, double cost);

/// Bytes of these tensors, as stored.
std::uint64_t tensorBytes(const model::OpenedModel& model, const std::vector<std::string>& names);

/// Names of the tensors that stand before the first block.
std::vector<std::string> embeddingTensors(const model::ModelGraph& graph);

}  // namespace oscope::calibration
