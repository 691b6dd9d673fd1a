// Numbers as people read them: in reasons, refusals and remedies as in tables and in the window.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

namespace oscope {

/// Ranges and scales: three significant digits, thousands with comma: "0.306", "9.80", "41.3", "486", "1,180".
/// Below 0.001 and from 1e7 on: "3.20e-05". NaN: the en dash of "no value".
std::string formatRange(double value);
/// The same with as many more digits as tell `value` from each of `others` that it doesn't equal: "150.2" beside 150.
std::string formatRangeApart(double value, std::initializer_list<double> others);
/// Whole numbers in full with thousands commas: "65,536".
std::string formatCount(std::int64_t count);
/// A count with its noun: "1 site", "32 sites".
std::string formatCounted(std::int64_t count, const std::string& one, const std::string& many);
/// Decimal bytes, three digits: "46.5 MB", "1.20 GB", "512 B".
std::string formatBytes(double bytes);
/// The same, rounded up: what is to be allowed or freed.
std::string formatBytesUp(double bytes);

}  // namespace oscope
