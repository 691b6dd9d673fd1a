// How the document's recipe changes: every change is a step of the undo stack.
#include <QUndoCommand>

#include "app/common/number_format.h"
#include "app/gui/document.h"
#include "app/gui/marks.h"
#include "quant/policy/policy_rules.h"

namespace oscope::gui {

namespace {

QString countedSites(std::int64_t count) {
  return QString::fromStdString(app::formatCounted(count, "site", "sites"));
}

}  // namespace

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

void Document::setThresholds(double v0, double v1) {
  quant::Recipe next = recipe();
  next.v0 = v0;
  next.v1 = v1;
  setRecipe(next, tr("Thresholds %1 · %2").arg(v0, 0, 'g', 3).arg(v1, 0, 'g', 3));
}

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
  QString obstacle = QString::fromStdString(quant::whyNotFoldable(facts, recipe()));
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

namespace {

/// The plan under a recipe that says the same in other words (a note, another name): typing a note plans nothing anew.
/// Null where the recipes differ in more.
std::shared_ptr<const quant::Plan> reworded(const quant::Plan& plan, const quant::Recipe& next) {
  quant::Recipe known = next;
  known.name = plan.recipe.name;
  known.notes = plan.recipe.notes;
  if (!(known == plan.recipe)) return nullptr;
  quant::checkRecipe(next, "recipe '" + next.name + "'");
  auto copy = std::make_shared<quant::Plan>(plan);
  copy->recipe = next;
  return copy;
}

}  // namespace

std::optional<Error> Document::whyUnfit(const quant::Recipe& next) const {
  try {
    if (m_snapshot && !isChecked(next)) {
      m_checked = m_plan ? reworded(*m_plan, next) : nullptr;
      if (!m_checked) m_checked = std::make_shared<const quant::Plan>(quant::makePlan(*m_snapshot, next, m_plan.get()));
    } else if (!m_snapshot) {
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
  ++m_changes;
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

}  // namespace oscope::gui
