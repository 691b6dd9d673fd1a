// What leaves a view: pictures, tables, the clipboard. Encoding, large tables and the disk are a job's.
#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>

#include "app/gui/frame/view_frame.h"
#include "app/gui/jobs/job_runner.h"

namespace oscope::gui {

bool ViewFrame::canSave() const {
  return m_current != nullptr && (m_current->canSavePicture() || m_current->hasTable());
}

void ViewFrame::showMore(QWidget* widget) {
  if (m_current == nullptr) return;
  QMenu menu(this);
  if (m_current->canFit()) menu.addAction(tr("Show all"), m_current, [this] { m_current->fit(); });
  if (canSave()) menu.addAction(tr("Save picture or table…"), this, &ViewFrame::saveAs);
  if (m_current->canSavePicture()) {
    menu.addAction(tr("Copy picture"), this, [this] { QApplication::clipboard()->setPixmap(m_current->grab()); });
  }
  if (m_current->hasTable()) menu.addAction(tr("Copy table as CSV"), this, &ViewFrame::copyTable);
  menu.addSeparator();
  menu.addAction(tr("What this view shows"), this, &ViewFrame::helpRequested);
  menu.exec(widget->mapToGlobal(QPoint(0, widget->height() + 2)));
}

void ViewFrame::saveAs() {
  if (!canSave()) return;
  QStringList filters;
  if (m_current->canSavePicture()) filters << tr("PNG picture (*.png)") << tr("SVG picture (*.svg)");
  if (m_current->hasTable()) filters << tr("CSV table (*.csv)");
  QString filter;
  QString path =
      QFileDialog::getSaveFileName(this, tr("Save"), m_currentId, filters.join(QStringLiteral(";;")), &filter);
  if (path.isEmpty()) return;
  for (const char* suffix : {".png", ".svg", ".csv"}) {
    const QString wanted = QLatin1String(suffix);
    if (filter.contains(QLatin1Char('*') + wanted) && QFileInfo(path).suffix().isEmpty()) path += wanted;
  }
  saveTo(path);
}

Job* ViewFrame::saveTo(const QString& path) {
  if (m_current == nullptr) return nullptr;
  const bool isTable = path.endsWith(QLatin1String(".csv"), Qt::CaseInsensitive);
  const FileWork work = isTable ? writeTable(m_current->tableWork(), path) : m_current->savePicture(path);
  if (!work) return nullptr;
  Job* job = m_services.jobs.start<bool>(
      tr("Save %1").arg(QFileInfo(path).fileName()), [work](const JobContext& context) { return work(context), true; },
      [this, path](bool) { emit saved(path); });
  sayFailure(job);
  return job;
}

void ViewFrame::copyTable() {
  sayFailure(m_services.jobs.start<QString>(
      tr("Copy table"),
      [table = m_current->tableWork()](const JobContext& context) { return QString::fromStdString(table(context)); },
      [](const QString& text) { QApplication::clipboard()->setText(text); }, QStringLiteral("copy-table")));
}

void ViewFrame::sayFailure(Job* job) {
  connect(job, &Job::finished, this, [this](const JobOutcome& outcome) {
    if (outcome.state == JobOutcome::State::Failed) showError({outcome.text, outcome.where, outcome.remedy});
  });
}

}  // namespace oscope::gui
