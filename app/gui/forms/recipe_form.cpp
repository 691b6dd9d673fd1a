#include "app/gui/forms/recipe_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/common/number_format.h"
#include "app/gui/forms/param_form.h"
#include "app/gui/forms/step_card.h"
#include "app/gui/forms/weight_scheme_form.h"
#include "app/gui/frame/widgets.h"
#include "quant/methods/method_registry.h"

namespace oscope::gui {
namespace {

constexpr int kMergeMilliseconds = 1500;  // edits of one field that are closer together are one undo step

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

QString edgeWords(const std::string& edge) {
  if (edge == "norm") return RecipeForm::tr("norm weights (as in the paper)");
  if (edge == "v_rows") return RecipeForm::tr("v_rows: rows of v, for attn_out");
  if (edge == "up_rows") return RecipeForm::tr("up_rows: rows of up, for gated ffn_mid");
  if (edge == "fc1_rows") return RecipeForm::tr("fc1_rows: rows of fc1, for ReLU ffn_mid");
  return text(edge);
}

/// A label at the left, a field of one width at the right.
void addField(QVBoxLayout* column, const QString& title, QWidget* field, const QString& help = {}) {
  auto* row = new QHBoxLayout;
  QLabel* label = makeLabel(title, "label", field->parentWidget());
  label->setToolTip(help);
  field->setToolTip(help);
  field->setAccessibleName(title);
  field->setFixedWidth(150);
  row->addWidget(label, 1);
  row->addWidget(field);
  column->addLayout(row);
}

/// "15" and "37.25", not "15.0000".
class ShortSpinBox : public QDoubleSpinBox {
 public:
  using QDoubleSpinBox::QDoubleSpinBox;
  QString textFromValue(double value) const override { return locale().toString(value, 'g', 8); }
};

QDoubleSpinBox* makeNumber(double low, double high, double step, int decimals, QWidget* parent) {
  auto* box = new ShortSpinBox(parent);
  box->setKeyboardTracking(false);
  box->setDecimals(decimals);
  box->setRange(low, high);
  box->setSingleStep(step);
  keepWheelForForm(box);
  return box;
}

}  // namespace

RecipeForm::RecipeForm(Document& document, QWidget* parent) : QWidget(parent), m_document(document) {
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->setSpacing(0);
  makeFileRow(outer, this);
  auto* scroll = new QScrollArea(this);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setFocusPolicy(Qt::NoFocus);  // its fields scroll themselves into sight
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* content = new QWidget(scroll);
  content->setProperty("class", "surface2");
  scroll->setWidget(content);
  outer->addWidget(scroll, 1);
  auto* column = new QVBoxLayout(content);
  column->setContentsMargins(0, 0, 0, 16);
  column->setSpacing(0);

  QVBoxLayout* steps = addSection(column, tr("Steps, in this order"), content);
  m_stepColumn = new QVBoxLayout;
  m_stepColumn->setSpacing(0);
  steps->addLayout(m_stepColumn);
  auto* add = new QPushButton(tr("Add step"), content);
  auto* menu = new QMenu(add);
  menu->setToolTipsVisible(true);
  connect(menu, &QMenu::aboutToShow, this, [this, menu] { fillAddMenu(*menu); });
  add->setMenu(menu);
  steps->addWidget(add, 0, Qt::AlignLeft);

  QVBoxLayout* thresholds = addSection(column, tr("Thresholds on a site's range"), content);
  m_v0 = makeNumber(1e-6, 1e9, 1, 4, content);
  m_v1 = makeNumber(1e-6, 1e9, 10, 4, content);
  addField(thresholds, tr("v0: static up to here"), m_v0, tr("FPTQ: 15. Static per tensor at v ≤ v0."));
  addField(thresholds, tr("v1: dynamic from here"), m_v1, tr("FPTQ: 150. Dynamic per token at v ≥ v1, LAE between."));
  const auto thresholdsEdited = [this](const char* field) {
    quant::Recipe next = m_document.recipe();
    next.v0 = m_v0->value();
    next.v1 = m_v1->value();
    apply(next, tr("Thresholds %1 · %2").arg(next.v0, 0, 'g', 3).arg(next.v1, 0, 'g', 3), QString::fromLatin1(field));
  };
  connect(m_v0, &QDoubleSpinBox::valueChanged, this, [=] { thresholdsEdited("v0"); });
  connect(m_v1, &QDoubleSpinBox::valueChanged, this, [=] { thresholdsEdited("v1"); });

  QVBoxLayout* weights = addSection(column, tr("Weights"), content);
  m_weights = new WeightSchemeForm(content);
  weights->addWidget(m_weights);
  connect(m_weights, &WeightSchemeForm::edited, this, [this](const QString& field) {
    quant::Recipe next = m_document.recipe();
    next.weights = m_weights->scheme();
    apply(next, tr("Weights %1").arg(text(next.weights.describe())), QLatin1String("weights.") + field);
  });
  auto* own = new QHBoxLayout;
  m_ownWeights = makeLabel({}, "hint", content);
  m_resetWeights = new QPushButton(tr("Reset them"), content);
  m_resetWeights->setProperty("class", "link");
  own->addWidget(m_ownWeights, 1);
  own->addWidget(m_resetWeights);
  weights->addLayout(own);
  connect(m_resetWeights, &QPushButton::clicked, this, [this] {
    quant::Recipe next = m_document.recipe();
    next.weightOverrides.clear();
    apply(next, tr("Reset the weights of single linears"));
  });

  makeRules(column, content);
  column->addStretch(1);
  connect(&document, &Document::recipeChanged, this, &RecipeForm::refresh);
  m_saved = document.recipe();
  setFocusProxy(m_name);
  refresh();
}

RecipeForm::~RecipeForm() {
  // A field that has the focus says that editing has finished when it goes: there is no form any more to hear it.
  for (QWidget* field : findChildren<QWidget*>()) field->disconnect(this);
}

QVBoxLayout* RecipeForm::addSection(QVBoxLayout* column, const QString& title, QWidget* parent) {
  column->addWidget(makeRule(Qt::Horizontal, parent));
  auto* box = new QVBoxLayout;
  box->setContentsMargins(16, 12, 16, 12);
  box->setSpacing(6);
  box->addWidget(makeLabel(title, "section", parent));
  column->addLayout(box);
  return box;
}

void RecipeForm::makeFileRow(QVBoxLayout* column, QWidget* parent) {
  auto* box = new QVBoxLayout;
  box->setContentsMargins(16, 12, 16, 10);
  box->setSpacing(6);
  m_name = new QLineEdit(parent);
  m_name->setAccessibleName(tr("Name of the recipe"));
  m_name->setToolTip(tr("Name of the recipe, for tables and comparisons"));
  box->addWidget(m_name);
  auto* row = new QHBoxLayout;
  row->setSpacing(6);
  auto* builtin = new QPushButton(tr("Built-in"), parent);
  auto* menu = new QMenu(builtin);
  for (const quant::BuiltinRecipe& known : quant::builtinRecipes()) {
    connect(menu->addAction(text(known.recipe.name)), &QAction::triggered, this,
            [this, recipe = known.recipe] { apply(recipe, tr("Recipe %1").arg(text(recipe.name))); });
  }
  builtin->setMenu(menu);
  auto* openFile = new QPushButton(tr("Open…"), parent);
  auto* saveFile = new QPushButton(tr("Save"), parent);
  auto* saveFileAs = new QPushButton(tr("Save as…"), parent);
  for (QPushButton* button : {builtin, openFile, saveFile, saveFileAs}) row->addWidget(button);
  row->addStretch(1);
  box->addLayout(row);
  m_file = makeLabel({}, "hint", parent);
  box->addWidget(m_file);
  m_problem = makeLabel({}, "error", parent);
  m_problem->setWordWrap(true);
  m_problem->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_problem->hide();
  box->addWidget(m_problem);
  column->addLayout(box);
  connect(openFile, &QPushButton::clicked, this, &RecipeForm::chooseFile);
  connect(saveFile, &QPushButton::clicked, this, &RecipeForm::save);
  connect(saveFileAs, &QPushButton::clicked, this, &RecipeForm::saveAs);
  connect(m_name, &QLineEdit::editingFinished, this, [this] {
    quant::Recipe next = m_document.recipe();
    next.name = m_name->text().trimmed().toStdString();
    if (!next.name.empty()) apply(next, tr("Name of the recipe"));
    refresh();
  });
}

void RecipeForm::makeRules(QVBoxLayout* column, QWidget* parent) {
  QVBoxLayout* edges = addSection(column, tr("LAE may fold into"), parent);
  for (const std::string& edge : quant::knownFoldEdges()) {
    auto* box = new QCheckBox(edgeWords(edge), parent);
    box->setToolTip(tr("An exact edge: the producer's channels are divided by s, the readers' columns multiplied"));
    connect(box, &QCheckBox::toggled, this, [this, edge](bool on) {
      quant::Recipe next = m_document.recipe();
      std::erase(next.foldEdges, edge);
      if (on) next.foldEdges.push_back(edge);
      apply(next, on ? tr("Allow folds into %1").arg(text(edge)) : tr("Forbid folds into %1").arg(text(edge)));
    });
    edges->addWidget(box);
    m_edges[edge] = box;
  }

  QVBoxLayout* rules = addSection(column, tr("Activations and scales"), parent);
  m_activationBits = new QSpinBox(parent);
  m_activationBits->setRange(2, 8);
  m_activationBits->setSuffix(tr(" bits"));
  m_activationBits->setKeyboardTracking(false);
  keepWheelForForm(m_activationBits);
  addField(rules, tr("Activations"), m_activationBits);
  m_divisor = makeNumber(127, 128, 0.5, 1, parent);
  addField(rules, tr("Dynamic divisor at 8 bits"), m_divisor,
           tr("Run-time scale = max |x| / divisor. 127.5 is what compressed-tensors executes."));
  m_scaleDtype = new QComboBox(parent);
  for (DType dtype : {DType::BF16, DType::F16, DType::F32}) {
    m_scaleDtype->addItem(QString::fromUtf8(toString(dtype).data()), static_cast<int>(dtype));
  }
  keepWheelForForm(m_scaleDtype);
  addField(rules, tr("Scales are stored as"), m_scaleDtype,
           tr("Scales are rounded to it before codes are computed; static activation scales upward."));
  const auto edited = [this](const char* field) {
    quant::Recipe next = m_document.recipe();
    next.rules.activationBits = m_activationBits->value();
    next.rules.dynamicDivisor = m_divisor->value();
    next.rules.scaleDtype = static_cast<DType>(m_scaleDtype->currentData().toInt());
    apply(next, tr("Numeric rules"), QString::fromLatin1(field));
  };
  connect(m_activationBits, &QSpinBox::valueChanged, this, [=] { edited("rules.bits"); });
  connect(m_divisor, &QDoubleSpinBox::valueChanged, this, [=] { edited("rules.divisor"); });
  connect(m_scaleDtype, &QComboBox::currentIndexChanged, this, [=] { edited("rules.dtype"); });
}

bool RecipeForm::apply(const quant::Recipe& next, const QString& what, const QString& field) {
  if (const std::optional<Error> error = m_document.whyUnfit(next)) {
    report(*error);
    refresh();  // the fields go back to what is in force
    return false;
  }
  m_problem->hide();
  QString merge;
  if (!field.isEmpty()) {
    if (field != m_lastField || !m_sinceEdit.isValid() || m_sinceEdit.elapsed() > kMergeMilliseconds) ++m_session;
    merge = QStringLiteral("%1#%2").arg(field).arg(m_session);
  }
  m_lastField = field;
  m_sinceEdit.start();
  return m_document.setRecipe(next, what, merge);
}

void RecipeForm::report(const Error& error) {
  report(text(error.text()), text(error.remedy()), text(error.where()));
}

void RecipeForm::report(const QString& words, const QString& remedy, const QString& where) {
  m_problem->setText(remedy.isEmpty() ? words : words + QStringLiteral(" — ") + remedy);
  m_problem->setToolTip(where);
  m_problem->show();
  emit problemShown();
}

void RecipeForm::refresh() {
  const quant::Recipe& recipe = m_document.recipe();
  refreshSteps();
  const QSignalBlocker b0(m_v0), b1(m_v1), b2(m_divisor), b3(m_activationBits), b4(m_scaleDtype), b5(m_name);
  m_name->setText(text(recipe.name));
  m_v0->setValue(recipe.v0);
  m_v1->setValue(recipe.v1);
  const bool act = m_document.thresholds() == nullptr || m_document.thresholds()->thresholdsAct();
  for (QDoubleSpinBox* box : {m_v0, m_v1}) box->setEnabled(act);
  m_weights->setScheme(recipe.weights);
  const auto own = static_cast<int>(recipe.weightOverrides.size());
  m_ownWeights->setText(text(app::formatCounted(own, "linear has its own scheme", "linears have their own schemes")));
  m_ownWeights->setVisible(own > 0);
  m_resetWeights->setVisible(own > 0);
  m_activationBits->setValue(recipe.rules.activationBits);
  m_divisor->setValue(recipe.rules.dynamicDivisor);
  m_scaleDtype->setCurrentIndex(m_scaleDtype->findData(static_cast<int>(recipe.rules.scaleDtype)));
  for (auto& [edge, box] : m_edges) {
    const QSignalBlocker quiet(box);
    box->setChecked(std::find(recipe.foldEdges.begin(), recipe.foldEdges.end(), edge) != recipe.foldEdges.end());
  }
  if (m_path.isEmpty()) {
    m_file->setText(tr("kept in the workspace; not saved as a file"));
  } else {
    const QString name = QFileInfo(m_path).fileName();
    m_file->setText(recipe == m_saved ? name : tr("%1 — edited").arg(name));
  }
  m_file->setToolTip(m_path);
}

void RecipeForm::refreshSteps() {
  const std::vector<quant::RecipeStep>& steps = m_document.recipe().steps;
  const bool same =
      std::equal(steps.begin(), steps.end(), m_steps.begin(), m_steps.end(),
                 [](const quant::RecipeStep& step, StepCard* card) { return step.method == card->step().method; });
  if (!same) {
    for (StepCard* card : m_steps) {
      m_stepColumn->removeWidget(card);
      card->hide();
      card->deleteLater();  // one of its buttons may have asked for this
    }
    m_steps.clear();
    for (std::size_t i = 0; i < steps.size(); ++i) {
      auto* card = new StepCard(steps[i], m_name->parentWidget());
      m_stepColumn->addWidget(card);
      card->setPlace(static_cast<int>(i), static_cast<int>(steps.size()));
      connect(card, &StepCard::edited, this, [this, i](const QString& key) { editStep(i, key); });
      connect(card, &StepCard::moved, this, [this, i](int by) { moveStep(i, by); });
      connect(card, &StepCard::removed, this, [this, i] { removeStep(i); });
      m_steps.push_back(card);
    }
  }
  for (std::size_t i = 0; i < steps.size(); ++i) m_steps[i]->setStep(steps[i]);
}

void RecipeForm::editStep(std::size_t index, const QString& key) {
  quant::Recipe next = m_document.recipe();
  next.steps[index] = m_steps[index]->step();
  apply(next, tr("%1: %2").arg(text(next.steps[index].method), key), QStringLiteral("step%1.%2").arg(index).arg(key));
}

void RecipeForm::moveStep(std::size_t index, int by) {
  quant::Recipe next = m_document.recipe();
  std::swap(next.steps[index], next.steps[index + static_cast<std::size_t>(by)]);
  apply(next, tr("Order of the steps"));
}

void RecipeForm::removeStep(std::size_t index) {
  quant::Recipe next = m_document.recipe();
  next.steps.erase(next.steps.begin() + static_cast<std::ptrdiff_t>(index));
  apply(next, tr("Remove a step"));
}

void RecipeForm::fillAddMenu(QMenu& menu) {
  menu.clear();
  for (const auto& method : quant::methods()) {
    quant::Recipe next = m_document.recipe();
    next.steps.push_back({method->id(), ParamSet(method->params())});
    const std::optional<Error> error = m_document.whyUnfit(next);
    QAction* action = menu.addAction(text(method->title()));
    action->setEnabled(!error);
    action->setToolTip(error ? text(error->text()) : text(method->summary()));
    connect(action, &QAction::triggered, this,
            [this, next] { apply(next, tr("Add step %1").arg(text(next.steps.back().method))); });
  }
}

}  // namespace oscope::gui
