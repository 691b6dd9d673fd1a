// The explicit list of observers.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/calibration/observer.h"

namespace oscope::calibration {

/// All observers, in the order in which snapshots list them.
const std::vector<std::unique_ptr<Observer>>& observers();

/// Ids of those that run when nothing else is asked for: all but the costly ones.
std::vector<std::string> defaultObservers();

/// An unknown id is an InvalidArgument error that lists the known ones.
const Observer& findObserver(std::string_view id);

}  // namespace oscope::calibration
