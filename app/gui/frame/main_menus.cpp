// The menus of MainWindow, and the file dialogs behind them.
#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenuBar>
#include <QMessageBox>
#include <QSettings>
#include <QStandardPaths>

#include "app/gui/frame/docks.h"
#include "app/gui/frame/error_bar.h"
#include "app/gui/frame/help_window.h"
#include "app/gui/frame/main_window.h"
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
  makeRecipeMenu(bar->addMenu(tr("&Recipe")));
  m_run->fillMenu(bar->addMenu(tr("R&un")));
  makeHelpMenu(bar->addMenu(tr("&Help")));
}

void MainWindow::makeFileMenu(QMenu* menu) {
  addTo(menu, tr("Open model folder…"), QKeySequence::Open, [this] { chooseFolder(); });
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
  addTo(menu, tr("Save workspace"), QKeySequence::Save, [this] { saveWorkspace(false); });
  addTo(menu, tr("Save workspace as…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S),
        [this] { saveWorkspace(true); });
  addTo(menu, tr("Save picture or table…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E),
        [this] { m_frame->saveAs(); });
  menu->addSeparator();
  addTo(menu, tr("Close workspace"), QKeySequence(Qt::CTRL | Qt::Key_W), [this] {
    if (!m_document.isEmpty() && mayLoseChanges()) m_document.close();
  });
  addTo(menu, tr("Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q), [this] { close(); });
}

void MainWindow::makeEditMenu(QMenu* menu) {
  addTo(menu, tr("Find"), QKeySequence::Find, [this] {
    if (m_document.isEmpty()) return;
    if (m_frame->current() != nullptr && m_frame->current()->focusFilter()) return;
    m_docks->toggle(Docks::Sites)->isChecked() ? void() : m_docks->toggle(Docks::Sites)->trigger();
    m_sites->focusFilter();
  });
  addTo(menu, tr("Next site"), QKeySequence(Qt::Key_J), [this] { stepSite(m_document, m_context, 1); });
  addTo(menu, tr("Previous site"), QKeySequence(Qt::Key_K), [this] { stepSite(m_document, m_context, -1); });
  menu->addSeparator();
  const auto setPolicy = [this](std::optional<quant::Policy> policy) {
    return [this, policy] {
      if (!m_context.selection().sites.empty()) m_document.setPolicy(m_context.selection().sites, policy);
    };
  };
  addTo(menu, tr("Set to static"), QKeySequence(Qt::Key_1), setPolicy(quant::Policy::Static));
  addTo(menu, tr("Set to LAE + static"), QKeySequence(Qt::Key_2), setPolicy(quant::Policy::LaeStatic));
  addTo(menu, tr("Set to dynamic"), QKeySequence(Qt::Key_3), setPolicy(quant::Policy::Dynamic));
  addTo(menu, tr("Leave in float"), QKeySequence(Qt::Key_0), setPolicy(quant::Policy::None));
  addTo(menu, tr("Reset to rule"), QKeySequence(Qt::Key_R), setPolicy(std::nullopt));
}

void MainWindow::makeViewMenu(QMenu* menu) {
  for (const ViewEntry& entry : views()) {
    addTo(menu, entry.title, {}, [this, id = entry.id] {
      if (!m_document.isEmpty()) m_context.show(id);
    });
  }
  menu->addSeparator();
  for (Docks::Place place : {Docks::Sites, Docks::Inspector, Docks::Jobs}) menu->addAction(m_docks->toggle(place));
  addTo(menu, tr("Hide or show all docks"), QKeySequence(Qt::Key_F9),
        [this] { m_docks->setAllHidden(!m_docks->allHidden()); });
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

void MainWindow::makeRecipeMenu(QMenu* menu) {
  QMenu* builtin = menu->addMenu(tr("Use a built-in recipe"));
  for (const quant::BuiltinRecipe& builtinRecipe : quant::builtinRecipes()) {
    const quant::Recipe& known = builtinRecipe.recipe;
    const QString name = QString::fromStdString(known.name);
    addTo(builtin, name, {}, [this, known, name] { m_document.setRecipe(known, tr("Recipe %1").arg(name)); });
  }
  addTo(menu, tr("Open recipe…"), {}, [this] { chooseFile(tr("Open recipe"), tr("Recipes (*.json)")); });
  addTo(menu, tr("Save recipe as…"), {}, [this] { saveRecipe(); });
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

void MainWindow::saveWorkspace(bool as) {
  if (m_document.isEmpty()) return;
  QString path = m_document.filePath();
  if (as || path.isEmpty())
    path = QFileDialog::getSaveFileName(this, tr("Save workspace"), {}, tr("Workspaces (*.oscope)"));
  if (path.isEmpty()) return;
  if (!path.endsWith(QLatin1String(".oscope"))) path += QStringLiteral(".oscope");
  saveWorkspaceTo(path);
}

void MainWindow::saveRecipe() {
  const QString path =
      QFileDialog::getSaveFileName(this, tr("Save recipe"), QStringLiteral("recipe.json"), tr("Recipes (*.json)"));
  if (path.isEmpty()) return;
  try {
    quant::saveRecipe(m_document.recipe(), path.toStdString());
  } catch (const Error& error) {
    showError({QString::fromStdString(error.text()), QString::fromStdString(error.where()),
               QString::fromStdString(error.remedy())});
  }
}

}  // namespace oscope::gui
