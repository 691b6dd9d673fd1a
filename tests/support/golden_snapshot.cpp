#include "tests/support/golden_snapshot.h"

#include "tests/support/golden.h"

namespace oscope::test {

MadeSnapshot goldenSnapshot(const std::filesystem::path& root, const std::string& name,
                            const model::OpenedModel& model) {
  const GoldenFile golden(root / "golden" / (name + ".calibration.safetensors"));
  std::vector<stats::SiteStats> sites = sitesOfGraph(model.graph);
  for (stats::SiteStats& site : sites) {
    const std::string prefix = toString(site.id) + ".";
    site.absmax = golden.floats(prefix + "absmax");
    site.min = golden.floats(prefix + "min");
    site.max = golden.floats(prefix + "max");
    site.mean = golden.floats(prefix + "mean");
    site.meanAbs = golden.floats(prefix + "mean_abs");
    site.rms = golden.floats(prefix + "rms");
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
