#include "app/gui/views/compare/methods_page.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSpinBox>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "analysis/base/atomic_file.h"
#include "app/common/compare_table.h"
#include "app/common/composition.h"
#include "app/common/number_format.h"
#include "app/gui/document.h"
#include "app/gui/frame/cell_table.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/jobs/job_runner.h"
#include "app/gui/jobs/sample_workspace.h"
#include "app/gui/views/compare/compare_cells.h"
#include "quant/compare/recalibrate.h"

namespace oscope::gui {
namespace {

constexpr int kFormWidth = 272;
constexpr int kDefaultWindows = 16, kDefaultLength = 256;
const QString kWorkspace = QStringLiteral("workspace");

/// The sample's own held-out text where the sample is open; empty elsewhere.
QString evaluationTextOf(const std::filesystem::path& model) {
  const std::filesystem::path text = model.parent_path() / "eval.txt";
  std::error_code none;
  return std::filesystem::exists(text, none) ? QString::fromStdString(text.string()) : QString();
}

}  // namespace

MethodsPage::MethodsPage(const ViewServices& services, QWidget* parent) : ComparePage(parent), m_services(services) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(0);
  row->addWidget(makeForm());
  row->addWidget(makeRule(Qt::Vertical, this));

  auto* column = new QVBoxLayout;
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  auto* head = new QHBoxLayout;
  head->setContentsMargins(16, 10, 16, 10);
  m_subject = makeLabel({}, "label", this);
  m_subject->setWordWrap(true);
  m_save = new QPushButton(tr("Save table…"), this);
  m_save->setToolTip(tr("As CSV, HTML or Markdown"));
  head->addWidget(m_subject, 1);
  head->addWidget(m_save);
  column->addLayout(head);
  m_message = makeLabel({}, "error", this);
  m_message->setWordWrap(true);
  m_message->setContentsMargins(16, 0, 16, 8);
  m_message->hide();
  column->addWidget(m_message);
  column->addWidget(makeRule(Qt::Horizontal, this));
  m_stack = new QStackedWidget(this);
  m_stack->addWidget(new EmptyState(
      tr("Perplexity, KL, top-1, worst site, size and time of each ticked recipe, on the same tokens."), {}, m_stack));
  m_stack->addWidget(m_table = new CellTable(tr("Methods on this model"), m_stack));
  column->addWidget(m_stack, 1);
  row->addLayout(column, 1);

  connect(m_start, &QPushButton::clicked, this, [this] { running() ? stop() : start(); });
  connect(m_save, &QPushButton::clicked, this, &MethodsPage::askAndSave);
  connect(m_recipes, &QListWidget::itemChanged, this, &MethodsPage::refreshState);
  connect(m_text, &QLineEdit::textChanged, this, &MethodsPage::refreshState);
  const auto modelChanged = [this] {
    const QString text = evaluationTextOf(m_services.document.workspace().model);
    if (m_text->text().isEmpty() && !text.isEmpty()) m_text->setText(text);
    refreshState();
  };
  connect(&m_services.document, &Document::modelChanged, this, modelChanged);
  connect(&m_services.document, &Document::snapshotChanged, this, modelChanged);
  connect(&m_services.document, &Document::recipeChanged, this, [this] {
    m_recipes->item(0)->setText(
        tr("%1 (this workspace)").arg(QString::fromStdString(m_services.document.recipe().name)));
  });
  modelChanged();
}

QWidget* MethodsPage::makeForm() {
  auto* form = new QWidget(this);
  form->setFixedWidth(kFormWidth);
  auto* column = new QVBoxLayout(form);
  column->setContentsMargins(16, 12, 16, 12);
  column->setSpacing(6);
  column->addWidget(makeLabel(tr("Recipes"), "section", form));
  m_recipes = new QListWidget(form);
  m_recipes->setAccessibleName(tr("Recipes to compare"));
  m_recipes->setSpacing(3);
  const auto add = [this](const QString& name, const QString& id, bool on) {
    auto* item = new QListWidgetItem(name, m_recipes);
    item->setData(Qt::UserRole, id);
    item->setToolTip(id);
    item->setCheckState(on ? Qt::Checked : Qt::Unchecked);
  };
  add(tr("%1 (this workspace)").arg(QString::fromStdString(m_services.document.recipe().name)), kWorkspace, true);
  for (const quant::BuiltinRecipe& builtin : quant::builtinRecipes()) {
    add(QString::fromStdString(builtin.recipe.name), QString::fromStdString(builtin.id), false);
  }
  setChosen({kWorkspace, QStringLiteral("fptq-gptq-w4a8"), QStringLiteral("smoothquant-w8a8-o1"),
             QStringLiteral("gptq-w4a16"), QStringLiteral("awq-w4a16"), QStringLiteral("rtn-w4a8-dynamic")});
  column->addWidget(m_recipes, 1);
  auto* more = new QPushButton(tr("Add recipe file…"), form);
  connect(more, &QPushButton::clicked, this, [this] {
    const QString path = QFileDialog::getOpenFileName(this, tr("Add recipe"), {}, tr("Recipes (*.json)"));
    if (!path.isEmpty()) addRecipeFile(path);
  });
  column->addWidget(more);

  column->addSpacing(8);
  column->addWidget(makeLabel(tr("Held-out text"), "section", form));
  auto* file = new QHBoxLayout;
  m_text = new QLineEdit(form);
  m_text->setPlaceholderText(tr("UTF-8 text file"));
  m_text->setAccessibleName(tr("Held-out text file"));
  auto* browse = makeIconButton(QStringLiteral("folder"), tr("Choose the text"), {}, form);
  connect(browse, &QToolButton::clicked, this, [this] {
    const QString path = QFileDialog::getOpenFileName(this, tr("Held-out text"));
    if (!path.isEmpty()) setText(path);
  });
  file->addWidget(m_text, 1);
  file->addWidget(browse);
  column->addLayout(file);
  auto* counts = new QHBoxLayout;
  const auto spin = [&](const QString& name, int value, int low) {
    auto* box = new QSpinBox(form);
    box->setRange(low, 65536);
    box->setValue(value);
    box->setAccessibleName(name);
    box->setButtonSymbols(QAbstractSpinBox::NoButtons);
    counts->addWidget(box, 1);
    counts->addWidget(makeLabel(name, "unit", form));
    return box;
  };
  m_windows = spin(tr("windows of"), kDefaultWindows, 1);
  m_length = spin(tr("tokens"), kDefaultLength, 2);
  column->addLayout(counts);
  m_hint = makeLabel({}, "hint", form);
  m_hint->setWordWrap(true);
  column->addWidget(m_hint);
  m_start = new QPushButton(tr("Compare"), form);
  m_start->setProperty("class", "primary");
  column->addWidget(m_start);
  return form;
}

void MethodsPage::setText(const QString& path) {
  m_text->setText(path);
}

void MethodsPage::setWindows(int windows, int length) {
  m_windows->setValue(windows);
  m_length->setValue(length);
}

void MethodsPage::setChosen(const QStringList& names) {
  for (int i = 0; i < m_recipes->count(); ++i) {
    QListWidgetItem* item = m_recipes->item(i);
    item->setCheckState(names.contains(item->data(Qt::UserRole).toString()) ? Qt::Checked : Qt::Unchecked);
  }
}

void MethodsPage::addRecipeFile(const QString& path) {
  auto* item = new QListWidgetItem(QFileInfo(path).fileName(), m_recipes);
  item->setData(Qt::UserRole, path);
  item->setToolTip(path);
  item->setCheckState(Qt::Checked);
}

bool MethodsPage::running() const {
  return m_job != nullptr && m_job->running();
}

QString MethodsPage::whyNot() const {
  const Document& document = m_services.document;
  if (document.model() == nullptr) return tr("Open the checkpoint to compare methods on it.");
  if (document.snapshot() == nullptr) return tr("Calibrate first: recipes are planned on a snapshot.");
  bool any = false;
  for (int i = 0; i < m_recipes->count(); ++i) any = any || m_recipes->item(i)->checkState() == Qt::Checked;
  if (!any) return tr("Tick at least one recipe.");
  if (m_text->text().isEmpty()) return tr("Choose a text that the calibration has not seen.");
  if (!QFileInfo(m_text->text()).isFile()) return tr("There is no such text file.");
  return {};
}

void MethodsPage::refreshState() {
  const QString obstacle = whyNot();
  QString hint = obstacle;
  if (obstacle.isEmpty() && !running()) {
    try {
      if (!quant::hasObserversFor(*m_services.document.snapshot(), chosen())) {
        hint = tr("The snapshot lacks the Hessian that some of them need: the job calibrates on its tokens first.");
      }
    } catch (const Error& error) {
      hint = QString::fromStdString(error.where() + ": " + error.text());
    }
  }
  m_hint->setText(hint);
  m_hint->setVisible(!hint.isEmpty());
  m_start->setText(running() ? tr("Stop") : tr("Compare"));
  m_start->setEnabled(running() || obstacle.isEmpty());
  m_save->setEnabled(m_report.has_value());
  if (!m_report) m_subject->setText(running() ? tr("Running: progress is in Jobs.") : tr("Nothing measured yet."));
}

std::vector<quant::NamedRecipe> MethodsPage::chosen() const {
  std::vector<quant::NamedRecipe> recipes;
  for (int i = 0; i < m_recipes->count(); ++i) {
    if (m_recipes->item(i)->checkState() != Qt::Checked) continue;
    const QString id = m_recipes->item(i)->data(Qt::UserRole).toString();
    if (id == kWorkspace) {
      recipes.push_back({id.toStdString(), m_services.document.recipe()});
    } else {
      recipes.push_back({id.toStdString(), quant::loadRecipe(id.toStdString())});
    }
  }
  return recipes;
}

void MethodsPage::start() {
  if (running() || !whyNot().isEmpty()) return;
  m_message->hide();
  std::vector<quant::NamedRecipe> recipes;
  try {
    recipes = chosen();
  } catch (const Error& error) {
    m_message->setText(QString::fromStdString(error.what()));
    m_message->show();
    return;
  }
  calibration::DatasetOptions data;
  data.source = calibration::DatasetOptions::Source::Text;
  data.file = m_text->text().toStdString();
  data.samples = m_windows->value();
  data.length = m_length->value();
  m_job = m_services.jobs.start<quant::CompareReport>(
      tr("Compare methods"),
      [model = m_services.document.model(), snapshot = m_services.document.snapshot(), recipes = std::move(recipes),
       data](const JobContext& context) {
        const auto loaded = calibration::loadData(data, model->folder, model->graph.vocabulary);
        const auto backend = app::makeBackendRegistry().create("auto", {});
        return quant::compareOnTokensOf({*model, *snapshot, recipes, loaded.dataset}, {}, *backend, context);
      },
      [this](quant::CompareReport report) { showReport(std::move(report)); }, QStringLiteral("compare.methods"));
  connect(m_job, &Job::finished, this, [this](const JobOutcome& outcome) {
    if (outcome.state == JobOutcome::State::Failed) {
      m_message->setText(QStringLiteral("%1: %2. %3").arg(outcome.where, outcome.text, outcome.remedy));
      m_message->show();
    }
    m_job = nullptr;
    refreshState();
  });
  refreshState();
}

void MethodsPage::stop() {
  if (m_job != nullptr) m_job->cancel();
}

void MethodsPage::showReport(quant::CompareReport report) {
  m_report = std::move(report);
  CellRows rows = methodRows(*m_report);
  m_table->setTable(std::move(rows.columns), std::move(rows.rows));
  m_stack->setCurrentWidget(m_table);
  m_subject->setText(QString::fromStdString(app::compareSubject(*m_report)));
  refreshState();
  emit summaryChanged();
}

QString MethodsPage::summary() const {
  if (!m_report) return tr("several recipes on this model");
  return tr("%1 recipes in %2")
      .arg(m_report->rows.size())
      .arg(QString::fromStdString(app::formatDuration(m_report->seconds)));
}

QString MethodsPage::csv() const {
  return m_report ? QString::fromStdString(app::compareCsv(*m_report)) : QString();
}

void MethodsPage::askAndSave() {
  const QString path = QFileDialog::getSaveFileName(this, tr("Save table"), QStringLiteral("methods.csv"),
                                                    tr("CSV (*.csv);;Page (*.html);;Markdown (*.md)"));
  if (!path.isEmpty()) saveTable(path);
}

void MethodsPage::saveTable(const QString& path) {
  if (!m_report) return;
  const QString suffix = QFileInfo(path).suffix().toLower();
  try {
    AtomicFile file(path.toStdString());
    file.write(suffix == QLatin1String("html") ? app::compareHtml(*m_report)
               : suffix == QLatin1String("md") ? app::compareMarkdown(*m_report)
                                               : app::compareCsv(*m_report));
    file.commit();
  } catch (const Error& error) {
    m_message->setText(QString::fromStdString(error.what()));
    m_message->show();
  }
}

}  // namespace oscope::gui
