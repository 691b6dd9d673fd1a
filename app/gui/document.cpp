#include "app/gui/document.h"

#include <QFileInfo>

#include "app/gui/jobs/job_runner.h"
#include "app/gui/jobs/load_workspace.h"

namespace oscope::gui {

Document::Document(JobRunner& jobs, QObject* parent) : QObject(parent), m_jobs(jobs) {
  connect(&m_undo, &QUndoStack::cleanChanged, this, &Document::titleChanged);
}

Document::~Document() {
  // The stack's own destructor clears it and says so, when whoever listens is half gone.
  disconnect(&m_undo, nullptr, this, nullptr);
}

void Document::open(const QString& path) {
  load(path, path);
}

void Document::restore(const QString& file, const QString& original) {
  load(file, original);
}

void Document::load(const QString& file, const QString& savedAs) {
  const bool recovered = file != savedAs;
  Job* job = m_jobs.start<LoadedWorkspace>(
      tr("Open %1").arg(QFileInfo(savedAs.isEmpty() ? file : savedAs).fileName()),
      [file, now = OpenWorkspace{m_model, m_snapshot, recipe()}](const JobContext& context) {
        return loadAnything(file.toStdString(), now, context);
      },
      [this, savedAs, recovered](LoadedWorkspace loaded) { take(std::move(loaded), savedAs, recovered); },
      kOpenChannel);
  connect(job, &Job::finished, this, [this](const JobOutcome& outcome) {
    if (outcome.state == JobOutcome::State::Failed) emit openFailed(outcome.text, outcome.where, outcome.remedy);
  });
}

void Document::take(LoadedWorkspace loaded, const QString& savedAs, bool recovered) {
  using Kind = LoadedWorkspace::Kind;
  m_checked = loaded.plan;
  if (loaded.kind == Kind::Recipe) {
    if (setRecipe(loaded.workspace.recipe, tr("Open recipe"))) emit opened();
    return;
  }
  // A checkpoint beside its own snapshot (or the other way round) joins the workspace; anything else replaces it.
  const bool joins = (loaded.kind == Kind::Model && m_snapshot && isOf(*m_snapshot, *loaded.model)) ||
                     (loaded.kind == Kind::Snapshot && m_model && isOf(*loaded.snapshot, *m_model));
  if (joins) {
    if (loaded.snapshot) {
      setSnapshot(loaded.snapshot, QString::fromStdString(loaded.workspace.snapshot.string()), loaded.plan);
    } else {
      m_model = loaded.model;
      m_workspace.model = loaded.workspace.model;
      markUnsaved();
      emit modelChanged();
      emit titleChanged();
    }
    emit opened();
  } else if (isEdited() && m_replaceGuard) {
    m_replaceGuard([=, this] { replace(loaded, savedAs, recovered); });
  } else {
    replace(std::move(loaded), savedAs, recovered);
  }
}

void Document::replace(LoadedWorkspace loaded, const QString& savedAs, bool recovered) {
  ++m_opened;
  m_checked = loaded.plan;
  m_path = loaded.kind == LoadedWorkspace::Kind::Workspace ? savedAs : QString();
  m_unsaved = m_recovered = recovered;
  m_workspace = std::move(loaded.workspace);
  m_model = std::move(loaded.model);
  m_snapshot = std::move(loaded.snapshot);
  m_report = std::move(loaded.report);
  m_preview.reset();
  m_undo.clear();
  announceAll();
  emit replaced();
  emit opened();
}

void Document::announceAll() {
  emit modelChanged();
  refreshPlan();
  startPredictions();
  emit snapshotChanged();
  emit recipeChanged();
  emit reportChanged();
  emit titleChanged();
}

void Document::close() {
  ++m_opened;
  m_path.clear();
  m_unsaved = false;
  m_workspace = {};
  m_model.reset();
  m_snapshot.reset();
  m_report.reset();
  m_preview.reset();
  m_undo.clear();
  m_recovered = false;
  announceAll();
  emit replaced();
}

QString Document::title() const {
  std::string name;
  if (m_snapshot) name = m_snapshot->provenance().modelName;
  if (m_model) name = std::filesystem::absolute(m_model->folder / "").parent_path().filename().string();
  if (name.empty()) return {};
  return QStringLiteral("%1 · %2").arg(QString::fromStdString(name), QString::fromStdString(recipe().name));
}

void Document::markUnsaved() {
  m_unsaved = true;
  ++m_changes;
}

void Document::setSnapshot(stats::SnapshotPtr snapshot, const QString& path, std::shared_ptr<const quant::Plan> plan) {
  m_checked = std::move(plan);
  m_snapshot = std::move(snapshot);
  m_workspace.snapshot = path.toStdString();
  m_workspace.verifyReport.clear();
  m_report.reset();
  m_predictions.reset();
  markUnsaved();
  refreshPlan();
  startPredictions();
  emit snapshotChanged();
  emit reportChanged();
  emit titleChanged();
}

void Document::setReport(quant::VerifyReport report, const QString& path) {
  m_report = std::move(report);
  m_workspace.verifyReport = path.toStdString();
  markUnsaved();
  refreshRows();
  emit reportChanged();
  emit titleChanged();
}

void Document::setExported(const QString& folder) {
  m_workspace.exported = folder.toStdString();
  markUnsaved();
  emit titleChanged();
}

}  // namespace oscope::gui
