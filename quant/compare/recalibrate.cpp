#include "quant/compare/recalibrate.h"

#include <algorithm>

#include "analysis/base/atomic_file.h"
#include "analysis/base/error.h"
#include "analysis/calibration/calibrate.h"
#include "analysis/calibration/observer_registry.h"
#include "analysis/stats/hdf5_store.h"
#include "quant/methods/method_registry.h"

namespace oscope::quant {
namespace {

calibration::Dataset tokensOf(const stats::Snapshot& snapshot) {
  const stats::Provenance& provenance = snapshot.provenance();
  calibration::Dataset data;
  data.samples = provenance.samples;
  data.length = provenance.length;
  data.firstSample = provenance.firstSample;
  data.ids = snapshot.tokenIds();
  data.source = provenance.dataSource;
  data.fileName = provenance.dataFile;
  data.bosAtStart = provenance.bosAtStart;
  return data;
}

/// The calibration that made `snapshot`, with the observers that `recipes` need beside its own.
calibration::CalibrateOptions optionsOf(const stats::Snapshot& snapshot, const std::vector<NamedRecipe>& recipes) {
  const stats::Provenance& provenance = snapshot.provenance();
  calibration::CalibrateOptions options;
  options.seed = provenance.seed;
  options.observers = observersFor(recipes);
  for (const std::string& id : provenance.observers) {
    if (std::find(options.observers.begin(), options.observers.end(), id) == options.observers.end()) {
      options.observers.push_back(id);
    }
  }
  for (const auto& item : provenance.observerParams.items()) {
    options.observerParams[item.key()] = ParamSet::fromJson(calibration::findObserver(item.key()).params(),
                                                            item.value(), "the snapshot's observer parameters");
  }
  return options;
}

}  // namespace

bool hasObserversFor(const stats::Snapshot& snapshot, const std::vector<NamedRecipe>& recipes) {
  const std::vector<std::string>& ran = snapshot.provenance().observers;
  return std::all_of(recipes.begin(), recipes.end(), [&](const NamedRecipe& named) {
    const std::vector<std::string> needed = observersOf(named.recipe);
    return std::all_of(needed.begin(), needed.end(),
                       [&](const std::string& id) { return std::find(ran.begin(), ran.end(), id) != ran.end(); });
  });
}

CompareReport compareOnTokensOf(const CompareInput& input, const CompareOptions& options, compute::Backend& backend,
                                const JobContext& context) {
  if (hasObserversFor(input.snapshot, input.recipes)) return compareMethods(input, options, backend, context);
  requireSameModel(input.snapshot.provenance().modelFingerprint, input.model.weights->fingerprint(), "snapshot");
  const AtomicFolder scratch(std::filesystem::temp_directory_path() / "oscope-compare", false);  // never committed
  calibration::CalibrateOptions again = optionsOf(input.snapshot, input.recipes);
  again.output = scratch.path() / "run.oscope.h5";
  again.memoryBytes = options.memoryBytes;
  calibration::calibrate(input.model, tokensOf(input.snapshot), nullptr, again, backend, context);
  const stats::SnapshotPtr snapshot = stats::openSnapshot(again.output);
  std::vector<NamedRecipe> recipes = input.recipes;
  for (NamedRecipe& named : recipes) {
    if (named.recipe.snapshotHash == input.snapshot.contentHash()) named.recipe.snapshotHash = snapshot->contentHash();
  }
  return compareMethods({input.model, *snapshot, recipes, input.data}, options, backend, context);
}

}  // namespace oscope::quant
