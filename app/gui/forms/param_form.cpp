#include "app/gui/forms/param_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLineEdit>
#include <QSpinBox>
#include <QVBoxLayout>

#include "app/gui/forms/form_field.h"

namespace oscope::gui {
namespace {

constexpr double kNoLimit = 1e9;

QString unitSuffix(const ParamSpec& spec) {
  return spec.unit.empty() ? QString() : QLatin1Char(' ') + QString::fromStdString(spec.unit);
}

}  // namespace

void ParamForm::setSchema(const ParamSchema& schema) {
  qDeleteAll(findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly));
  delete layout();
  m_controls.clear();
  m_schema = schema;
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(8);
  for (const ParamSpec& spec : schema) {
    QWidget* control = nullptr;
    const QString label = QString::fromStdString(spec.label);
    if (const bool* flag = std::get_if<bool>(&spec.defaultValue)) {
      auto* box = new QCheckBox(label, this);
      box->setChecked(*flag);
      connect(box, &QCheckBox::toggled, this, &ParamForm::changed);
      control = box;
    } else if (const std::int64_t* integer = std::get_if<std::int64_t>(&spec.defaultValue)) {
      auto* spin = new QSpinBox(this);
      spin->setRange(static_cast<int>(spec.min.value_or(-kNoLimit)), static_cast<int>(spec.max.value_or(kNoLimit)));
      spin->setSuffix(unitSuffix(spec));
      spin->setValue(static_cast<int>(*integer));
      connect(spin, &QSpinBox::valueChanged, this, &ParamForm::changed);
      control = spin;
    } else if (const double* number = std::get_if<double>(&spec.defaultValue)) {
      auto* spin = new QDoubleSpinBox(this);
      spin->setRange(spec.min.value_or(-kNoLimit), spec.max.value_or(kNoLimit));
      spin->setDecimals(4);
      spin->setSuffix(unitSuffix(spec));
      spin->setValue(*number);
      connect(spin, &QDoubleSpinBox::valueChanged, this, &ParamForm::changed);
      control = spin;
    } else if (const auto& text = std::get<std::string>(spec.defaultValue); spec.choices.empty()) {
      auto* edit = new QLineEdit(QString::fromStdString(text), this);
      connect(edit, &QLineEdit::textChanged, this, &ParamForm::changed);
      control = edit;
    } else {
      auto* box = new QComboBox(this);
      for (const std::string& choice : spec.choices) box->addItem(QString::fromStdString(choice));
      box->setCurrentText(QString::fromStdString(text));
      connect(box, &QComboBox::currentIndexChanged, this, &ParamForm::changed);
      control = box;
    }
    control->setToolTip(QString::fromStdString(spec.help));
    m_controls[spec.key] = control;
    const bool named = std::holds_alternative<bool>(spec.defaultValue);
    auto* field = new FormField(named ? QString() : label, control, nullptr, this);
    field->setHint(QString::fromStdString(spec.help));
    column->addWidget(field);
  }
}

QWidget* ParamForm::control(const std::string& key) const {
  const auto found = m_controls.find(key);
  return found == m_controls.end() ? nullptr : found->second;
}

ParamSet ParamForm::values() const {
  Json object = Json::object();
  for (const auto& [key, control] : m_controls) {
    if (const auto* box = qobject_cast<QCheckBox*>(control)) object[key] = box->isChecked();
    if (const auto* spin = qobject_cast<QSpinBox*>(control)) object[key] = spin->value();
    if (const auto* spin = qobject_cast<QDoubleSpinBox*>(control)) object[key] = spin->value();
    if (const auto* edit = qobject_cast<QLineEdit*>(control)) object[key] = edit->text().toStdString();
    if (const auto* box = qobject_cast<QComboBox*>(control)) object[key] = box->currentText().toStdString();
  }
  return ParamSet::fromJson(m_schema, object, "form");
}

}  // namespace oscope::gui
