#include "app/gui/frame/main_window.h"

#include <QApplication>
#include <QFileInfo>
#include <QKeyEvent>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QScreen>
#include <QSettings>
#include <QStackedWidget>
#include <QStandardPaths>
#include <QStatusBar>
#include <QVBoxLayout>

#include "analysis/base/build_info.h"
#include "app/gui/forms/drop_zone.h"
#include "app/gui/forms/start_page.h"
#include "app/gui/frame/docks.h"
#include "app/gui/frame/focus_ring.h"
#include "app/gui/frame/help_window.h"
#include "app/gui/frame/inspector_dock.h"
#include "app/gui/frame/jobs_dock.h"
#include "app/gui/frame/rail.h"
#include "app/gui/frame/recovery_banner.h"
#include "app/gui/frame/run_actions.h"
#include "app/gui/frame/site_steps.h"
#include "app/gui/frame/sites_dock.h"
#include "app/gui/frame/top_bar.h"
#include "app/gui/frame/view_frame.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/frame/window_state.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr int kAutosaveMilliseconds = 2000;
constexpr QSize kSmallest(1280, 800), kDesigned(1600, 1000);
constexpr int kSmallestCentre = 676;  // what is left of 1280 beside rail and docks

QString dataFolder() {
  return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
}

}  // namespace

MainWindow::MainWindow(QWidget* parent)
    : QMainWindow(parent), m_document(m_jobs), m_stages(m_document, m_jobs), m_session(dataFolder()) {
  setWindowTitle(QStringLiteral("Outlierscope[*]"));
  setMinimumSize(kSmallest);
  setAcceptDrops(true);

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

  auto* centre = new QWidget(this);
  auto* column = new QVBoxLayout(centre);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  m_recovery = new RecoveryBanner(centre);
  m_centre = new QStackedWidget(centre);
  column->addWidget(m_recovery);
  column->addWidget(m_centre, 1);
  m_start = new StartPage(m_centre);
  m_frame = new ViewFrame({m_document, m_context, m_jobs, &m_stages}, m_centre);
  m_centre->addWidget(m_start);
  m_centre->addWidget(m_frame);
  m_frame->setMinimumWidth(kSmallestCentre);  // in the smallest window the docks take their minimum
  setCentralWidget(centre);
  m_dropOverlay = new DropZone(centre);
  m_dropOverlay->hide();

  m_docks = new Docks(this);
  m_sites = new SitesDock(m_document, m_context, m_docks->head(Docks::Sites), this);
  m_inspector = new InspectorDock(m_document, m_context, m_docks->head(Docks::Inspector), this);
  m_jobsDock = new JobsDock(m_jobs, m_docks->head(Docks::Jobs), this);
  m_docks->setContent(Docks::Sites, m_sites);
  m_docks->setContent(Docks::Inspector, m_inspector);
  m_docks->setContent(Docks::Jobs, m_jobsDock);
  m_help = new HelpWindow(this);
  m_focusRing = new FocusRing(this);

  m_statusLeft = makeLabel({}, "status", this);
  m_statusRight = makeLabel({}, "status", this);
  statusBar()->setSizeGripEnabled(false);
  statusBar()->setFixedHeight(28);
  statusBar()->addWidget(m_statusLeft);
  statusBar()->addPermanentWidget(m_statusRight);

  m_run = new RunActions(m_document, m_context, m_stages, m_jobs, this);
  m_run->fillTopBar(m_top);
  makeMenus();
  connectAll();
  connectDocument();
  m_autosave.setSingleShot(true);
  m_autosave.setInterval(kAutosaveMilliseconds);

  resize(kDesigned.boundedTo(screen()->availableSize()).expandedTo(kSmallest));
  QSettings settings;
  restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
  m_docks->restore(settings);
  m_frame->setSplitters(Json::parse(settings.value(kSplittersKey).toString().toStdString(), nullptr, false));
  refreshRecent();
  refreshRecovery();
  refreshState();
  setFocus();  // not the first button of the top bar
}

MainWindow::~MainWindow() {
  // Widgets know the document and the context, which are members: the widgets go first, and nothing is told to them
  // any more (an undo stack that ends says so).
  m_document.undoStack().disconnect();
  for (QObject* source : std::initializer_list<QObject*>{&m_document, &m_context, &m_stages, &m_jobs})
    source->disconnect();
  qDeleteAll(findChildren<QWidget*>(Qt::FindDirectChildrenOnly));
}

void MainWindow::connectAll() {
  connect(m_frame, &ViewFrame::emptyActionRequested, m_run, &RunActions::calibrate);
  connect(m_frame, &ViewFrame::helpRequested, this, &MainWindow::showHelp);
  connect(m_frame, &ViewFrame::saved, this, [this](const QString& path) { m_jobsDock->log(tr("saved %1").arg(path)); });
  connect(m_rail, &Rail::viewRequested, this, [this](const QString& id) {
    m_context.show(id);
    if (m_focusRing->byKey()) m_frame->takeFocus();  // to the view that is shown already, too
  });
  connect(&m_context, &ViewContext::viewChanged, this, &MainWindow::showView);
  connect(&m_context, &ViewContext::selectionChanged, this, &MainWindow::refreshStatus);
  for (auto signal : {&ViewContext::viewChanged, &ViewContext::filterChanged}) {
    connect(&m_context, signal, &m_autosave, [this] { m_autosave.start(); });
  }
  connect(&m_context, &ViewContext::selectionChanged, &m_autosave, [this] { m_autosave.start(); });
  connect(&m_autosave, &QTimer::timeout, this, [this] { autosave(); });

  connect(m_start, &StartPage::openFolderRequested, this, &MainWindow::chooseFolder);
  connect(m_start, &StartPage::openSnapshotRequested, this,
          [this] { chooseFile(tr("Open snapshot or workspace"), tr("Snapshots and workspaces (*.h5 *.oscope)")); });
  connect(m_start, &StartPage::sampleRequested, this, &MainWindow::openSample);
  connect(m_start, &StartPage::pathRequested, this, [this](const QString& path) { open(path); });
  connect(m_start, &StartPage::locateRequested, this, &MainWindow::locate);
  connect(m_start, &StartPage::helpRequested, this, &MainWindow::showHelp);
  connect(m_recovery, &RecoveryBanner::restoreRequested, this, [this] {
    const Recovery recovery = m_recovery->offered();
    m_recovery->hide();
    m_document.restore(recovery.file, recovery.original);
  });
  connect(m_recovery, &RecoveryBanner::discardRequested, this, [this] {
    m_session.dropRecovery(m_recovery->offered());
    refreshRecovery();
  });
  const auto showBusy = [this](Job*) {
    m_frame->setBusy(m_jobs.busy());
    m_frame->setOpening(m_jobs.runs(Document::kOpenChannel));
  };
  connect(&m_jobs, &JobRunner::jobStarted, this, showBusy);
  connect(&m_jobs, &JobRunner::jobFinished, this, showBusy);
}

void MainWindow::connectDocument() {
  m_document.setReplaceGuard([this](std::function<void()> replace) { afterChanges(std::move(replace)); });
  connect(&m_document, &Document::replaced, this, &MainWindow::enterWorkspace);
  connect(&m_document, &Document::opened, this, [this] {
    m_frame->clearError();
    m_start->errorBar()->hide();
    refreshState();
    addRecentFile(recentEntry(m_document));
    refreshRecent();
    m_jobsDock->log(tr("opened %1").arg(m_document.title()));
    openNext();
  });
  connect(&m_document, &Document::openFailed, this,
          [this](const QString& text, const QString& where, const QString& remedy) {
            m_waiting.clear();
            showError({text, where, remedy});
            refreshRecovery();
          });
  for (auto changed : {&Document::snapshotChanged, &Document::modelChanged, &Document::titleChanged}) {
    connect(&m_document, changed, this, &MainWindow::refreshState);
  }
  connect(&m_document, &Document::rowsChanged, this, &MainWindow::refreshStatus);
  for (auto changed : {&Document::recipeChanged, &Document::titleChanged}) {
    connect(&m_document, changed, &m_autosave, [this] { m_autosave.start(); });
  }
  connect(&m_document, &Document::planChanged, this, [this] {
    if (m_document.plan() == nullptr || m_document.previewing()) return;
    for (const Diagnostic& diagnostic : m_document.plan()->diagnostics)
      m_jobsDock->log(QString::fromStdString(diagnostic.where + ": " + diagnostic.text));
  });
  connect(&m_stages, &StageJobs::noted, m_jobsDock, &JobsDock::log);
  connect(&m_stages, &StageJobs::failed, this, [this](const QString&, const JobOutcome& outcome) {
    showError({outcome.text, outcome.where, outcome.remedy});
  });
  connect(m_jobsDock, &JobsDock::jobActivated, m_run, &RunActions::showJob);
  connect(m_docks->collapse(), &QAction::toggled, m_jobsDock, &JobsDock::setCollapsed);
  connect(m_jobsDock, &JobsDock::expandRequested, m_docks->collapse(),
          [this] { m_docks->collapse()->setChecked(false); });
}

void MainWindow::open(const QStringList& paths) {
  m_waiting = paths;
  openNext();
}

void MainWindow::openNext() {
  if (!m_waiting.isEmpty()) m_document.open(m_waiting.takeFirst());
}

void MainWindow::enterWorkspace() {
  m_context.forget();
  m_autosaved.clear();
  m_session.forgetAutosave();
  if (m_document.isEmpty()) return m_rail->setCurrent({});
  const Json state = m_document.workspace().view;
  restoreWindowState(state, m_document, m_context, *m_frame);
  if (m_context.view().isEmpty()) m_context.show(views().front().id);
  if (!m_document.isRecovered()) return;
  // What was set aside is this session's workspace now, autosaved under its own name.
  autosave([this, recovered = m_recovery->offered()] {
    m_session.dropRecovery(recovered);
    refreshRecovery();
  });
}

void MainWindow::showView(const QString& id) {
  m_centre->setCurrentWidget(m_frame);
  m_frame->show(id);
  if (m_focusRing->byKey()) m_frame->takeFocus();  // the mouse shows by itself where it is
  m_rail->setCurrent(id);
  m_help->follow(id);
  for (const ViewEntry& entry : views()) {
    if (entry.id == id) m_docks->show(!m_document.isEmpty(), entry.sideDocks);
  }
}

void MainWindow::showError(const ErrorBarText& error) {
  m_document.isEmpty() ? m_start->errorBar()->showError(error) : m_frame->showError(error);
}

void MainWindow::refreshState() {
  const bool empty = m_document.isEmpty();
  m_centre->setCurrentWidget(empty ? static_cast<QWidget*>(m_start) : m_frame);
  bool sideDocks = true;
  for (const ViewEntry& entry : views()) {
    m_rail->setViewEnabled(entry.id, !empty, tr("%1: open a model or a snapshot first").arg(entry.title));
    if (entry.id == m_context.view()) sideDocks = entry.sideDocks;
  }
  m_docks->show(!empty, sideDocks);
  const QString file = m_document.filePath().isEmpty() ? (empty ? QString() : tr("not saved"))
                                                       : QFileInfo(m_document.filePath()).fileName();
  m_top->setWorkspace(m_document.title(), file, m_document.isEdited());
  setWindowTitle(empty ? QStringLiteral("Outlierscope[*]") : m_document.title() + QStringLiteral("[*]"));
  setWindowModified(m_document.isEdited());
  refreshStatus();
}

void MainWindow::refreshStatus() {
  if (m_document.isEmpty()) {
    m_statusLeft->setText(tr("No workspace open"));
    m_statusRight->setText(QStringLiteral("Outlierscope %1 · Qt %2")
                               .arg(QString::fromStdString(versionText()), QLatin1String(qVersion())));
    return;
  }
  m_statusLeft->setText(selectionText(m_document, m_context));
  m_statusRight->setText(workspaceText(m_document) +
                         (m_autosaved.isEmpty() ? QString() : QStringLiteral("      ") + m_autosaved));
}

void MainWindow::refreshRecent() {
  m_start->setRecent(recentFiles());
}

void MainWindow::refreshRecovery() {
  const std::optional<Recovery> recovery = m_session.recovery();
  recovery ? m_recovery->offer(*recovery) : m_recovery->hide();
}

bool MainWindow::event(QEvent* event) {
  if (event->type() == QEvent::ThemeChange) followSystemTheme(*qApp);
  return QMainWindow::event(event);
}

void MainWindow::setDragged(const QString& path) {
  m_start->dropZone()->setDragged(path);
  m_dropOverlay->setDragged(path);
  m_dropOverlay->setVisible(!path.isEmpty() && !m_document.isEmpty());
  m_dropOverlay->raise();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  const QString path = droppablePath(*event->mimeData());
  if (path.isEmpty()) return;
  event->acceptProposedAction();
  setDragged(path);
}

void MainWindow::dragLeaveEvent(QDragLeaveEvent*) {
  setDragged({});
}

void MainWindow::dropEvent(QDropEvent* event) {
  setDragged({});
  const QString path = droppablePath(*event->mimeData());
  if (path.isEmpty()) return;
  event->acceptProposedAction();
  open(path);
}

void MainWindow::resizeEvent(QResizeEvent* event) {
  QMainWindow::resizeEvent(event);
  if (m_docks != nullptr) m_docks->fitTo(width());
  m_dropOverlay->setGeometry(centralWidget()->rect().adjusted(24, 24, -24, -24));
}

void MainWindow::keyPressEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_Escape:
      if (m_frame->current() != nullptr && m_frame->current()->escape()) return;
      m_context.filter().isEmpty() ? m_context.clear() : m_context.setFilter({});
      return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
      if (drillDown(m_context)) return;
      break;
    case Qt::Key_Backspace:
      if (drillUp(m_context)) return;
      break;
    default:
      break;
  }
  QMainWindow::keyPressEvent(event);
}

}  // namespace oscope::gui
