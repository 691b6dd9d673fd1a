// The architectures that exist, one function per file of this folder.
#pragma once

#include "analysis/model/arch_spec.h"

namespace oscope::model {

ArchSpec llamaSpec();
ArchSpec bloomSpec();

}  // namespace oscope::model
