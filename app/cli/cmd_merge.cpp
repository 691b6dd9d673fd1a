// oscope merge: snapshots of disjoint sample shards become the snapshot of the union.
#include <fmt/format.h>

#include "analysis/stats/hdf5_store.h"
#include "app/cli/command.h"

namespace oscope::cli {

Command addMerge(CLI::App& root) {
  struct Options {
    std::vector<std::filesystem::path> shards;
    std::filesystem::path output;
  };
  CLI::App* app = root.add_subcommand(
      "merge", "Merge snapshots of disjoint sample shards of one data set; equals the snapshot of the union");
  const auto options = std::make_shared<Options>();
  app->add_option("shards", options->shards, "Snapshots made with --first-sample")->required()->type_name("SNAPSHOT");
  app->add_option("-o,--output", options->output, "Snapshot to write")->required();
  return {app, [options](Session& session) {
            const std::string hash = stats::mergeSnapshots(options->shards, options->output, session.context());
            session.print(fmt::format("{}\ncontent   {}\n", options->output.string(), hash));
            session.emit({{"snapshot", options->output.string()}, {"content_hash", hash}});
            return ExitStatus::Ok;
          }};
}

}  // namespace oscope::cli
