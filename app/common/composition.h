// Where the program is put together: the only place that knows every backend and the GPU module.
#pragma once

#include "analysis/compute/backend_registry.h"

namespace oscope::app {

/// All backends that this build can offer; the GPU one is probed when it is asked for, not here.
compute::BackendRegistry makeBackendRegistry();

}  // namespace oscope::app
