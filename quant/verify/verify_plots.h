// The plots of a verification as SVG text, for the report's page. Colours are the page's CSS classes.
#pragma once

#include <string>

#include "quant/verify/verify.h"

namespace oscope::quant {

/// Style rules of the classes that the plots use, light and dark.
std::string plotStyle();
/// Measured against predicted output SQNR, a mark per site, with the line of equality and a band of ±2 dB. Empty where
/// no site has both figures.
std::string agreementPlot(const VerifyReport& report);
/// Measured output SQNR of every site over depth, a row of bars per site kind, the prediction as a tick. Empty without
/// sites.
std::string sitePlot(const VerifyReport& report);

}  // namespace oscope::quant
