#include "app/gui/document.h"

#include <QFileInfo>
#include <QUndoCommand>
#include <algorithm>
#include <cmath>

#include "app/common/number_format.h"
#include "app/gui/jobs/job_runner.h"
#include "app/gui/jobs/load_workspace.h"
#include "app/gui/marks.h"
#include "quant/policy/policy_rules.h"

namespace oscope::gui {

/// Any change of the recipe: the two values. Drags arrive as one command, so that one undo takes one drag back; what is
/// typed arrives as many that merge.
class RecipeCommand : public QUndoCommand {
 public:
  RecipeCommand(Document& document, quant::Recipe after, const QString& text, QString merge)
      : QUndoCommand(text),
        m_document(document),
        m_before(document.recipe()),
        m_after(std::move(after)),
        m_merge(std::move(merge)) {}
  int id() const override { return m_merge.isEmpty() ? -1 : 1; }
  bool mergeWith(const QUndoCommand* next) override {
    const auto* later = static_cast<const RecipeCommand*>(next);
    if (later->m_merge != m_merge) return false;
    m_after = later->m_after;
    setObsolete(m_after == m_before);
    return true;
  }
  void undo() override { m_document.applyRecipe(m_before); }
  void redo() override { m_document.applyRecipe(m_after); }

 private:
  Document& m_document;
  quant::Recipe m_before, m_after;
  QString m_merge;
};

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
      [file, model = m_model, snapshot = m_snapshot](const JobContext& context) {
        return loadAnything(file.toStdString(), model, snapshot, context);
      },
      [this, savedAs, recovered](LoadedWorkspace loaded) { take(std::move(loaded), savedAs, recovered); },
      QStringLiteral("open"));
  connect(job, &Job::finished, this, [this](const JobOutcome& outcome) {
    if (outcome.state == JobOutcome::State::Failed) emit openFailed(outcome.text, outcome.where, outcome.remedy);
  });
}

void Document::take(LoadedWorkspace loaded, const QString& savedAs, bool recovered) {
  using Kind = LoadedWorkspace::Kind;
  if (loaded.kind == Kind::Recipe) {
    if (setRecipe(loaded.workspace.recipe, tr("Open recipe"))) emit opened();
    return;
  }
  // A checkpoint beside its own snapshot (or the other way round) joins the workspace; anything else replaces it.
  const bool joins = (loaded.kind == Kind::Model && m_snapshot && isOf(*m_snapshot, *loaded.model)) ||
                     (loaded.kind == Kind::Snapshot && m_model && isOf(*loaded.snapshot, *m_model));
  if (!joins && isEdited() && m_mayReplace && !m_mayReplace()) return;
  if (joins) {
    if (loaded.snapshot) {
      setSnapshot(loaded.snapshot, QString::fromStdString(loaded.workspace.snapshot.string()));
    } else {
      m_model = loaded.model;
      m_workspace.model = loaded.workspace.model;
      m_unsaved = true;
      emit modelChanged();
      emit titleChanged();
    }
    emit opened();
    return;
  }
  m_path = loaded.kind == Kind::Workspace ? savedAs : QString();
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

bool Document::save(const QString& path) {
  try {
    quant::saveWorkspace(m_workspace, path.toStdString());
  } catch (const Error& error) {
    emit openFailed(QString::fromStdString(error.text()), QString::fromStdString(error.where()),
                    QString::fromStdString(error.remedy()));
    return false;
  }
  m_path = path;
  m_unsaved = false;
  m_undo.setClean();
  emit titleChanged();
  return true;
}

void Document::setSnapshot(stats::SnapshotPtr snapshot, const QString& path) {
  m_snapshot = std::move(snapshot);
  m_workspace.snapshot = path.toStdString();
  m_workspace.verifyReport.clear();
  m_report.reset();
  m_predictions.reset();
  m_unsaved = true;
  refreshPlan();
  startPredictions();
  emit snapshotChanged();
  emit reportChanged();
  emit titleChanged();
}

void Document::setReport(quant::VerifyReport report, const QString& path) {
  m_report = std::move(report);
  m_workspace.verifyReport = path.toStdString();
  m_unsaved = true;
  refreshRows();
  emit reportChanged();
  emit titleChanged();
}

void Document::setExported(const QString& folder) {
  m_workspace.exported = folder.toStdString();
  m_unsaved = true;
  emit titleChanged();
}

void Document::setThresholds(double v0, double v1) {
  quant::Recipe next = recipe();
  next.v0 = v0;
  next.v1 = v1;
  setRecipe(next, tr("Thresholds %1 · %2").arg(v0, 0, 'g', 3).arg(v1, 0, 'g', 3));
}

namespace {

QString countedSites(std::int64_t count) {
  return QString::fromStdString(app::formatCounted(count, "site", "sites"));
}

}  // namespace

void Document::setPolicy(const std::set<SiteId>& sites, std::optional<quant::Policy> policy) {
  quant::Recipe next = recipe();
  QString reason;
  int refused = 0;
  for (SiteId site : sites) {
    const QString obstacle = policy ? whyNot(site, *policy) : QString();
    if (!obstacle.isEmpty()) {
      ++refused;
      reason = obstacle;
      continue;
    }
    next.overrides.erase(site);
    if (policy) next.overrides[site] = *policy;
  }
  if (refused > 0) {
    emit notice(sites.size() == 1 ? tr("%1 can't be had here: %2").arg(policyTitle(*policy), reason)
                                  : tr("%1 can't be had at %2 of %3 sites: %4")
                                        .arg(policyTitle(*policy))
                                        .arg(refused)
                                        .arg(sites.size())
                                        .arg(reason));
  }
  const int changed = static_cast<int>(sites.size()) - refused;
  setRecipe(next, policy ? tr("%1 at %2").arg(policyTitle(*policy), countedSites(changed))
                         : tr("Reset %1 to the rule").arg(countedSites(changed)));
}

void Document::setWeights(const std::set<SiteId>& sites, std::optional<quant::WeightScheme> scheme) {
  if (!m_snapshot) return;
  quant::Recipe next = recipe();
  for (SiteId site : sites) {
    for (const stats::ReaderStats& reader : m_snapshot->site(site).readers) {
      next.weightOverrides.erase(reader.module);
      if (scheme && !(*scheme == next.weights)) next.weightOverrides[reader.module] = *scheme;
    }
  }
  setRecipe(next, tr("Weights of %1").arg(countedSites(static_cast<std::int64_t>(sites.size()))));
}

QString Document::whyNot(SiteId site, quant::Policy policy) const {
  if (policy != quant::Policy::LaeStatic || !m_snapshot) return {};
  if (!m_thresholds || !m_thresholds->thresholdsAct()) return tr("the recipe has no FPTQ step");
  const stats::SiteStats& facts = m_snapshot->site(site);
  const QString obstacle = QString::fromStdString(quant::whyNotFoldable(facts, recipe()));
  if (obstacle.isEmpty() || facts.foldEdge.empty()) return obstacle;
  return tr("the recipe does not fold into %1").arg(QString::fromStdString(facts.foldEdge));
}

void Document::setNote(SiteId site, const QString& note, const QString& merge) {
  quant::Recipe next = recipe();
  if (note.isEmpty()) {
    next.notes.erase(site);
  } else {
    next.notes[site] = note.toStdString();
  }
  setRecipe(next, tr("Note"), merge);
}

bool Document::setRecipe(const quant::Recipe& next, const QString& what, const QString& merge) {
  if (next == recipe()) return true;
  if (const std::optional<Error> error = whyUnfit(next)) {
    emit openFailed(QString::fromStdString(error->text()), QString::fromStdString(error->where()),
                    QString::fromStdString(error->remedy()));
    return false;
  }
  m_undo.push(new RecipeCommand(*this, next, what, merge));
  return true;
}

std::optional<Error> Document::whyUnfit(const quant::Recipe& next) const {
  try {
    if (m_snapshot) {
      m_checked = std::make_shared<const quant::Plan>(quant::makePlan(*m_snapshot, next));
    } else {
      quant::checkRecipe(next, "recipe");
    }
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

void Document::applyRecipe(const quant::Recipe& next) {
  const quant::Recipe before = recipe();
  m_workspace.recipe = next;
  m_preview.reset();
  refreshPlan();
  // Predictions depend on steps, weights, edges and rules, not on thresholds, overrides or notes.
  if (before.steps != next.steps || !(before.weights == next.weights) ||
      before.weightOverrides != next.weightOverrides || before.foldEdges != next.foldEdges ||
      !(before.rules == next.rules)) {
    startPredictions();
  }
  emit recipeChanged();
  emit titleChanged();
}

void Document::refreshPlan() {
  m_plan.reset();
  m_thresholds.reset();
  if (m_snapshot) {
    try {
      const bool known =
          m_checked && m_checked->recipe == recipe() && m_checked->snapshotHash == m_snapshot->contentHash();
      m_plan = known ? m_checked : std::make_shared<const quant::Plan>(quant::makePlan(*m_snapshot, recipe()));
      m_thresholds = std::make_unique<quant::ThresholdModel>(*m_snapshot, *m_plan, m_predictions.get());
    } catch (const Error& error) {
      emit openFailed(QString::fromStdString(error.text()), QString::fromStdString(error.where()),
                      QString::fromStdString(error.remedy()));
    }
  }
  refreshRows();
  emit planChanged();
}

void Document::refreshRows() {
  m_rows.clear();
  m_outlook = {};
  if (m_plan) {
    m_rows.reserve(m_plan->sites.size());
    for (std::size_t i = 0; i < m_plan->sites.size(); ++i) {
      const quant::SitePlan& site = m_plan->sites[i];
      SiteRow row;
      row.id = site.id;
      row.range = site.range;
      row.rangeWithoutFirst = site.rangeWithoutFirst;
      row.overridden = site.overridden;
      for (const quant::LinearPlan& linear : site.linears)
        row.weightBits = std::min(row.weightBits, linear.scheme.bits);
      row.policy = m_thresholds->policy(i, v0(), v1());
      row.byRule = m_thresholds->byRule(i, v0(), v1());
      if (m_predictions) row.predictedDb = m_predictions->at(i, row.policy).total;
      if (m_report) {
        const auto measured = std::find_if(m_report->sites.begin(), m_report->sites.end(),
                                           [&](const quant::SiteMeasure& measure) { return measure.id == site.id; });
        // What was measured under another policy says nothing about this one.
        const bool same = measured != m_report->sites.end() && measured->policy == row.policy;
        if (same) row.measuredDb = measured->outputSqnrLocalDb;
      }
      m_rows.push_back(row);
    }
    m_outlook = m_thresholds->outlook(v0(), v1());
    if (!m_preview) m_committed = m_outlook;
  }
  emit rowsChanged();
}

void Document::startPredictions() {
  m_predictions.reset();
  emit predictionsChanged();
  if (!m_snapshot) return;
  m_jobs.start<std::shared_ptr<const quant::PredictionTable>>(
      tr("Predict SQNR"),
      [snapshot = m_snapshot, recipe = recipe()](const JobContext& context) {
        return std::make_shared<const quant::PredictionTable>(*snapshot, recipe, context);
      },
      [this](std::shared_ptr<const quant::PredictionTable> table) {
        m_predictions = std::move(table);
        if (m_plan) {
          m_thresholds = std::make_unique<quant::ThresholdModel>(*m_snapshot, *m_plan, m_predictions.get());
        }
        refreshRows();
        emit predictionsChanged();
      },
      QStringLiteral("predict"));
}

const SiteRow* Document::row(SiteId id) const {
  const auto index = indexOf(id);
  return index ? &m_rows[*index] : nullptr;
}

std::optional<std::size_t> Document::indexOf(SiteId id) const {
  const auto found = std::lower_bound(m_rows.begin(), m_rows.end(), id,
                                      [](const SiteRow& row, SiteId wanted) { return row.id < wanted; });
  if (found == m_rows.end() || found->id != id) return std::nullopt;
  return static_cast<std::size_t>(found - m_rows.begin());
}

void Document::previewThresholds(double v0, double v1) {
  if (!m_plan) return;
  m_preview = {v0, v1};
  refreshRows();
}

void Document::commitPreview() {
  if (!m_preview) return;
  const auto [v0, v1] = *m_preview;
  m_preview.reset();
  if (v0 == recipe().v0 && v1 == recipe().v1) {
    refreshRows();
  } else {
    setThresholds(v0, v1);
  }
}

void Document::cancelPreview() {
  if (!m_preview) return;
  m_preview.reset();
  refreshRows();
}

}  // namespace oscope::gui
