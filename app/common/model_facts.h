// What a checkpoint and a snapshot are, in words: the same on the command line and in the window.
#pragma once

#include <string>
#include <vector>

#include "analysis/model/open_model.h"
#include "analysis/stats/snapshot.h"

namespace oscope::app {

struct Fact {
  std::string name, value;
};

/// Architecture, sizes, head: what the graph alone tells.
std::vector<Fact> graphFacts(const model::ModelGraph& graph);
/// Folder and files with their dtypes.
std::vector<Fact> fileFacts(const model::OpenedModel& model);
/// What was calibrated on what, when and by which build.
std::vector<Fact> snapshotFacts(const stats::Snapshot& snapshot);

/// The sites of a run of equal blocks, one row per kind.
struct SiteFacts {
  std::string blocks;  ///< "0–7"; empty where it is that of the row before
  std::string kind, readers, shapes;
  std::int64_t channels = 0;
  std::string fold;   ///< "into norm", "no: GeLU stands between fc1 and fc2"
  std::string order;  ///< RPTQ's reordering: "R3: rows of v, inside heads", "R1: no, ..."
};
std::vector<SiteFacts> siteFacts(const model::ModelGraph& graph);

}  // namespace oscope::app
