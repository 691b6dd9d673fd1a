#include "app/gui/jobs/stage_jobs.h"

#include <QSettings>

#include "analysis/base/process_memory.h"
#include "analysis/stats/hdf5_store.h"
#include "app/common/number_format.h"
#include "app/gui/document.h"
#include "app/gui/jobs/load_workspace.h"

namespace oscope::gui {
namespace {

const QString kDeviceKey = QStringLiteral("device");

/// Everything that a finished calibration hands over; the file is opened off the GUI thread.
struct Calibrated {
  calibration::CalibrateReport report;
  stats::SnapshotPtr snapshot;
  std::shared_ptr<const quant::Plan> plan;
};

struct Verified {
  quant::VerifyReport report;
  std::filesystem::path file;  ///< empty: could not be written
};

std::uint64_t storedBytes(const model::OpenedModel& model) {
  std::uint64_t bytes = 0;
  for (const checkpoint::TensorEntry& entry : model.weights->entries()) bytes += entry.end - entry.begin;
  return bytes;
}

/// Beside the export, not in it: its files are as they were checked.
std::filesystem::path reportFileOf(const std::filesystem::path& exported) {
  std::filesystem::path folder = std::filesystem::absolute(exported).lexically_normal();
  if (folder.filename().empty()) folder = folder.parent_path();
  return folder.string() + ".verify.json";
}

}  // namespace

StageJobs::StageJobs(Document& document, JobRunner& jobs, QObject* parent)
    : QObject(parent), m_document(document), m_jobs(jobs), m_device(QSettings().value(kDeviceKey).toString()) {
  m_jobs.start<std::vector<DeviceEntry>>(
      {}, [](const JobContext&) { return probeDevices(); },
      [this](std::vector<DeviceEntry> devices) {
        m_devices = std::move(devices);
        const DeviceEntry* chosen = deviceEntry();
        if (chosen == nullptr || !chosen->available()) m_device = m_devices.front().id;
        emit devicesChanged();
        emit deviceChanged(m_device);
      });
}

const DeviceEntry* StageJobs::deviceEntry() const {
  for (const DeviceEntry& entry : m_devices) {
    if (entry.id == m_device) return &entry;
  }
  return nullptr;
}

void StageJobs::setDevice(const QString& id) {
  if (id == m_device) return;
  m_device = id;
  QSettings().setValue(kDeviceKey, id);
  emit deviceChanged(id);
}

QString StageJobs::whyNo(const QString& purpose, bool needsSnapshot) const {
  if (m_document.model() == nullptr) return tr("open the checkpoint to %1").arg(purpose);
  if (needsSnapshot && m_document.snapshot() == nullptr) return tr("calibrate the model to %1").arg(purpose);
  return {};
}

QString StageJobs::whyNotCalibrate() const {
  if (m_calibration != nullptr && m_calibration->running()) return tr("a calibration is running");
  return whyNo(tr("calibrate"), false);
}

QString StageJobs::whyNotExport() const {
  if (m_export != nullptr && m_export->running()) return tr("an export is running");
  return whyNo(tr("export"), true);
}

QString StageJobs::whyNotVerify() const {
  if (m_verify != nullptr && m_verify->running()) return tr("a verification is running");
  return whyNo(tr("verify"), false);
}

void StageJobs::watch(Job* job, const QString& stage) {
  connect(job, &Job::finished, this, [this, stage](const JobOutcome& outcome) {
    if (outcome.state == JobOutcome::State::Failed) emit failed(stage, outcome);
  });
}

CalibrationRun* StageJobs::calibrate(const CalibrationRequest& request) {
  const auto model = m_document.model();
  if (model == nullptr || !whyNotCalibrate().isEmpty()) return m_calibration;
  if (m_calibration != nullptr) m_calibration->deleteLater();
  auto* run = new CalibrationRun(request, model->graph, storedBytes(*model), this);
  m_calibration = run;
  run->setPromised(request.options.memoryBytes > 0 ? request.options.memoryBytes
                                                   : residentMemory() + availableMemory() / 4 * 3);
  JobRunner* runner = &m_jobs;
  Job* job = m_jobs.start<Calibrated>(
      tr("Calibration"),
      [model, request, run, runner, recipe = m_document.recipe()](const JobContext& context) {
        // Queued to the runner: it outlives every worker, and drops what is pending when it goes.
        const auto onBlock = [run, runner](const calibration::BlockDone& done) {
          QMetaObject::invokeMethod(
              runner, [run, done] { run->addBlock(done); }, Qt::QueuedConnection);
        };
        const auto data = calibration::loadData(request.data, model->folder, model->graph.vocabulary);
        const auto backend = openDevice(request.device, request.backend);
        Calibrated result;
        result.report = calibration::calibrate(*model, data.dataset, data.tokenizer.get(), request.options, *backend,
                                               context, onBlock);
        for (const Diagnostic& found : result.report.diagnostics) context.report(found);
        result.snapshot = stats::openSnapshot(request.options.output);
        result.plan = planOrNull(*result.snapshot, recipe);
        return result;
      },
      [this, run, model, request](Calibrated result) {
        const auto& report = result.report;
        run->note(tr("%1 tokens in %2, %3 tokens/s, content %4")
                      .arg(QString::fromStdString(app::formatCount(report.tokens)),
                           QString::fromStdString(app::formatDuration(report.seconds)),
                           QString::fromStdString(app::formatCount(std::llround(report.tokensPerSecond))),
                           QString::fromStdString(report.contentHash.substr(0, 8))));
        emit noted(tr("snapshot %1 written").arg(QString::fromStdString(request.options.output.string())));
        // Another model may have been opened meanwhile: then the snapshot waits on disk.
        if (m_document.model() == model) {
          m_document.setSnapshot(std::move(result.snapshot), QString::fromStdString(request.options.output.string()),
                                 std::move(result.plan));
        }
      });
  run->attach(job);
  watch(job, QStringLiteral("calibrate"));
  emit calibrationStarted(run);
  return run;
}

Job* StageJobs::exportModel(const ExportRequest& request) {
  const auto model = m_document.model();
  const auto snapshot = m_document.snapshot();
  const auto plan = m_document.plan();
  if (plan == nullptr || !whyNotExport().isEmpty()) return nullptr;
  m_exportReport.reset();
  m_export = m_jobs.start<quant::ExportReport>(
      tr("Export"),
      [=, device = m_device](const JobContext& context) {
        const auto backend = openDevice(device.isEmpty() ? QStringLiteral("cpu") : device);
        return request.format->write({*model, *snapshot, *plan}, request.options, *backend, context);
      },
      [this](quant::ExportReport report) {
        m_document.setExported(QString::fromStdString(report.output.string()));
        emit noted(tr("exported to %1, %2")
                       .arg(QString::fromStdString(report.output.string()),
                            QString::fromStdString(app::formatBytes(static_cast<double>(report.bytes)))));
        m_exportReport = std::move(report);
        emit exported();
      });
  watch(m_export, QStringLiteral("export"));
  emit exportStarted();
  return m_export;
}

Job* StageJobs::verify(const VerifyRequest& request) {
  const auto model = m_document.model();
  if (!whyNotVerify().isEmpty()) return nullptr;
  m_verify = m_jobs.start<Verified>(
      tr("Verification"),
      [model, request, device = m_device](const JobContext& context) {
        const auto data = calibration::loadData(request.data, model->folder, model->graph.vocabulary);
        const auto backend = openDevice(device.isEmpty() ? QStringLiteral("cpu") : device);
        Verified result;
        result.report = quant::verifyExport(*model, request.exported, data.dataset, request.options, *backend, context);
        result.file = reportFileOf(request.exported);
        try {
          writeJsonFile(result.file, quant::toJson(result.report));
        } catch (const Error& error) {
          context.report({Severity::Warning, "verify.report", error.where(),
                          "the report could not be kept: " + error.text(), "save it as HTML or JSON elsewhere"});
          result.file.clear();
        }
        return result;
      },
      [this, request](Verified result) {
        emit noted(result.report.passed() ? tr("verified: passed") : tr("verified: failed"));
        m_document.setExported(QString::fromStdString(request.exported.string()));
        m_document.setReport(std::move(result.report), QString::fromStdString(result.file.string()));
        emit verified();
      });
  watch(m_verify, QStringLiteral("verify"));
  emit verifyStarted();
  return m_verify;
}

}  // namespace oscope::gui
