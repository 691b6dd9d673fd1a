// Calibrate, export and verify as the frame offers them: menu Run, buttons of the top bar, device chooser, dialog.
#pragma once

#include <QObject>

#include "app/gui/jobs/stage_jobs.h"

class QAction;
class QMenu;

namespace oscope::gui {

class CalibrateDialog;
class Document;
class JobsDock;
class TopBar;
class ViewContext;

class RunActions : public QObject {
  Q_OBJECT

 public:
  RunActions(Document& document, ViewContext& context, StageJobs& stages, JobRunner& jobs, QWidget* window);
  void fillMenu(QMenu* menu);
  void fillTopBar(TopBar* bar);
  /// Opens the dialog, or brings it back from the background.
  void calibrate();
  /// The place where a job of the list is at home: dialog or view.
  void showJob(Job* job);
  CalibrateDialog* dialog();  ///< made on first use
  QAction* calibrateAction() const { return m_calibrate; }
  QAction* exportAction() const { return m_export; }
  QAction* verifyAction() const { return m_verify; }

 private:
  void refresh();
  void refreshDevice();

  Document& m_document;
  ViewContext& m_context;
  StageJobs& m_stages;
  JobRunner& m_jobs;
  QWidget* m_window;
  TopBar* m_bar = nullptr;
  QMenu* m_devices = nullptr;
  QAction *m_calibrate, *m_export, *m_verify, *m_stop;
  CalibrateDialog* m_dialog = nullptr;
};

}  // namespace oscope::gui
