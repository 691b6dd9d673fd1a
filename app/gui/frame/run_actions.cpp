#include "app/gui/frame/run_actions.h"

#include <QAction>
#include <QMenu>
#include <QToolButton>

#include "app/gui/document.h"
#include "app/gui/forms/calibrate_dialog.h"
#include "app/gui/frame/top_bar.h"
#include "app/gui/view_context.h"

namespace oscope::gui {
namespace {

/// Enabled, or disabled with the reason where the mouse finds it.
void enable(QAction* action, const QString& whyNot) {
  action->setEnabled(whyNot.isEmpty());
  const QString name = action->iconText() + QStringLiteral(" (%1)").arg(action->shortcut().toString());
  action->setToolTip(whyNot.isEmpty() ? name : whyNot);
}

}  // namespace

RunActions::RunActions(Document& document, ViewContext& context, StageJobs& stages, JobRunner& jobs, QWidget* window)
    : QObject(window), m_document(document), m_context(context), m_stages(stages), m_jobs(jobs), m_window(window) {
  const auto make = [&](const QString& title, const QKeySequence& keys, auto slot) {
    auto* action = new QAction(title, this);
    action->setShortcut(keys);
    connect(action, &QAction::triggered, this, slot);
    return action;
  };
  m_calibrate = make(tr("Calibrate…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C), [this] { calibrate(); });
  m_export = make(tr("Export…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_X),
                  [this] { m_context.show(QStringLiteral("export")); });
  m_verify = make(tr("Verify"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_V),
                  [this] { m_context.show(QStringLiteral("verify")); });
  m_stop = make(tr("Stop all jobs"), QKeySequence(Qt::CTRL | Qt::Key_Period), [this] {
    for (Job* job : m_jobs.jobs()) {
      if (job->running()) job->cancel();
    }
  });
  connect(&m_document, &Document::modelChanged, this, &RunActions::refresh);
  connect(&m_document, &Document::snapshotChanged, this, &RunActions::refresh);
  connect(&m_jobs, &JobRunner::jobStarted, this, &RunActions::refresh);
  connect(&m_jobs, &JobRunner::jobFinished, this, &RunActions::refresh);
  connect(&m_stages, &StageJobs::devicesChanged, this, &RunActions::refreshDevice);
  connect(&m_stages, &StageJobs::deviceChanged, this, &RunActions::refreshDevice);
  refresh();
}

void RunActions::fillMenu(QMenu* menu) {
  menu->addActions({m_calibrate, m_export, m_verify});
  menu->addSeparator();
  menu->addAction(m_stop);
}

void RunActions::fillTopBar(TopBar* bar) {
  m_bar = bar;
  m_devices = new QMenu(bar);
  m_devices->setToolTipsVisible(true);
  bar->deviceButton()->setMenu(m_devices);
  bar->addRunButton(m_calibrate, QStringLiteral("calibrate"), false);
  bar->addRunButton(m_verify, QStringLiteral("verify"), false);
  bar->addRunButton(m_export, QStringLiteral("export"), true);
  refreshDevice();
}

void RunActions::refreshDevice() {
  if (m_bar == nullptr) return;
  m_devices->clear();
  for (const DeviceEntry& entry : m_stages.devices()) {
    QAction* action = m_devices->addAction(entry.title());
    action->setCheckable(true);
    action->setChecked(entry.id == m_stages.device());
    action->setEnabled(entry.available());
    action->setToolTip(entry.available() ? entry.name : entry.reason);
    connect(action, &QAction::triggered, this, [this, id = entry.id] { m_stages.setDevice(id); });
  }
  const DeviceEntry* chosen = m_stages.deviceEntry();
  m_bar->setDevice(chosen != nullptr ? chosen->title() : tr("CPU"), chosen != nullptr && chosen->accelerator);
}

void RunActions::refresh() {
  // While a calibration runs, its action brings the dialog back.
  const bool running = m_stages.calibration() != nullptr && m_stages.calibration()->running();
  m_calibrate->setText(running ? tr("Show calibration…") : tr("Calibrate…"));
  enable(m_calibrate, running ? QString() : m_stages.whyNotCalibrate());
  // Their views show what is running and what came out: only a missing checkpoint or snapshot disables them.
  enable(m_export,
         m_document.model() != nullptr && m_document.snapshot() != nullptr ? QString() : m_stages.whyNotExport());
  const bool hasReport = m_document.report().has_value();
  enable(m_verify, hasReport || m_document.model() != nullptr ? QString() : m_stages.whyNotVerify());
  m_stop->setEnabled(m_jobs.runningCount() > 0);
}

CalibrateDialog* RunActions::dialog() {
  if (m_dialog == nullptr) m_dialog = new CalibrateDialog(m_document, m_stages, m_jobs, m_window);
  return m_dialog;
}

void RunActions::calibrate() {
  dialog()->bringUp();
}

void RunActions::showJob(Job* job) {
  if (m_stages.calibration() != nullptr && job == m_stages.calibration()->job()) return calibrate();
  if (job == m_stages.exportJob()) m_context.show(QStringLiteral("export"));
  if (job == m_stages.verifyJob()) m_context.show(QStringLiteral("verify"));
}

}  // namespace oscope::gui
