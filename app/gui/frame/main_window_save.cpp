// What MainWindow does so that nothing is lost: saving, autosaving, asking before changes go, closing.
#include <QCloseEvent>
#include <QMessageBox>
#include <QPushButton>
#include <QSettings>

#include "app/gui/frame/docks.h"
#include "app/gui/frame/jobs_dock.h"
#include "app/gui/frame/main_window.h"
#include "app/gui/frame/view_frame.h"
#include "app/gui/frame/window_state.h"

namespace oscope::gui {

MainWindow::Changes MainWindow::askAboutChanges() {
  if (!m_document.isEdited()) return Changes::Lose;
  QMessageBox box(QMessageBox::Question, tr("Unsaved changes"),
                  tr("%1 has changes that are not saved.").arg(m_document.title()), QMessageBox::NoButton, this);
  box.setInformativeText(tr("Without saving, they are lost."));
  QPushButton* save = box.addButton(tr("Save"), QMessageBox::AcceptRole);
  QPushButton* drop = box.addButton(tr("Don’t save"), QMessageBox::DestructiveRole);
  box.addButton(tr("Keep working"), QMessageBox::RejectRole);
  box.setDefaultButton(save);
  box.exec();
  if (box.clickedButton() == drop) return Changes::Lose;
  return box.clickedButton() == save ? Changes::Save : Changes::Keep;
}

void MainWindow::afterChanges(std::function<void()> go) {
  if (m_document.isSaving()) {
    connect(
        &m_document, &Document::saveEnded, this, [this, go = std::move(go)] { afterChanges(go); },
        Qt::SingleShotConnection);
    return;
  }
  const Changes answer = askAboutChanges();
  if (answer == Changes::Lose) go();
  // What was changed while it was saved is asked about again.
  if (answer == Changes::Save) saveWorkspace(false, [this, go = std::move(go)] { afterChanges(go); });
}

void MainWindow::saveWorkspaceTo(const QString& path, std::function<void()> saved) {
  m_document.setViewState(captureWindowState(m_context, *m_frame));
  m_document.save(path, [this, saved = std::move(saved)] {
    m_frame->clearError();
    addRecentFile(recentEntry(m_document));
    refreshRecent();
    if (saved) saved();
  });
}

void MainWindow::autosave(std::function<void()> done) {
  if (m_document.isEmpty()) return;
  m_document.setViewState(captureWindowState(m_context, *m_frame));
  const auto write = m_session.autosaver(m_document.workspace(), m_document.title(), m_document.filePath());
  Job* job = m_jobs.start<bool>(
      {}, [write](const JobContext&) { return write(), true; },
      [this, done = std::move(done)](bool) {
        m_autosaved = tr("Autosaved %1").arg(QDateTime::currentDateTime().toString(QStringLiteral("HH:mm")));
        if (done) done();
        refreshStatus();
      },
      QStringLiteral("autosave"));
  connect(job, &Job::finished, this, [this](const JobOutcome& outcome) {
    if (outcome.state != JobOutcome::State::Failed) return;
    m_autosaved = tr("△! Not autosaved");
    m_jobsDock->log(tr("autosave failed: %1").arg(outcome.message));
    refreshStatus();
  });
  addRecentFile(recentEntry(m_document));
}

void MainWindow::closeEvent(QCloseEvent* event) {
  if (m_document.isSaving()) {  // it ends first
    connect(&m_document, &Document::saveEnded, this, &QWidget::close,
            static_cast<Qt::ConnectionType>(Qt::SingleShotConnection | Qt::UniqueConnection));
    return event->ignore();
  }
  const Changes answer = askAboutChanges();
  if (answer == Changes::Save) saveWorkspace(false, [this] { close(); });
  if (answer != Changes::Lose) return event->ignore();
  QSettings settings;
  settings.setValue(QStringLiteral("window/geometry"), saveGeometry());
  m_docks->save(settings);
  settings.setValue(kSplittersKey, QString::fromStdString(m_frame->splitters().dump()));
  m_autosave.stop();
  m_session.forgetAutosave();  // an orderly end needs no recovery
  event->accept();
}

}  // namespace oscope::gui
