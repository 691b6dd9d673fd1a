// Whether two backends found the same statistics.
#pragma once

#include "analysis/compute/reductions.h"

namespace oscope::compute::test {

/// Everything but gram, bit for bit.
void expectSame(const SiteReductions& a, const SiteReductions& b);

}  // namespace oscope::compute::test
