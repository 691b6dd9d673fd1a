#include "app/gui/views/compare/recipes_page.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/gui/document.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/jobs/job_runner.h"
#include "app/gui/views/compare/compare_cells.h"
#include "app/gui/views/compare/site_table.h"

namespace oscope::gui {
namespace {

constexpr std::size_t kKeysShown = 6;

}  // namespace

RecipesPage::RecipesPage(const ViewServices& services, QWidget* parent) : ComparePage(parent), m_services(services) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  auto* head = new QHBoxLayout;
  head->setContentsMargins(16, 10, 16, 4);
  head->setSpacing(8);
  m_nameA = makeLabel({}, "section", this);
  m_choice = new QComboBox(this);
  m_choice->setAccessibleName(tr("Recipe B"));
  for (const quant::BuiltinRecipe& builtin : quant::builtinRecipes()) {
    m_choice->addItem(QString::fromStdString(builtin.recipe.name), QString::fromStdString(builtin.id));
  }
  auto* file = new QPushButton(tr("Open recipe B…"), this);
  head->addWidget(makeLabel(tr("A"), "unit", this));
  head->addWidget(m_nameA);
  head->addSpacing(16);
  head->addWidget(makeLabel(tr("B"), "unit", this));
  head->addWidget(m_choice);
  head->addStretch(1);
  head->addWidget(file);
  column->addLayout(head);
  m_keys = makeLabel({}, "label", this);
  m_keys->setWordWrap(true);
  m_keys->setContentsMargins(16, 0, 16, 8);
  m_note = makeLabel({}, "error", this);
  m_note->setWordWrap(true);
  m_note->setContentsMargins(16, 0, 16, 8);
  m_note->hide();
  m_hint = makeLabel({}, "hint", this);
  m_hint->setWordWrap(true);
  m_hint->setContentsMargins(16, 0, 16, 8);
  m_hint->hide();
  column->addWidget(m_keys);
  column->addWidget(m_hint);
  column->addWidget(m_note);
  column->addWidget(makeRule(Qt::Horizontal, this));
  m_table = new SiteTable(services, tr("Sites under both recipes"), this);
  column->addWidget(m_table, 1);

  m_other = QString::fromStdString(quant::builtinRecipes().front().id);
  connect(file, &QPushButton::clicked, this, &RecipesPage::askForFile);
  connect(m_choice, &QComboBox::activated, this, [this](int index) { setOther(m_choice->itemData(index).toString()); });
  connect(&m_services.document, &Document::snapshotChanged, this, &RecipesPage::recompute);
  connect(&m_services.document, &Document::recipeChanged, this, &RecipesPage::recompute);
}

void RecipesPage::askForFile() {
  const QString path = QFileDialog::getOpenFileName(this, tr("Open recipe B"), {}, tr("Recipes (*.json)"));
  if (!path.isEmpty()) setOther(path);
}

void RecipesPage::setOther(const QString& fileOrName) {
  m_other = fileOrName;
  if (m_choice->findData(fileOrName) < 0) m_choice->addItem(QFileInfo(fileOrName).fileName(), fileOrName);
  m_choice->setCurrentIndex(m_choice->findData(fileOrName));
  recompute();
}

void RecipesPage::showEvent(QShowEvent* event) {
  ComparePage::showEvent(event);
  if (m_stale) recompute();
}

void RecipesPage::recompute() {
  m_stale = !isVisible();
  const stats::SnapshotPtr snapshot = m_services.document.snapshot();
  if (m_stale || !snapshot) return;  // predictions of two recipes are not made for nobody
  Job* job = m_services.jobs.start<quant::RecipeDiff>(
      tr("Compare recipes"),
      [snapshot, mine = m_services.document.recipe(), other = m_other.toStdString()](const JobContext& context) {
        quant::Recipe recipe = quant::loadRecipe(other);
        recipe.snapshotHash.clear();
        return quant::diffRecipes(*snapshot, mine, recipe, context);
      },
      [this](quant::RecipeDiff diff) {
        m_diff = std::move(diff);
        refresh();
      },
      QStringLiteral("compare.recipes"));
  connect(job, &Job::finished, this, [this](const JobOutcome& outcome) {
    m_note->setVisible(outcome.state == JobOutcome::State::Failed);
    if (outcome.state != JobOutcome::State::Failed) return;
    m_note->setText(QStringLiteral("%1: %2. %3").arg(outcome.where, outcome.text, outcome.remedy));
    m_diff.reset();
    refresh();
  });
}

void RecipesPage::refresh() {
  emit summaryChanged();
  m_nameA->setText(QString::fromStdString(m_services.document.recipe().name));
  if (!m_diff) {
    m_keys->clear();
    return m_table->setRows({});
  }
  m_keys->setText(m_diff->keys.empty() ? tr("The recipes are equal.") : factsText(m_diff->keys, kKeysShown));
  QStringList keys, findings;
  for (const quant::FactDifference& key : m_diff->keys) {
    keys.append(QString::fromStdString(key.what + ": " + key.a + " ↔ " + key.b));
  }
  m_keys->setToolTip(keys.join(QLatin1Char('\n')));
  for (const Diagnostic& found : m_diff->findings) {
    if (found.code == "compare.step_dropped") findings.append(QString::fromStdString(found.where + ": " + found.text));
  }
  m_hint->setText(findings.join(QLatin1Char('\n')));
  m_hint->setVisible(!findings.isEmpty());
  m_table->setRows(recipeRows(*m_diff, m_showEqual));
}

void RecipesPage::setShowEqual(bool on) {
  m_showEqual = on;
  refresh();
}

QString RecipesPage::summary() const {
  if (!m_diff) return tr("two recipes on this snapshot");
  return tr("%1 of %2 sites differ, %3 get another policy")
      .arg(m_diff->differing)
      .arg(m_diff->sites.size())
      .arg(m_diff->policies);
}

QString RecipesPage::csv() const {
  return m_diff ? m_table->csv() : QString();
}

}  // namespace oscope::gui
