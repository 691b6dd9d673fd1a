// How the document gets to disk by hand: on jobs, one after the other, as it was when it was asked for.
#include <QFileInfo>

#include "app/gui/document.h"
#include "app/gui/jobs/job_runner.h"

namespace oscope::gui {

void Document::write(const QString& path, FileWork work, SaveEnd ended) {
  if (m_writing != nullptr) {
    connect(m_writing, &Job::finished, this, [=, this] { write(path, work, ended); });
    return;
  }
  m_writing = m_jobs.start<bool>(
      tr("Save %1").arg(QFileInfo(path).fileName()),
      [work = std::move(work)](const JobContext& context) { return work(context), true; }, [](bool) {});
  connect(m_writing, &Job::finished, this, [this, ended = std::move(ended)](const JobOutcome& outcome) {
    m_writing = nullptr;
    ended(outcome);
    emit saveEnded();
  });
}

void Document::save(const QString& path, std::function<void()> saved) {
  const auto work = [workspace = m_workspace, file = path.toStdString()](const JobContext&) {
    quant::saveWorkspace(workspace, file);
  };
  const auto ended = [this, path, saved = std::move(saved), opened = m_opened,
                      changes = m_changes](const JobOutcome& outcome) {
    if (outcome.state == JobOutcome::State::Failed) emit openFailed(outcome.text, outcome.where, outcome.remedy);
    if (outcome.state != JobOutcome::State::Done || opened != m_opened) return;
    m_path = path;
    if (changes == m_changes) {
      m_unsaved = false;
      m_undo.setClean();
    } else {
      m_undo.resetClean();  // what the file holds is no step of the stack
    }
    emit titleChanged();
    if (saved) saved();
  };
  write(path, work, ended);
}

void Document::saveRecipe(const QString& path, SaveEnd ended) {
  const auto work = [recipe = recipe(), file = path.toStdString()](const JobContext&) {
    quant::saveRecipe(recipe, file);
  };
  write(path, work, std::move(ended));
}

}  // namespace oscope::gui
