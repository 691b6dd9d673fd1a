// The menus of MainWindow, and the file dialogs behind them.
#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenuBar>
#include <QMessageBox>
#include <QSettings>
#include <QStandardPaths>

#include "app/gui/forms/start_page.h"
#include "app/gui/frame/docks.h"
#include "app/gui/frame/error_bar.h"
#include "app/gui/frame/help_window.h"
#include "app/gui/frame/main_window.h"
#include "app/gui/frame/mnemonics.h"
#include "app/gui/frame/panes.h"
#include "app/gui/frame/rail.h"
#include "app/gui/frame/run_actions.h"
#include "app/gui/frame/site_steps.h"
#include "app/gui/frame/sites_dock.h"
#include "app/gui/frame/top_bar.h"
#include "app/gui/frame/view_frame.h"
#include "app/gui/jobs/sample_workspace.h"
#include "app/gui/theme.h"

namespace oscope::gui {

QAction* MainWindow::addTo(QMenu* menu, const QString& title, const QKeySequence& keys, std::function<void()> act) {
  QAction* action = menu->addAction(title);
  action->setShortcut(keys);
  connect(action, &QAction::triggered, this, [act = std::move(act)] { act(); });
  return action;
}

void MainWindow::makeMenus() {
  QMenuBar* bar = m_top->menus();
  makeFileMenu(bar->addMenu(tr("&File")));
  makeEditMenu(bar->addMenu(tr("&Edit")));
  makeViewMenu(bar->addMenu(tr("&View")));
  makeModelMenu(bar->addMenu(tr("&Model")));
  makeRecipeMenu(bar->addMenu(tr("&Recipe")));
  m_run->fillMenu(bar->addMenu(tr("R&un")));
  makeHelpMenu(bar->addMenu(tr("&Help")));
  for (QAction* entry : bar->actions()) {
    entry->menu()->setToolTipsVisible(true);  // why an entry can't be had
    keepMnemonics(entry->menu());
  }
  for (auto changed : {&Document::modelChanged, &Document::snapshotChanged, &Document::recipeChanged,
                       &Document::titleChanged, &Document::replaced}) {
    connect(&m_document, changed, this, &MainWindow::refreshMenus);
  }
  connect(&m_context, &ViewContext::selectionChanged, this, &MainWindow::refreshMenus);
  connect(&m_context, &ViewContext::viewChanged, this, &MainWindow::refreshMenus);
  refreshMenus();
}

void MainWindow::makeFileMenu(QMenu* menu) {
  const auto noWorkspace = [this] { return m_document.isEmpty() ? tr("nothing is open") : QString(); };
  m_openModel = addTo(menu, tr("Open model folder…"), QKeySequence::Open, [this] { chooseFolder(); });
  addTo(menu, tr("Open snapshot or workspace…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O),
        [this] { chooseFile(tr("Open snapshot or workspace"), tr("Snapshots and workspaces (*.h5 *.oscope)")); });
  QMenu* recent = menu->addMenu(tr("Open recent"));
  connect(recent, &QMenu::aboutToShow, this, [this, recent] {
    recent->clear();
    for (const RecentFile& file : recentFiles()) {
      QAction* action = recent->addAction(QStringLiteral("%1   %2").arg(file.title, file.path));
      action->setEnabled(QFileInfo::exists(file.path));
      connect(action, &QAction::triggered, this, [this, path = file.path] { open(path); });
    }
    recent->setEnabled(true);
    if (recent->isEmpty()) recent->addAction(tr("Nothing yet"))->setEnabled(false);
  });
  addTo(menu, tr("Open the bundled sample"), {}, [this] { openSample(); });
  menu->addSeparator();
  addCondition(addTo(menu, tr("Save workspace"), QKeySequence::Save, [this] { saveWorkspace(false); }), noWorkspace);
  addCondition(addTo(menu, tr("Save workspace as…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S),
                     [this] { saveWorkspace(true); }),
               noWorkspace);
  addCondition(addTo(menu, tr("Save picture or table…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E),
                     [this] { m_frame->saveAs(); }),
               noWorkspace);
  menu->addSeparator();
  addCondition(addTo(menu, tr("Close workspace"), QKeySequence(Qt::CTRL | Qt::Key_W),
                     [this] {
                       if (!m_document.isEmpty()) afterChanges([this] { m_document.close(); });
                     }),
               noWorkspace);
  addTo(menu, tr("Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q), [this] { close(); });
}

void MainWindow::makeEditMenu(QMenu* menu) {
  const auto noSites = [this] { return m_document.rows().empty() ? tr("there are no sites yet") : QString(); };
  const auto noSelection = [this] {
    return m_context.selection().sites.empty() ? tr("select sites first") : QString();
  };
  menu->addActions({m_top->undoAction(), m_top->redoAction()});
  menu->addSeparator();
  QAction* find = addTo(menu, tr("Find"), QKeySequence::Find, [this] {
    if (m_frame->current() != nullptr && m_frame->current()->focusFilter()) return;
    m_docks->toggle(Docks::Sites)->isChecked() ? void() : m_docks->toggle(Docks::Sites)->trigger();
    m_sites->focusFilter();
  });
  addCondition(find, noSites);
  addCondition(addTo(menu, tr("Next site"), QKeySequence(Qt::Key_J), [this] { stepSite(m_document, m_context, 1); }),
               noSites);
  addCondition(
      addTo(menu, tr("Previous site"), QKeySequence(Qt::Key_K), [this] { stepSite(m_document, m_context, -1); }),
      noSites);
  menu->addSeparator();
  const auto setPolicy = [&](const QString& title, Qt::Key key, std::optional<quant::Policy> policy) {
    addCondition(addTo(menu, title, QKeySequence(key),
                       [this, policy] { m_document.setPolicy(m_context.selection().sites, policy); }),
                 noSelection);
  };
  setPolicy(tr("Set to static"), Qt::Key_1, quant::Policy::Static);
  setPolicy(tr("Set to LAE + static"), Qt::Key_2, quant::Policy::LaeStatic);
  setPolicy(tr("Set to dynamic"), Qt::Key_3, quant::Policy::Dynamic);
  setPolicy(tr("Leave in float"), Qt::Key_0, quant::Policy::None);
  setPolicy(tr("Reset to rule"), Qt::Key_R, std::nullopt);
}

void MainWindow::makeViewMenu(QMenu* menu) {
  int index = 0;
  for (const ViewEntry& entry : views()) {
    // The keys are the rail's; here they are only shown.
    const QString title = entry.title + QLatin1Char('\t') + Rail::shortcutOf(index++).toString();
    addCondition(addTo(menu, title, {}, [this, id = entry.id] { m_context.show(id); }),
                 [this] { return m_document.isEmpty() ? tr("open a model or a snapshot first") : QString(); });
  }
  menu->addSeparator();
  for (Docks::Place place : {Docks::Sites, Docks::Inspector, Docks::Jobs}) menu->addAction(m_docks->toggle(place));
  menu->addAction(m_docks->collapse());
  addTo(menu, tr("Hide or show all docks"), QKeySequence(Qt::Key_F9),
        [this] { m_docks->setAllHidden(!m_docks->allHidden()); });
  auto* panes = new Panes({m_frame->viewArea(), m_start, m_docks->dock(Docks::Inspector), m_docks->dock(Docks::Jobs),
                           m_top, m_rail, m_docks->dock(Docks::Sites)},
                          this);
  addTo(menu, tr("Next pane"), QKeySequence(Qt::Key_F6), [panes] { panes->step(1); });
  addTo(menu, tr("Previous pane"), QKeySequence(Qt::SHIFT | Qt::Key_F6), [panes] { panes->step(-1); });
  menu->addSeparator();
  auto* themes = new QActionGroup(this);
  const int chosen = QSettings().value(QStringLiteral("theme"), 0).toInt();
  for (const auto& [title, choice] :
       {std::pair(tr("Theme: follow the system"), ThemeChoice::System),
        std::pair(tr("Theme: light"), ThemeChoice::Light), std::pair(tr("Theme: dark"), ThemeChoice::Dark)}) {
    QAction* action = addTo(menu, title, {}, [choice = choice] {
      QSettings().setValue(QStringLiteral("theme"), static_cast<int>(choice));
      applyTheme(*qApp, choice);
    });
    action->setCheckable(true);
    action->setChecked(static_cast<int>(choice) == chosen);
    themes->addAction(action);
  }
}

void MainWindow::makeHelpMenu(QMenu* menu) {
  addTo(menu, tr("What this view shows"), QKeySequence(Qt::Key_F1), [this] { showHelp(); });
  addTo(menu, tr("Keyboard shortcuts"), QKeySequence(Qt::CTRL | Qt::Key_F1),
        [this] { m_help->showPage(QStringLiteral("shortcuts")); });
  addTo(menu, tr("Filter language"), {}, [this] { m_help->showPage(QStringLiteral("filter")); });
  menu->addSeparator();
  addTo(menu, tr("About Outlierscope"), {}, [this] { m_help->showPage(QStringLiteral("about")); });
}

void MainWindow::showHelp() {
  const QString view = m_document.isEmpty() ? QString() : m_context.view();
  m_help->showPage(view.isEmpty() ? QStringLiteral("start") : view);
}

void MainWindow::chooseFolder() {
  const QString path = QFileDialog::getExistingDirectory(this, tr("Open model folder"));
  if (!path.isEmpty()) open(path);
}

void MainWindow::chooseFile(const QString& title, const QString& filter) {
  const QString path = QFileDialog::getOpenFileName(this, title, {}, filter);
  if (!path.isEmpty()) open(path);
}

void MainWindow::locate(const QString& path) {
  const bool folder = QFileInfo(path).suffix().isEmpty();
  const QString title = tr("Locate %1").arg(QFileInfo(path).fileName());
  const QString found =
      folder ? QFileDialog::getExistingDirectory(this, title) : QFileDialog::getOpenFileName(this, title);
  if (found.isEmpty()) return;
  removeRecentFile(path);
  open(found);
}

void MainWindow::openSample() {
  const QString folder = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
  Job* job = m_jobs.start<QString>(
      tr("Calibrate the sample"),
      [folder](const JobContext& context) {
        return QString::fromStdString(makeSampleWorkspace(folder.toStdString(), context).string());
      },
      [this](const QString& path) { open(path); }, QStringLiteral("sample"));
  connect(job, &Job::finished, this, [this](const JobOutcome& outcome) {
    if (outcome.state == JobOutcome::State::Failed) showError({outcome.text, outcome.where, outcome.remedy});
  });
}

void MainWindow::saveWorkspace(bool as, std::function<void()> saved) {
  if (m_document.isEmpty()) return;
  QString path = m_document.filePath();
  if (as || path.isEmpty())
    path = QFileDialog::getSaveFileName(this, tr("Save workspace"), {}, tr("Workspaces (*.oscope)"));
  if (path.isEmpty()) return;
  if (!path.endsWith(QLatin1String(".oscope"))) path += QStringLiteral(".oscope");
  saveWorkspaceTo(path, std::move(saved));
}

}  // namespace oscope::gui
