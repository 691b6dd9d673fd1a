// The window: top bar, rail, docks around the centre. It wires parts together and computes nothing.
#pragma once

#include <QMainWindow>
#include <QTimer>

#include "app/gui/document.h"
#include "app/gui/frame/session_state.h"
#include "app/gui/jobs/job_runner.h"
#include "app/gui/jobs/stage_jobs.h"
#include "app/gui/view_context.h"

class QLabel;
class QMenu;
class QStackedWidget;

namespace oscope::gui {

class Docks;
class DropZone;
class FactsDialog;
class FocusRing;
class HelpWindow;
class InspectorDock;
class JobsDock;
class Rail;
class RecoveryBanner;
class RunActions;
class SitesDock;
class StartPage;
class TopBar;
class ViewFrame;
struct ErrorBarText;

class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  explicit MainWindow(QWidget* parent = nullptr);
  ~MainWindow() override;

  /// One after the other: a model folder, its snapshot and a recipe make one workspace.
  void open(const QStringList& paths);
  void open(const QString& path) { open(QStringList{path}); }
  Document& document() { return m_document; }
  ViewContext& context() { return m_context; }
  JobRunner& jobs() { return m_jobs; }
  StageJobs& stages() { return m_stages; }
  RunActions* run() const { return m_run; }
  ViewFrame* frame() const { return m_frame; }
  StartPage* startPage() const { return m_start; }
  Docks* docks() const { return m_docks; }
  SitesDock* sites() const { return m_sites; }
  InspectorDock* inspector() const { return m_inspector; }
  HelpWindow* help() const { return m_help; }
  RecoveryBanner* recoveryBanner() const { return m_recovery; }
  /// At the top of the view, or of the start page where nothing is open.
  void showError(const ErrorBarText& error);
  /// On a job; `saved` is called when the file is complete.
  void saveWorkspaceTo(const QString& path, std::function<void()> saved = {});
  void saveRecipeTo(const QString& path);

 protected:
  bool event(QEvent* event) override;
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dragLeaveEvent(QDragLeaveEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  // main_menus.cpp
  void makeMenus();
  void makeFileMenu(QMenu* menu);
  void makeEditMenu(QMenu* menu);
  void makeViewMenu(QMenu* menu);
  void makeHelpMenu(QMenu* menu);
  QAction* addTo(QMenu* menu, const QString& title, const QKeySequence& keys, std::function<void()> act);
  void chooseFolder();
  void chooseFile(const QString& title, const QString& filter);
  void locate(const QString& path);
  void saveWorkspace(bool as, std::function<void()> saved = {});
  void openSample();
  void showHelp();

  // model_menu.cpp
  void makeModelMenu(QMenu* menu);
  void makeRecipeMenu(QMenu* menu);
  void showFacts();
  void editRecipe();
  void saveRecipe();
  /// `action` is had while `whyNot` says nothing.
  void addCondition(QAction* action, std::function<QString()> whyNot);
  void refreshMenus();

  // main_window_save.cpp
  enum class Changes { Lose, Save, Keep };
  /// Lose where there are none.
  Changes askAboutChanges();
  /// Calls `go` when nothing is lost by it (any more), or never.
  void afterChanges(std::function<void()> go);
  /// On a job: `done` is called when the copy is on disk.
  void autosave(std::function<void()> done = {});

  // main_window.cpp
  void connectAll();
  void connectDocument();
  void showView(const QString& id);
  void refreshState();
  void refreshStatus();
  void refreshRecent();
  void refreshRecovery();
  void enterWorkspace();
  void openNext();
  void setDragged(const QString& path);

  JobRunner m_jobs;
  ViewContext m_context;
  Document m_document;
  StageJobs m_stages;
  SessionState m_session;
  RunActions* m_run;
  TopBar* m_top;
  Rail* m_rail;
  QStackedWidget* m_centre;
  StartPage* m_start;
  ViewFrame* m_frame;
  DropZone* m_dropOverlay;
  RecoveryBanner* m_recovery;
  Docks* m_docks = nullptr;
  SitesDock* m_sites;
  InspectorDock* m_inspector;
  JobsDock* m_jobsDock;
  HelpWindow* m_help;
  FocusRing* m_focusRing;
  QLabel *m_statusLeft, *m_statusRight;
  FactsDialog* m_facts = nullptr;  ///< made on first use
  QAction* m_openModel = nullptr;
  std::vector<std::pair<QAction*, std::function<QString()>>> m_conditions;
  inline static const QString kSplittersKey = QStringLiteral("window/splitters");  // of the settings
  QTimer m_autosave;
  QStringList m_waiting;  ///< paths that are opened after the one that is being opened
  QString m_autosaved;    ///< "Autosaved 10:42"
};

}  // namespace oscope::gui
