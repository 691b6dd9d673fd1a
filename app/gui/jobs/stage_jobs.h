// The long stages as jobs of the window: calibrate, export, verify; and the device that they run on. What comes out
// goes into the document.
#pragma once

#include <QObject>
#include <QPointer>
#include <QString>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "app/gui/jobs/calibration_run.h"
#include "app/gui/jobs/devices.h"
#include "quant/export/export_format.h"
#include "quant/verify/verify.h"

namespace oscope::gui {

class Document;

struct ExportRequest {
  const quant::ExportFormat* format = nullptr;
  quant::ExportOptions options;
};

struct VerifyRequest {
  std::filesystem::path exported;
  calibration::DatasetOptions data;
  quant::VerifyOptions options;
};

class StageJobs : public QObject {
  Q_OBJECT

 public:
  StageJobs(Document& document, JobRunner& jobs, QObject* parent = nullptr);

  // The device, shared by all stages and kept between runs of the program.
  const std::vector<DeviceEntry>& devices() const { return m_devices; }  ///< empty until probed
  QString device() const { return m_device; }
  const DeviceEntry* deviceEntry() const;
  void setDevice(const QString& id);

  /// Why a stage can't start now ("open the checkpoint to calibrate"); empty where it can.
  QString whyNotCalibrate() const;
  QString whyNotExport() const;
  QString whyNotVerify() const;

  /// The run that is going on or went last; null before the first.
  CalibrationRun* calibration() const { return m_calibration; }
  CalibrationRun* calibrate(const CalibrationRequest& request);
  Job* exportModel(const ExportRequest& request);
  Job* verify(const VerifyRequest& request);
  Job* exportJob() const { return m_export; }  ///< the last one, null before it
  Job* verifyJob() const { return m_verify; }
  const std::optional<quant::ExportReport>& exportReport() const { return m_exportReport; }

 signals:
  void devicesChanged();
  void deviceChanged(const QString& id);
  void calibrationStarted(oscope::gui::CalibrationRun* run);
  void exportStarted();
  void exported();
  void verifyStarted();
  void verified();
  /// A line for the log.
  void noted(const QString& text);
  /// A stage failed: for the error bar of the view.
  void failed(const QString& stage, const oscope::gui::JobOutcome& outcome);

 private:
  QString whyNo(const QString& purpose, bool needsSnapshot) const;
  void watch(Job* job, const QString& stage);

  Document& m_document;
  JobRunner& m_jobs;
  std::vector<DeviceEntry> m_devices;
  QString m_device;
  CalibrationRun* m_calibration = nullptr;
  QPointer<Job> m_export, m_verify;
  std::optional<quant::ExportReport> m_exportReport;
};

}  // namespace oscope::gui
