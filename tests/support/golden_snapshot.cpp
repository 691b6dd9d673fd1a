#include "tests/support/golden_snapshot.h"

#include <set>

#include "tests/support/golden.h"

namespace oscope::test {

MadeSnapshot goldenSnapshot(const std::filesystem::path& root, const std::string& name,
                            const model::OpenedModel& model) {
  const GoldenFile golden(root / "golden" / (name + ".calibration.safetensors"));
  std::vector<stats::SiteStats> sites;
  for (const model::BlockGraph& block : model.graph.blocks) {
    for (const model::SiteDesc& desc : block.sites) {
      const std::string prefix = toString(desc.id) + ".";
      stats::SiteStats site;
      site.id = desc.id;
      site.channels = desc.channels;
      site.absmax = golden.floats(prefix + "absmax");
      site.min = golden.floats(prefix + "min");
      site.max = golden.floats(prefix + "max");
      site.mean = golden.floats(prefix + "mean");
      site.meanAbs = golden.floats(prefix + "mean_abs");
      site.rms = golden.floats(prefix + "rms");
      site.whyNoFold = desc.whyNoFold;
      if (desc.fold) {
        site.foldEdge = desc.fold->name;
        const std::set<std::int32_t> rows(desc.fold->rowOfChannel.begin(), desc.fold->rowOfChannel.end());
        if (!rows.empty() && rows.size() < desc.fold->rowOfChannel.size()) site.foldRows = desc.fold->rowOfChannel;
      }
      for (int index : desc.readers) {
        const model::LinearDesc& linear = block.linears[static_cast<std::size_t>(index)];
        stats::ReaderStats reader;
        reader.module = linear.module;
        reader.role = linear.role;
        reader.out = linear.out;
        site.readers.push_back(std::move(reader));
      }
      sites.push_back(std::move(site));
    }
  }
  const std::vector<std::int64_t> windows = golden.shape("token_windows");
  for (stats::SiteStats& site : sites) site.tokens = windows[0] * windows[1];
  MadeSnapshot snapshot(std::move(sites));
  snapshot.editProvenance().modelName = name;
  snapshot.editProvenance().modelFingerprint = model.weights->fingerprint();
  snapshot.editProvenance().samples = windows[0];
  snapshot.editProvenance().length = windows[1];
  return snapshot;
}

}  // namespace oscope::test
