// Runs of calibrate_child that are killed.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace oscope::test {

struct ChildResult {
  bool killed = false;
  int status = 0;                  ///< exit status, where it was not killed
  std::vector<std::string> words;  ///< what it printed
};

/// Runs the child and kills it with SIGKILL after `seconds` (negative: never).
ChildResult runChild(const std::vector<std::string>& arguments, double seconds);

/// Kills a calibration of `model` `kills` times at random moments, resuming it each time, and expects the content hash
/// of an undisturbed run in the end. `durableSeconds` as in CalibrateOptions.
void expectSameHashAfterKills(const std::filesystem::path& folder, int kills, double durableSeconds, unsigned seed);

}  // namespace oscope::test
