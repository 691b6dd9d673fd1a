// The files of RecipeForm: opened, saved, named.
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QPointer>

#include "app/gui/document.h"
#include "app/gui/forms/recipe_form.h"
#include "app/gui/jobs/job_runner.h"

namespace oscope::gui {

bool RecipeForm::open(const QString& path) {
  try {
    const quant::Recipe recipe = quant::loadRecipe(path.toStdString());
    if (!apply(recipe, tr("Open recipe %1").arg(QFileInfo(path).fileName()))) return false;
    m_path = path;
    m_saved = recipe;
  } catch (const Error& error) {
    report(error);
    return false;
  }
  refresh();
  return true;
}

void RecipeForm::saveTo(const QString& path) {
  const auto ended = [form = QPointer(this), path, recipe = m_document.recipe()](const JobOutcome& outcome) {
    if (form == nullptr || outcome.state == JobOutcome::State::Cancelled) return;
    if (outcome.state == JobOutcome::State::Failed) return form->report(outcome.text, outcome.remedy, outcome.where);
    form->m_problem->hide();
    form->m_path = path;
    form->m_saved = recipe;
    form->refresh();
  };
  m_document.saveRecipe(path, ended);
}

void RecipeForm::chooseFile() {
  const QString path = QFileDialog::getOpenFileName(this, tr("Open recipe"), m_path, tr("Recipes (*.json)"));
  if (!path.isEmpty()) open(path);
}

void RecipeForm::save() {
  m_path.isEmpty() ? saveAs() : saveTo(m_path);
}

void RecipeForm::saveAs() {
  QString path = QFileDialog::getSaveFileName(
      this, tr("Save recipe"), m_path.isEmpty() ? QStringLiteral("recipe.json") : m_path, tr("Recipes (*.json)"));
  if (path.isEmpty()) return;
  if (QFileInfo(path).suffix().isEmpty()) path += QStringLiteral(".json");
  saveTo(path);
}

}  // namespace oscope::gui
