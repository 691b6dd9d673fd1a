// The calibrate dialog before the start: what to run on what, checked while it is typed.
#pragma once

#include <QTimer>
#include <QWidget>

#include "analysis/calibration/interrupted_run.h"
#include "analysis/calibration/preflight.h"
#include "app/gui/jobs/stage_jobs.h"

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QPushButton;

namespace oscope::gui {

class CalibrateAdvanced;
class Document;
class EstimatePanel;
class FormField;
class PathField;
class SourceForm;

class CalibrateForm : public QWidget {
  Q_OBJECT

 public:
  CalibrateForm(Document& document, StageJobs& stages, JobRunner& jobs, QWidget* parent = nullptr);

  /// A name beside the workspace or the checkpoint where a file may be written.
  void suggestOutput();
  CalibrationRequest request() const;
  /// Why it can't start; empty where it can.
  const QString& whyNot() const { return m_whyNot; }

  SourceForm* source() const { return m_source; }
  PathField* output() const { return m_output; }
  QDoubleSpinBox* memory() const { return m_memory; }
  FormField* memoryField() const { return m_memoryField; }
  CalibrateAdvanced* advanced() const { return m_advanced; }
  EstimatePanel* estimate() const { return m_estimate; }
  QPushButton* resumeButton() const { return m_resume; }
  const std::optional<calibration::InterruptedRun>& interrupted() const { return m_interrupted; }

 public slots:
  /// Checks again soon; typing goes on meanwhile.
  void check();

 signals:
  void whyNotChanged(const QString& reason);
  void resumeRequested(const oscope::gui::CalibrationRequest& request);

 private:
  void runPreflight();
  void showPreflight(const calibration::Preflight& preflight);
  void refreshDevices();
  void refreshInterrupted();
  void setWhyNot(const QString& reason);

  Document& m_document;
  StageJobs& m_stages;
  JobRunner& m_jobs;
  QWidget* m_banner;
  QLabel* m_bannerText;
  QPushButton *m_resume, *m_discard;
  SourceForm* m_source;
  QComboBox* m_device;
  QDoubleSpinBox* m_memory;
  FormField *m_deviceField, *m_memoryField;
  PathField* m_output;
  CalibrateAdvanced* m_advanced;
  EstimatePanel* m_estimate;
  QTimer m_typing;
  QString m_whyNot;
  std::optional<calibration::InterruptedRun> m_interrupted;
  std::uint64_t m_fittingMemory = 0;
};

}  // namespace oscope::gui
