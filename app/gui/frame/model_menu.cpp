// The menus Model and Recipe of MainWindow: facts, places on disk, the recipe as a whole.
#include <QAction>
#include <QDesktopServices>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QUrl>

#include "app/gui/forms/facts_dialog.h"
#include "app/gui/frame/error_bar.h"
#include "app/gui/frame/main_window.h"
#include "app/gui/frame/run_actions.h"
#include "app/gui/frame/view_frame.h"
#include "app/gui/views/policy/policy_view.h"

namespace oscope::gui {
namespace {

/// Opens the folder, or the one that the file is in.
void reveal(const std::filesystem::path& path) {
  const QFileInfo info(QString::fromStdString(path.string()));
  const QString folder = info.isDir() ? info.absoluteFilePath() : info.absolutePath();
  QDesktopServices::openUrl(QUrl::fromLocalFile(folder));
}

}  // namespace

void MainWindow::makeModelMenu(QMenu* menu) {
  const auto noModel = [this] { return m_document.model() == nullptr ? tr("open the checkpoint first") : QString(); };
  const auto noSnapshot = [this] {
    return m_document.workspace().snapshot.empty() ? tr("there is no snapshot yet") : QString();
  };
  menu->addAction(m_openModel);
  QAction* facts = addTo(menu, tr("Model facts…"), QKeySequence(Qt::CTRL | Qt::Key_I), [this] { showFacts(); });
  addCondition(facts, [this] { return m_document.isEmpty() ? tr("open a model or a snapshot first") : QString(); });
  menu->addSeparator();
  menu->addAction(m_run->calibrateAction());
  menu->addSeparator();
  addCondition(addTo(menu, tr("Show model in file manager"), {}, [this] { reveal(m_document.model()->folder); }),
               noModel);
  addCondition(
      addTo(menu, tr("Show snapshot in file manager"), {}, [this] { reveal(m_document.workspace().snapshot); }),
      noSnapshot);
  addCondition(addTo(menu, tr("Show export in file manager"), {}, [this] { reveal(m_document.workspace().exported); }),
               [this] { return m_document.workspace().exported.empty() ? tr("nothing is exported yet") : QString(); });
}

void MainWindow::makeRecipeMenu(QMenu* menu) {
  const auto noWorkspace = [this] { return m_document.isEmpty() ? tr("open a model or a snapshot first") : QString(); };
  addCondition(addTo(menu, tr("Edit recipe…"), QKeySequence(Qt::CTRL | Qt::Key_E), [this] { editRecipe(); }), [this] {
    return m_document.snapshot() == nullptr ? tr("calibrate, or open a snapshot, first") : QString();
  });
  menu->addSeparator();
  QMenu* builtin = menu->addMenu(tr("Use a built-in recipe"));
  addCondition(builtin->menuAction(), noWorkspace);
  for (const quant::BuiltinRecipe& builtinRecipe : quant::builtinRecipes()) {
    const quant::Recipe& known = builtinRecipe.recipe;
    const QString name = QString::fromStdString(known.name);
    addTo(builtin, name, {}, [this, known, name] { m_document.setRecipe(known, tr("Recipe %1").arg(name)); });
  }
  addCondition(addTo(menu, tr("Open recipe…"), {}, [this] { chooseFile(tr("Open recipe"), tr("Recipes (*.json)")); }),
               noWorkspace);
  addCondition(addTo(menu, tr("Save recipe as…"), {}, [this] { saveRecipe(); }), noWorkspace);
  menu->addSeparator();
  addCondition(addTo(menu, tr("Thresholds of the paper (15, 150)"), {},
                     [this] { m_document.setThresholds(quant::Recipe().v0, quant::Recipe().v1); }),
               noWorkspace);
  addCondition(addTo(menu, tr("Reset all sites to the rule"), {},
                     [this] {
                       quant::Recipe next = m_document.recipe();
                       next.overrides.clear();
                       m_document.setRecipe(next, tr("Reset all sites to the rule"));
                     }),
               [this] { return m_document.recipe().overrides.empty() ? tr("no site is set by hand") : QString(); });
}

void MainWindow::showFacts() {
  if (m_facts == nullptr) m_facts = new FactsDialog(m_document, this);
  m_facts->show();
  m_facts->raise();
  m_facts->activateWindow();
}

void MainWindow::editRecipe() {
  m_context.show(QStringLiteral("policy"));
  if (auto* view = qobject_cast<PolicyView*>(m_frame->current())) view->editRecipe();
}

void MainWindow::saveRecipe() {
  const QString path =
      QFileDialog::getSaveFileName(this, tr("Save recipe"), QStringLiteral("recipe.json"), tr("Recipes (*.json)"));
  if (!path.isEmpty()) saveRecipeTo(path);
}

void MainWindow::saveRecipeTo(const QString& path) {
  m_document.saveRecipe(path, [this](const JobOutcome& outcome) {
    if (outcome.state == JobOutcome::State::Failed) showError({outcome.text, outcome.where, outcome.remedy});
  });
}

void MainWindow::addCondition(QAction* action, std::function<QString()> whyNot) {
  m_conditions.emplace_back(action, std::move(whyNot));
}

void MainWindow::refreshMenus() {
  for (const auto& [action, whyNot] : m_conditions) {
    const QString reason = whyNot();
    action->setEnabled(reason.isEmpty());
    action->setToolTip(reason.isEmpty() ? action->iconText() : reason);
  }
}

}  // namespace oscope::gui
