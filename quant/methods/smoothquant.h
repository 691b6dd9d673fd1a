// SmoothQuant (arXiv 2211.10438).
#pragma once

#include <memory>

#include "quant/methods/method.h"

namespace oscope::quant {

/// s_j = max(m_j^alpha / w_j^(1 - alpha), 1e-5), w_j = max(1e-5, max |W_nj| over all readers); float64, rounded once.
/// A dead channel gets 1.
std::vector<float> smoothScale(const stats::SiteStats& site, double alpha);

std::unique_ptr<QuantMethod> makeSmoothQuant();

}  // namespace oscope::quant
