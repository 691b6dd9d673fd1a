#include "tests/gui/support/other_model.h"

#include "analysis/calibration/calibrate.h"
#include "analysis/model/open_model.h"
#include "app/common/composition.h"
#include "tests/support/random_checkpoint.h"

namespace oscope::test {

std::filesystem::path writeOtherModel(const std::filesystem::path& folder) {
  writeRandomCheckpoint(folder / "other", {});
  const model::OpenedModel model = model::openModel(folder / "other");
  calibration::DatasetOptions data;
  data.source = calibration::DatasetOptions::Source::Random;
  data.samples = 2;
  data.length = 16;
  calibration::CalibrateOptions options;
  options.output = folder / "other.oscope.h5";
  const auto backend = app::makeBackendRegistry().create("cpu", {});
  calibration::calibrate(model, calibration::loadDataset(data, nullptr, model.graph.vocabulary), nullptr, options,
                         *backend, {});
  return options.output;
}

}  // namespace oscope::test
