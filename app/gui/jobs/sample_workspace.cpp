#include "app/gui/jobs/sample_workspace.h"

#include <QCoreApplication>

#include "analysis/base/error.h"
#include "analysis/calibration/calibrate.h"
#include "analysis/checkpoint/tokenizer.h"
#include "analysis/model/open_model.h"
#include "analysis/stats/hdf5_store.h"
#include "app/common/composition.h"
#include "quant/pipeline/workspace.h"

namespace oscope::gui {
namespace {

namespace fs = std::filesystem;

// The calibration that the sample's README describes.
constexpr std::int64_t kSamples = 32, kLength = 128;

/// Whether a workspace of this model and snapshot lies there already.
bool isWorkspaceOf(const quant::Workspace& wanted, const fs::path& path) {
  try {
    const quant::Workspace there = quant::loadWorkspace(path);
    return there.model == wanted.model && there.snapshot == fs::absolute(wanted.snapshot).lexically_normal();
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

fs::path sampleFolder() {
  const fs::path program = QCoreApplication::applicationDirPath().toStdString();
  const fs::path places[] = {program / ".." / "share" / "outlierscope" / "sample", fs::path(OSCOPE_SOURCE_SAMPLE)};
  for (const fs::path& place : places) {
    if (fs::exists(place / "model" / "config.json")) return fs::weakly_canonical(place);
  }
  throw Error(ErrorCode::FileNotFound, places[0].string(), "the bundled sample is not installed",
              "install the package's data files, or open a model folder");
}

fs::path makeSampleWorkspace(const fs::path& folder, const JobContext& context) {
  const fs::path sample = sampleFolder();
  const model::OpenedModel model = model::openModel(sample / "model");
  quant::Workspace workspace;
  workspace.model = sample / "model";
  workspace.snapshot = folder / "sample.oscope.h5";
  fs::create_directories(folder);
  // An older program's calibration of another sample is made anew.
  bool fits = false;
  if (fs::exists(workspace.snapshot)) {
    try {
      fits = stats::openSnapshot(workspace.snapshot)->provenance().modelFingerprint == model.weights->fingerprint();
    } catch (const Error&) {
      fits = false;
    }
  }
  if (!fits) {
    const auto tokenizer = checkpoint::loadTokenizer(workspace.model);
    calibration::DatasetOptions data;
    data.source = calibration::DatasetOptions::Source::Text;
    data.file = sample / "calib.txt";
    data.samples = kSamples;
    data.length = kLength;
    calibration::CalibrateOptions options;
    options.output = workspace.snapshot;
    options.restart = true;
    fs::remove(workspace.snapshot);
    const auto backend = app::makeBackendRegistry().create("cpu", {});
    calibration::calibrate(model, calibration::loadDataset(data, tokenizer.get(), model.graph.vocabulary),
                           tokenizer.get(), options, *backend, context);
  }
  fs::path path = folder / "sample.oscope";
  if (!isWorkspaceOf(workspace, path)) saveWorkspace(workspace, path);  // what was saved there is the user's
  return path;
}

}  // namespace oscope::gui
