#include "tests/support/calibrated_snapshot.h"

#include "analysis/calibration/calibrate.h"
#include "analysis/calibration/observer_registry.h"
#include "analysis/compute/backend_registry.h"
#include "analysis/stats/hdf5_store.h"
#include "tests/support/golden.h"

namespace oscope::test {

stats::SnapshotPtr calibratedSnapshot(const std::filesystem::path& root, const std::string& name,
                                      const model::OpenedModel& model, const ScratchFolder& folder,
                                      const std::vector<std::string>& extra, std::int64_t rows) {
  const GoldenFile golden(root / "golden" / (name + ".calibration.safetensors"));
  const std::vector<std::int64_t> ids = golden.integers("token_windows");
  const std::vector<std::int64_t> shape = golden.shape("token_windows");
  calibration::Dataset data;
  data.samples = shape[0];
  data.length = shape[1];
  data.ids.assign(ids.begin(), ids.end());
  data.source = "tokens";
  calibration::CalibrateOptions options;
  options.output = folder / (name + ".oscope.h5");
  options.observers = calibration::defaultObservers();
  options.observers.insert(options.observers.end(), extra.begin(), extra.end());
  if (rows > 0) {
    ParamSet params(calibration::findObserver("rows").params());
    params.setFromText(calibration::findObserver("rows").params(), stats::kCountParam, std::to_string(rows), "rows");
    options.observerParams["rows"] = params;
  }
  options.memoryBytes = std::uint64_t{2} << 30;
  const auto backend = compute::cpuBackendFactory().create("cpu", {});
  calibration::calibrate(model, data, nullptr, options, *backend, {});
  return stats::openSnapshot(options.output);
}

}  // namespace oscope::test
