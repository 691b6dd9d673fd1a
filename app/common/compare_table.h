// The comparison of methods in words: the same table on the command line, in the window and in saved files.
#pragma once

#include <string>
#include <vector>

#include "quant/compare/compare_methods.h"

namespace oscope::app {

struct CompareTable {
  std::vector<std::string> heads;
  std::vector<std::vector<std::string>> rows;  ///< float first, then the methods; as many cells as heads
};
/// "–" where a figure has no meaning (static sites of a method that leaves activations in float).
CompareTable compareTable(const quant::CompareReport& report);

/// "tinystories-656k, 64 windows of 256 tokens, …": what the figures were measured on.
std::string compareSubject(const quant::CompareReport& report);

/// The formats that a comparison is saved in. CSV has full precision, one line per method, float first.
std::string compareCsv(const quant::CompareReport& report);
std::string compareMarkdown(const quant::CompareReport& report);
std::string compareHtml(const quant::CompareReport& report);

/// "0.42 s" below a minute, then as formatDuration.
std::string formatSeconds(double seconds);

}  // namespace oscope::app
