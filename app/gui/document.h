// The workspace that the window edits: checkpoint, snapshot, recipe, reports, undo. Views read it and listen to it.
#pragma once

#include <QObject>
#include <QString>
#include <QUndoStack>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "analysis/base/error.h"
#include "analysis/model/open_model.h"
#include "analysis/stats/snapshot.h"
#include "app/gui/jobs/file_work.h"
#include "quant/pipeline/workspace.h"
#include "quant/policy/plan.h"
#include "quant/policy/sensitivity.h"
#include "quant/policy/what_if.h"
#include "quant/verify/verify.h"

namespace oscope::gui {

class Job;
class JobRunner;
struct JobOutcome;
struct LoadedWorkspace;

/// What the table, the plots and the inspector show of one site; recomputed at once when a threshold moves.
struct SiteRow {
  SiteId id;
  float range = 0, rangeWithoutFirst = 0;
  quant::Policy policy = quant::Policy::Static;
  quant::Policy byRule = quant::Policy::Static;
  bool overridden = false;
  int weightBits = 16;  ///< of its linears, the lowest
  std::optional<double> predictedDb, measuredDb;
};

class Document : public QObject {
  Q_OBJECT

 public:
  /// Of the job that opens a path.
  inline static const QString kOpenChannel = QStringLiteral("open");

  Document(JobRunner& jobs, QObject* parent = nullptr);
  ~Document() override;

  // What is open. Opening replaces the workspace; an error leaves everything as it was and arrives by openFailed().
  /// Model folder, snapshot, workspace or recipe, told apart by what is there. Work happens on a job.
  void open(const QString& path);
  /// Opens an autosaved copy as the workspace that is saved as `original` (empty: nowhere); it is edited from the
  /// start.
  void restore(const QString& file, const QString& original);
  void close();
  /// Asked before a workspace with unsaved changes is replaced: calls what it is given once that may happen, or never.
  using ReplaceGuard = std::function<void(std::function<void()> replace)>;
  void setReplaceGuard(ReplaceGuard guard) { m_replaceGuard = std::move(guard); }
  /// Whether closing would lose something that is not in the saved file.
  bool isEdited() const { return m_unsaved || !m_undo.isClean(); }
  /// Whether it came out of a crashed session.
  bool isRecovered() const { return m_recovered; }
  /// The window's own state (view, selection, zoom), saved with the workspace; changing it is no edit.
  void setViewState(Json state) { m_workspace.view = std::move(state); }
  bool isEmpty() const { return m_snapshot == nullptr && m_model == nullptr; }
  QString title() const;                       ///< "LLaMA-7B · W4A8"
  QString filePath() const { return m_path; }  ///< of the saved workspace, empty: never saved

  // Saving, on a job (document_save.cpp): files get what is there now, one after the other.
  /// It is unsaved until the file is complete, and stays so where it was changed meanwhile. `saved`: only then. Errors
  /// arrive by openFailed().
  void save(const QString& path, std::function<void()> saved = {});
  using SaveEnd = std::function<void(const JobOutcome&)>;
  void saveRecipe(const QString& path, SaveEnd ended);
  bool isSaving() const { return m_writing != nullptr; }

  const quant::Workspace& workspace() const { return m_workspace; }

  std::shared_ptr<const model::OpenedModel> model() const { return m_model; }
  stats::SnapshotPtr snapshot() const { return m_snapshot; }
  /// A finished calibration becomes the workspace's snapshot. `plan`: of it by recipe(), where a worker has made it.
  void setSnapshot(stats::SnapshotPtr snapshot, const QString& path, std::shared_ptr<const quant::Plan> plan);
  const std::optional<quant::VerifyReport>& report() const { return m_report; }
  /// `path`: where the report is kept; empty: nowhere.
  void setReport(quant::VerifyReport report, const QString& path);
  void setExported(const QString& folder);

  // The recipe. Every change goes through the undo stack.
  const quant::Recipe& recipe() const { return m_workspace.recipe; }
  QUndoStack& undoStack() { return m_undo; }
  void setThresholds(double v0, double v1);
  /// nullopt: back to the rule. Sites that can't have the policy stay as they are; notice() says so.
  void setPolicy(const std::set<SiteId>& sites, std::optional<quant::Policy> policy);
  /// Scheme of all linears of these sites; nullopt: the recipe's own.
  void setWeights(const std::set<SiteId>& sites, std::optional<quant::WeightScheme> scheme);
  /// Changes with the same non-empty `merge` that follow each other are one undo step (typing).
  void setNote(SiteId site, const QString& note, const QString& merge = {});
  /// Any other change, named for the undo menu. A recipe that doesn't fit (whyUnfit) changes nothing and arrives by
  /// openFailed(); then false.
  bool setRecipe(const quant::Recipe& recipe, const QString& what, const QString& merge = {});
  /// Why this snapshot can't be planned with `recipe`; nullopt where it can.
  std::optional<Error> whyUnfit(const quant::Recipe& recipe) const;
  /// Why the site can't have this policy, in words; empty where it can.
  QString whyNot(SiteId site, quant::Policy policy) const;

  // What follows from it.
  /// The complete plan of the committed recipe; null while there is none.
  std::shared_ptr<const quant::Plan> plan() const { return m_plan; }
  const std::vector<SiteRow>& rows() const { return m_rows; }  ///< order of the snapshot; of the preview while dragging
  const SiteRow* row(SiteId id) const;
  std::optional<std::size_t> indexOf(SiteId id) const;
  /// Predictions of every policy for every site; null until they are computed.
  std::shared_ptr<const quant::PredictionTable> predictions() const { return m_predictions; }
  const quant::Outlook& outlook() const { return m_outlook; }             ///< of what rows() shows
  const quant::Outlook& committedOutlook() const { return m_committed; }  ///< of the recipe
  /// For sweeps over thresholds; null while there is no plan.
  const quant::ThresholdModel* thresholds() const { return m_thresholds.get(); }

  // Thresholds under the mouse: rows and outlook follow at once, the recipe only on commit (one undo step).
  double v0() const { return m_preview ? m_preview->first : recipe().v0; }
  double v1() const { return m_preview ? m_preview->second : recipe().v1; }
  bool previewing() const { return m_preview.has_value(); }
  void previewThresholds(double v0, double v1);
  void commitPreview();
  void cancelPreview();

 signals:
  void opened();
  void replaced();  ///< another workspace than before is open (or none): selection and views start anew
  void openFailed(const QString& text, const QString& where, const QString& remedy);
  void saveEnded();                  ///< of workspace or recipe, well or not
  void notice(const QString& text);  ///< what a change left out, and why
  void modelChanged();
  void snapshotChanged();
  void recipeChanged();
  void planChanged();  ///< the complete plan is new
  void rowsChanged();  ///< policies, counts or predictions changed (also during a drag)
  void predictionsChanged();
  void reportChanged();
  void titleChanged();

 private:
  friend class RecipeCommand;
  void load(const QString& file, const QString& savedAs);
  void take(LoadedWorkspace loaded, const QString& savedAs, bool recovered);
  void replace(LoadedWorkspace loaded, const QString& savedAs, bool recovered);
  void write(const QString& path, FileWork work, SaveEnd ended);
  void markUnsaved();
  void announceAll();
  void applyRecipe(const quant::Recipe& recipe);
  bool isChecked(const quant::Recipe& recipe) const;
  void refreshRows();
  void refreshPlan();
  void startPredictions();

  JobRunner& m_jobs;
  QString m_path;
  bool m_recovered = false;
  bool m_unsaved = false;  ///< changes beside the recipe's: a new snapshot, an export, a report
  int m_changes = 0;       ///< counts the recipe's and those beside it
  int m_opened = 0;        ///< counts workspaces
  Job* m_writing = nullptr;
  ReplaceGuard m_replaceGuard;
  quant::Workspace m_workspace;
  std::shared_ptr<const model::OpenedModel> m_model;
  stats::SnapshotPtr m_snapshot;
  std::shared_ptr<const quant::Plan> m_plan;
  /// Made before it is wanted: by the job that opened the snapshot, or when whyUnfit() tried a recipe.
  mutable std::shared_ptr<const quant::Plan> m_checked;
  std::shared_ptr<const quant::PredictionTable> m_predictions;
  std::unique_ptr<quant::ThresholdModel> m_thresholds;
  std::optional<quant::VerifyReport> m_report;
  std::vector<SiteRow> m_rows;
  quant::Outlook m_outlook, m_committed;
  std::optional<std::pair<double, double>> m_preview;
  QUndoStack m_undo;
};

}  // namespace oscope::gui
