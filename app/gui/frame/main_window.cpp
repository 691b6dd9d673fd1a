#include "app/gui/frame/main_window.h"

#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QKeyEvent>
#include <QLabel>
#include <QMenuBar>
#include <QMimeData>
#include <QSettings>
#include <QStackedWidget>
#include <QStandardPaths>
#include <QStatusBar>
#include <QTreeView>

#include "app/common/number_format.h"
#include "app/gui/forms/start_page.h"
#include "app/gui/frame/inspector_dock.h"
#include "app/gui/frame/jobs_dock.h"
#include "app/gui/frame/rail.h"
#include "app/gui/frame/run_actions.h"
#include "app/gui/frame/sites_dock.h"
#include "app/gui/frame/top_bar.h"
#include "app/gui/frame/view_frame.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/jobs/sample_workspace.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr int kMostRecent = 9;
constexpr int kAutosaveMilliseconds = 2000;

QString autosavePath() {
  return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + QStringLiteral("/autosave.oscope");
}

QDockWidget* makeDock(const char* name, const QString& title, QWidget* content, QMainWindow* window) {
  auto* dock = new QDockWidget(title, window);
  dock->setObjectName(QString::fromLatin1(name));
  dock->setWidget(content);
  dock->setTitleBarWidget(new QWidget(dock));  // the content has its own head
  return dock;
}

}  // namespace

MainWindow::MainWindow(QWidget* parent) : QMainWindow(parent), m_document(m_jobs), m_stages(m_document, m_jobs) {
  setWindowTitle(QStringLiteral("Outlierscope"));
  setMinimumSize(1280, 800);
  setAcceptDrops(true);
  setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
  setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);

  m_top = new TopBar(m_document.undoStack(), this);
  auto* top = new QWidget(this);
  auto* topColumn = new QVBoxLayout(top);
  topColumn->setContentsMargins(0, 0, 0, 0);
  topColumn->setSpacing(0);
  topColumn->addWidget(m_top);
  topColumn->addWidget(makeRule(Qt::Horizontal, top));
  setMenuWidget(top);
  m_rail = new Rail(this);
  addToolBar(Qt::LeftToolBarArea, m_rail);

  m_centre = new QStackedWidget(this);
  m_start = new StartPage(m_centre);
  m_frame = new ViewFrame({m_document, m_context, m_jobs, &m_stages}, m_centre);
  m_centre->addWidget(m_start);
  m_centre->addWidget(m_frame);
  setCentralWidget(m_centre);

  m_sites = new SitesDock(m_document, m_context, this);
  m_inspector = new InspectorDock(m_document, m_context, this);
  m_jobsDock = new JobsDock(m_jobs, this);
  m_sites->setMinimumWidth(232);
  m_inspector->setMinimumWidth(288);
  m_jobsDock->setMinimumHeight(32);
  m_left = makeDock("sites", tr("Sites"), m_sites, this);
  m_right = makeDock("inspector", tr("Inspector"), m_inspector, this);
  m_bottom = makeDock("jobs", tr("Jobs and log"), m_jobsDock, this);
  addDockWidget(Qt::LeftDockWidgetArea, m_left);
  addDockWidget(Qt::RightDockWidgetArea, m_right);
  addDockWidget(Qt::BottomDockWidgetArea, m_bottom);
  resizeDocks({m_left, m_right}, {272, 328}, Qt::Horizontal);
  resizeDocks({m_bottom}, {112}, Qt::Vertical);

  m_statusLeft = new QLabel(this);
  m_statusRight = new QLabel(this);
  statusBar()->setSizeGripEnabled(false);
  statusBar()->setFixedHeight(28);
  statusBar()->addWidget(m_statusLeft);
  statusBar()->addPermanentWidget(m_statusRight);
  statusBar()->setStyleSheet(
      QStringLiteral("QStatusBar { border-top: 1px solid palette(mid); } QStatusBar::item { border: none; } "
                     "QLabel { font-size: 11px; padding: 0 12px; }"));

  m_run = new RunActions(m_document, m_context, m_stages, m_jobs, this);
  m_run->fillTopBar(m_top);
  makeMenus();
  connectAll();
  m_autosave.setSingleShot(true);
  m_autosave.setInterval(kAutosaveMilliseconds);

  QSettings settings;
  restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
  m_start->setRecent(settings.value(QStringLiteral("recent")).toStringList());
  if (QFileInfo::exists(autosavePath())) m_start->offerRecovery(tr("your workspace"));
  refreshState();
  setFocus();  // not the first button of the top bar
}

MainWindow::~MainWindow() = default;

void MainWindow::makeMenus() {
  QMenuBar* bar = m_top->menus();
  const auto add = [this](QMenu* menu, const QString& title, const QKeySequence& keys, auto slot) {
    QAction* action = menu->addAction(title);
    action->setShortcut(keys);
    connect(action, &QAction::triggered, this, slot);
    return action;
  };
  QMenu* file = bar->addMenu(tr("&File"));
  add(file, tr("Open model folder…"), QKeySequence::Open, [this] { chooseFolder(); });
  add(file, tr("Open snapshot or workspace…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O),
      [this] { chooseFile(tr("Open snapshot or workspace"), tr("Snapshots and workspaces (*.h5 *.oscope)")); });
  add(file, tr("Open the bundled sample"), {}, [this] { openSample(); });
  file->addSeparator();
  add(file, tr("Save workspace"), QKeySequence::Save, [this] { saveWorkspace(false); });
  add(file, tr("Save workspace as…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S), [this] { saveWorkspace(true); });
  add(file, tr("Save picture or table…"), {}, [this] { m_frame->saveAs(); });
  file->addSeparator();
  add(file, tr("Close workspace"), QKeySequence::Close, [this] { m_document.close(); });
  add(file, tr("Quit"), QKeySequence::Quit, [this] { close(); });

  QMenu* edit = bar->addMenu(tr("&Edit"));
  add(edit, tr("Find"), QKeySequence::Find, [this] {
    if (m_frame->current() == nullptr || !m_frame->current()->focusFilter()) m_sites->focusFilter();
  });
  const auto setPolicy = [this](std::optional<quant::Policy> policy) {
    if (!m_context.selection().sites.empty()) m_document.setPolicy(m_context.selection().sites, policy);
  };
  add(edit, tr("Set to static"), QKeySequence(Qt::Key_1), [=] { setPolicy(quant::Policy::Static); });
  add(edit, tr("Set to LAE + static"), QKeySequence(Qt::Key_2), [=] { setPolicy(quant::Policy::LaeStatic); });
  add(edit, tr("Set to dynamic"), QKeySequence(Qt::Key_3), [=] { setPolicy(quant::Policy::Dynamic); });
  add(edit, tr("Leave in float"), QKeySequence(Qt::Key_0), [=] { setPolicy(quant::Policy::None); });
  add(edit, tr("Reset to rule"), QKeySequence(Qt::Key_R), [=] { setPolicy(std::nullopt); });

  QMenu* view = bar->addMenu(tr("&View"));
  for (const ViewEntry& entry : views()) {
    add(view, entry.title, {}, [this, id = entry.id] { m_context.show(id); });
  }
  view->addSeparator();
  add(view, tr("Show or hide docks"), QKeySequence(Qt::Key_F9), [this] { setDocksVisible(!m_bottom->isVisible()); });
  const auto setTheme = [this](ThemeChoice choice) {
    QSettings().setValue(QStringLiteral("theme"), static_cast<int>(choice));
    applyTheme(*qApp, choice);
  };
  add(view, tr("Theme: follow the system"), {}, [=] { setTheme(ThemeChoice::System); });
  add(view, tr("Theme: light"), {}, [=] { setTheme(ThemeChoice::Light); });
  add(view, tr("Theme: dark"), {}, [=] { setTheme(ThemeChoice::Dark); });

  QMenu* recipe = bar->addMenu(tr("&Recipe"));
  QMenu* builtin = recipe->addMenu(tr("Use a built-in recipe"));
  for (const quant::BuiltinRecipe& builtinRecipe : quant::builtinRecipes()) {
    const quant::Recipe& known = builtinRecipe.recipe;
    add(builtin, QString::fromStdString(known.name), {},
        [this, known] { m_document.setRecipe(known, tr("Recipe %1").arg(QString::fromStdString(known.name))); });
  }
  add(recipe, tr("Open recipe…"), {}, [this] { chooseFile(tr("Open recipe"), tr("Recipes (*.json)")); });
  add(recipe, tr("Save recipe as…"), {}, [this] { saveRecipe(); });
  m_run->fillMenu(bar->addMenu(tr("R&un")));
}

void MainWindow::connectAll() {
  connect(m_frame, &ViewFrame::emptyActionRequested, m_run, &RunActions::calibrate);
  connect(m_rail, &Rail::viewRequested, &m_context, &ViewContext::show);
  connect(&m_context, &ViewContext::viewChanged, this, &MainWindow::showView);
  connect(&m_context, &ViewContext::selectionChanged, this, &MainWindow::refreshStatus);
  connect(m_start, &StartPage::openFolderRequested, this, &MainWindow::chooseFolder);
  connect(m_start, &StartPage::openSnapshotRequested, this,
          [this] { chooseFile(tr("Open snapshot or workspace"), tr("Snapshots and workspaces (*.h5 *.oscope)")); });
  connect(m_start, &StartPage::sampleRequested, this, &MainWindow::openSample);
  connect(m_start, &StartPage::pathRequested, &m_document, &Document::open);
  connect(m_start, &StartPage::locateRequested, this, &MainWindow::chooseFolder);
  connect(m_start, &StartPage::restoreRequested, this, [this] { m_document.open(autosavePath()); });
  connect(m_start, &StartPage::discardRequested, this, [] { QFile::remove(autosavePath()); });

  connect(&m_document, &Document::opened, this, [this] {
    m_frame->clearError();
    refreshState();
    if (m_context.view().isEmpty()) m_context.show(views().front().id);
    addRecent(m_opening);
    m_jobsDock->log(tr("opened %1").arg(m_document.title()));
  });
  connect(&m_document, &Document::openFailed, this,
          [this](const QString& text, const QString& where, const QString& remedy) {
            // On the start page there is no view to carry the bar: show the frame empty rather than a modal box.
            m_centre->setCurrentWidget(m_frame);
            m_frame->showError({text, where, remedy});
          });
  connect(&m_document, &Document::snapshotChanged, this, &MainWindow::refreshState);
  connect(&m_document, &Document::modelChanged, this, &MainWindow::refreshState);
  connect(&m_document, &Document::titleChanged, this, &MainWindow::refreshState);
  connect(&m_document, &Document::rowsChanged, this, &MainWindow::refreshStatus);
  connect(&m_document, &Document::recipeChanged, this, [this] { m_autosave.start(); });
  connect(&m_document, &Document::planChanged, this, [this] {
    if (m_document.plan() == nullptr || m_document.previewing()) return;
    for (const Diagnostic& diagnostic : m_document.plan()->diagnostics)
      m_jobsDock->log(QString::fromStdString(diagnostic.where + ": " + diagnostic.text));
  });
  connect(&m_stages, &StageJobs::noted, m_jobsDock, &JobsDock::log);
  connect(&m_stages, &StageJobs::failed, this, [this](const QString&, const JobOutcome& outcome) {
    m_frame->showError({outcome.text, outcome.where, outcome.remedy});
  });
  connect(m_jobsDock, &JobsDock::closeRequested, m_bottom, &QWidget::hide);
  connect(m_jobsDock, &JobsDock::jobActivated, m_run, &RunActions::showJob);
  connect(&m_autosave, &QTimer::timeout, this, &MainWindow::autosave);
  connect(&m_jobs, &JobRunner::jobStarted, this, [this](Job*) { m_frame->setBusy(m_jobs.busy()); });
  connect(&m_jobs, &JobRunner::jobFinished, this, [this](Job*) { m_frame->setBusy(m_jobs.busy()); });
}

void MainWindow::showView(const QString& id) {
  m_centre->setCurrentWidget(m_frame);
  m_frame->show(id);
  m_rail->setCurrent(id);
  for (const ViewEntry& entry : views()) {
    if (entry.id != id) continue;
    m_left->setVisible(entry.sideDocks);
    m_right->setVisible(entry.sideDocks);
  }
}

void MainWindow::refreshState() {
  const bool empty = m_document.isEmpty();
  if (empty) m_centre->setCurrentWidget(m_start);
  setDocksVisible(!empty);
  for (const ViewEntry& entry : views())
    m_rail->setViewEnabled(entry.id, !empty, tr("Open a model or a snapshot first"));
  const QString file = m_document.filePath().isEmpty() ? (empty ? QString() : tr("not saved"))
                                                       : QFileInfo(m_document.filePath()).fileName();
  m_top->setWorkspace(m_document.title(), file, !m_document.undoStack().isClean());
  refreshStatus();
}

void MainWindow::refreshStatus() {
  if (m_document.isEmpty()) {
    m_statusLeft->setText(tr("No workspace open"));
    m_statusRight->setText(QStringLiteral("Outlierscope · Qt %1").arg(QLatin1String(qVersion())));
    return;
  }
  const Selection& selection = m_context.selection();
  QString left = tr("%n site(s)", nullptr, static_cast<int>(m_document.rows().size()));
  if (selection.sites.size() == 1) {
    left += tr("  ·  selected: block %1 · %2")
                .arg(selection.current->block)
                .arg(QString::fromUtf8(toString(selection.current->kind).data()));
  } else if (selection.sites.size() > 1) {
    left += tr("  ·  selected: %1 sites").arg(selection.sites.size());
  }
  m_statusLeft->setText(left);
  QString right = tr("recipe %1 · %2 overrides")
                      .arg(QString::fromStdString(m_document.recipe().name))
                      .arg(m_document.recipe().overrides.size());
  if (const auto snapshot = m_document.snapshot()) {
    right += tr("      snapshot %1 · %2 tokens · %3")
                 .arg(QString::fromStdString(snapshot->contentHash().substr(0, 8)),
                      QString::fromStdString(
                          app::formatCount(snapshot->provenance().samples * snapshot->provenance().length)),
                      QString::fromStdString(snapshot->provenance().dataSource));
  }
  m_statusRight->setText(right);
}

void MainWindow::setDocksVisible(bool visible) {
  for (QDockWidget* dock : {m_left, m_right, m_bottom}) dock->setVisible(visible);
}

void MainWindow::chooseFolder() {
  m_opening = QFileDialog::getExistingDirectory(this, tr("Open model folder"));
  if (!m_opening.isEmpty()) m_document.open(m_opening);
}

void MainWindow::chooseFile(const QString& title, const QString& filter) {
  m_opening = QFileDialog::getOpenFileName(this, title, {}, filter);
  if (!m_opening.isEmpty()) m_document.open(m_opening);
}

void MainWindow::openSample() {
  const QString folder = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
  Job* job = m_jobs.start<QString>(
      tr("Calibrate the sample"),
      [folder](const JobContext& context) {
        return QString::fromStdString(makeSampleWorkspace(folder.toStdString(), context).string());
      },
      [this](QString path) {
        m_opening = path;
        m_document.open(path);
      });
  connect(job, &Job::finished, this, [this](const JobOutcome& outcome) {
    if (outcome.state == JobOutcome::State::Failed)
      emit m_document.openFailed(outcome.text, outcome.where, outcome.remedy);
  });
}

void MainWindow::saveWorkspace(bool as) {
  QString path = m_document.filePath();
  if (as || path.isEmpty())
    path = QFileDialog::getSaveFileName(this, tr("Save workspace"), {}, tr("Workspaces (*.oscope)"));
  if (path.isEmpty()) return;
  if (!path.endsWith(QLatin1String(".oscope"))) path += QStringLiteral(".oscope");
  if (m_document.save(path)) {
    addRecent(path);
    QFile::remove(autosavePath());
  }
}

void MainWindow::saveRecipe() {
  const QString path =
      QFileDialog::getSaveFileName(this, tr("Save recipe"), QStringLiteral("recipe.json"), tr("Recipes (*.json)"));
  if (path.isEmpty()) return;
  try {
    quant::saveRecipe(m_document.recipe(), path.toStdString());
  } catch (const Error& error) {
    m_frame->showError({QString::fromStdString(error.text()), QString::fromStdString(error.where()),
                        QString::fromStdString(error.remedy())});
  }
}

void MainWindow::autosave() {
  if (m_document.isEmpty()) return;
  try {
    std::filesystem::create_directories(QFileInfo(autosavePath()).path().toStdString());
    quant::saveWorkspace(m_document.workspace(), autosavePath().toStdString());
  } catch (const std::exception& error) {
    m_jobsDock->log(tr("autosave failed: %1").arg(QString::fromUtf8(error.what())));
  }
}

void MainWindow::addRecent(const QString& path) {
  if (path.isEmpty()) return;
  QSettings settings;
  QStringList recent = settings.value(QStringLiteral("recent")).toStringList();
  recent.removeAll(path);
  recent.prepend(path);
  while (recent.size() > kMostRecent) recent.removeLast();
  settings.setValue(QStringLiteral("recent"), recent);
  m_start->setRecent(recent);
}

void MainWindow::closeEvent(QCloseEvent* event) {
  QSettings().setValue(QStringLiteral("window/geometry"), saveGeometry());
  QFile::remove(autosavePath());  // an orderly end needs no recovery
  event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  for (const QUrl& url : event->mimeData()->urls()) {
    if (!url.isLocalFile()) continue;
    m_opening = url.toLocalFile();
    m_document.open(m_opening);
    return;
  }
}

void MainWindow::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape) {
    if (m_frame->current() != nullptr && m_frame->current()->escape()) return;
    if (!m_context.filter().isEmpty()) {
      m_context.setFilter({});
    } else {
      m_context.clear();
    }
    return;
  }
  QMainWindow::keyPressEvent(event);
}

}  // namespace oscope::gui
