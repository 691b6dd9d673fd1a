#include "app/gui/forms/param_form.h"

#include <fmt/format.h>

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QSpinBox>
#include <cmath>
#include <limits>

#include "app/gui/frame/widgets.h"

namespace oscope::gui {
namespace {

constexpr double kNoLimit = 1e9;

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

class WheelKeeper : public QObject {
 public:
  using QObject::QObject;
  bool eventFilter(QObject* object, QEvent* event) override {
    if (event->type() != QEvent::Wheel || static_cast<QWidget*>(object)->hasFocus()) return false;
    event->ignore();
    return true;
  }
};

/// Decimals that show the default, and a step that fits them.
int decimalsOf(double value) {
  for (int decimals = 2; decimals < 6; ++decimals) {
    const double scaled = value * std::pow(10.0, decimals);
    if (std::abs(scaled - std::round(scaled)) < 1e-9) return decimals;
  }
  return 6;
}

}  // namespace

void keepWheelForForm(QWidget* field) {
  field->setFocusPolicy(Qt::StrongFocus);
  field->installEventFilter(new WheelKeeper(field));
}

void ParamForm::setSchema(const ParamSchema& schema) {
  qDeleteAll(findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly));
  delete layout();
  m_controls.clear();
  m_schema = schema;
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setHorizontalSpacing(12);
  grid->setVerticalSpacing(4);
  grid->setColumnStretch(0, 1);
  for (const ParamSpec& spec : m_schema) {
    QWidget* made = makeControl(spec);
    made->setToolTip(QStringLiteral("<p>%1</p>").arg(text(spec.help).toHtmlEscaped()));
    made->setObjectName(text(spec.key));
    made->setAccessibleName(text(spec.label));
    m_controls[spec.key] = made;
    const int row = grid->rowCount();
    if (std::holds_alternative<bool>(spec.defaultValue)) {
      grid->addWidget(made, row, 0, 1, 2);
    } else {
      QLabel* label = makeLabel(text(spec.label), "label", this);
      label->setBuddy(made);
      label->setWordWrap(true);
      grid->addWidget(label, row, 0);
      made->setFixedWidth(150);
      grid->addWidget(made, row, 1);
    }
    QLabel* help = makeLabel(text(spec.help), "hint", this);
    help->setWordWrap(true);
    help->setContentsMargins(0, 0, 0, 6);
    grid->addWidget(help, row + 1, 0, 1, 2);
  }
  setValues(ParamSet(schema));
}

QWidget* ParamForm::control(const std::string& key) const {
  const auto found = m_controls.find(key);
  return found == m_controls.end() ? nullptr : found->second;
}

QWidget* ParamForm::makeControl(const ParamSpec& spec) {
  const QString unit = spec.unit.empty() ? QString() : QLatin1Char(' ') + text(spec.unit);
  if (std::holds_alternative<bool>(spec.defaultValue)) {
    auto* box = new QCheckBox(text(spec.label), this);
    connect(box, &QCheckBox::toggled, this, [this, spec](bool on) { set(spec, on ? "true" : "false"); });
    return box;
  }
  if (std::holds_alternative<std::int64_t>(spec.defaultValue)) {
    auto* box = new QSpinBox(this);
    box->setKeyboardTracking(false);
    box->setSuffix(unit);
    box->setRange(static_cast<int>(spec.min.value_or(-kNoLimit)), static_cast<int>(spec.max.value_or(kNoLimit)));
    keepWheelForForm(box);
    connect(box, &QSpinBox::valueChanged, this, [this, spec](int value) { set(spec, std::to_string(value)); });
    return box;
  }
  if (const double* number = std::get_if<double>(&spec.defaultValue)) {
    auto* box = new QDoubleSpinBox(this);
    box->setKeyboardTracking(false);
    box->setSuffix(unit);
    box->setDecimals(decimalsOf(*number));
    box->setRange(spec.min.value_or(-kNoLimit), spec.max.value_or(kNoLimit));
    box->setSingleStep(std::max(0.05, std::pow(10.0, -box->decimals())));
    keepWheelForForm(box);
    connect(box, &QDoubleSpinBox::valueChanged, this,
            [this, spec](double value) { set(spec, fmt::format("{}", value)); });
    return box;
  }
  if (!spec.choices.empty()) {
    auto* box = new QComboBox(this);
    for (const std::string& choice : spec.choices) box->addItem(text(choice));
    keepWheelForForm(box);
    connect(box, &QComboBox::currentTextChanged, this,
            [this, spec](const QString& choice) { set(spec, choice.toStdString()); });
    return box;
  }
  auto* line = new QLineEdit(this);
  connect(line, &QLineEdit::editingFinished, this, [this, spec, line] { set(spec, line->text().toStdString()); });
  return line;
}

void ParamForm::set(const ParamSpec& spec, const std::string& value) {
  const ParamSet before = m_values;
  m_values.setFromText(m_schema, spec.key, value, spec.key);  // the fields admit only what the schema does
  if (m_values == before) return;
  emit edited(text(spec.key));
  emit changed();
}

void ParamForm::setValues(const ParamSet& values) {
  m_values = values;
  for (const ParamSpec& spec : m_schema) {
    QWidget* field = m_controls.at(spec.key);
    const QSignalBlocker quiet(field);
    if (auto* box = qobject_cast<QCheckBox*>(field)) box->setChecked(values.flag(spec.key));
    if (auto* box = qobject_cast<QSpinBox*>(field)) box->setValue(static_cast<int>(values.integer(spec.key)));
    if (auto* box = qobject_cast<QDoubleSpinBox*>(field)) {
      box->setDecimals(std::max(box->decimals(), decimalsOf(values.number(spec.key))));
      box->setValue(values.number(spec.key));
    }
    if (auto* box = qobject_cast<QComboBox*>(field)) box->setCurrentText(text(values.text(spec.key)));
    if (auto* line = qobject_cast<QLineEdit*>(field)) line->setText(text(values.text(spec.key)));
  }
}

}  // namespace oscope::gui
