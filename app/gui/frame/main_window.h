// The window: top bar, rail, docks around the centre. It wires parts together and computes nothing.
#pragma once

#include <QMainWindow>
#include <QTimer>

#include "app/gui/document.h"
#include "app/gui/jobs/job_runner.h"
#include "app/gui/jobs/stage_jobs.h"
#include "app/gui/view_context.h"

class QLabel;
class QStackedWidget;

namespace oscope::gui {

class InspectorDock;
class JobsDock;
class Rail;
class RunActions;
class SitesDock;
class StartPage;
class TopBar;
class ViewFrame;

class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  explicit MainWindow(QWidget* parent = nullptr);
  ~MainWindow() override;

  void open(const QString& path) { m_document.open(path); }
  Document& document() { return m_document; }
  ViewContext& context() { return m_context; }
  JobRunner& jobs() { return m_jobs; }
  StageJobs& stages() { return m_stages; }
  RunActions* run() const { return m_run; }
  ViewFrame* frame() const { return m_frame; }
  SitesDock* sites() const { return m_sites; }
  InspectorDock* inspector() const { return m_inspector; }

 protected:
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void makeMenus();
  void connectAll();
  void showView(const QString& id);
  void refreshState();
  void refreshStatus();
  void chooseFolder();
  void chooseFile(const QString& title, const QString& filter);
  void saveWorkspace(bool as);
  void saveRecipe();
  void autosave();
  void openSample();
  void addRecent(const QString& path);
  void setDocksVisible(bool visible);

  JobRunner m_jobs;
  ViewContext m_context;
  Document m_document;
  StageJobs m_stages;
  RunActions* m_run;
  TopBar* m_top;
  Rail* m_rail;
  QStackedWidget* m_centre;
  StartPage* m_start;
  ViewFrame* m_frame;
  SitesDock* m_sites;
  InspectorDock* m_inspector;
  JobsDock* m_jobsDock;
  QDockWidget *m_left, *m_right, *m_bottom;
  QLabel *m_statusLeft, *m_statusRight;
  QTimer m_autosave;
  QString m_opening;
};

}  // namespace oscope::gui
