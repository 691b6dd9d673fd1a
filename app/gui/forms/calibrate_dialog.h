// Calibrate: a form with its estimate, then the run. Closing it while it runs sends it to the background; it lives on
// in Jobs and comes back where it was.
#pragma once

#include <QDialog>

#include "app/gui/jobs/stage_jobs.h"

class QLabel;
class QPushButton;
class QStackedWidget;

namespace oscope::gui {

class CalibrateForm;
class CalibrateRunning;
class Document;

class CalibrateDialog : public QDialog {
  Q_OBJECT

 public:
  CalibrateDialog(Document& document, StageJobs& stages, JobRunner& jobs, QWidget* parent = nullptr);

  /// Brings it up: the run that is going on, else the form.
  void bringUp();
  CalibrateForm* form() const { return m_form; }
  CalibrateRunning* running() const { return m_running; }
  QPushButton* startButton() const { return m_start; }
  QPushButton* stopButton() const { return m_stop; }
  QPushButton* backgroundButton() const { return m_background; }
  bool showsRun() const;
  QString reason() const;   ///< beside the buttons: why it can't start
  QString message() const;  ///< of the last failure

 private:
  void start(const CalibrationRequest& request);
  void showRun(CalibrationRun* run);
  void showForm();
  void end(const JobOutcome& outcome);
  void refreshButtons();
  void refreshTitle();

  Document& m_document;
  StageJobs& m_stages;
  QLabel *m_subject, *m_reason, *m_failure;
  QStackedWidget* m_pages;
  CalibrateForm* m_form;
  CalibrateRunning* m_running;
  QPushButton *m_cancel, *m_start, *m_background, *m_stop;
};

}  // namespace oscope::gui
