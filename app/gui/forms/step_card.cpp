#include "app/gui/forms/step_card.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/gui/forms/param_form.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/theme.h"
#include "quant/methods/method_registry.h"

namespace oscope::gui {

StepCard::StepCard(const quant::RecipeStep& step, QWidget* parent) : QWidget(parent), m_method(step.method) {
  const quant::QuantMethod& method = quant::findMethod(step.method);
  setAccessibleName(QString::fromStdString(method.title()));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 8, 0, 8);
  column->setSpacing(6);
  auto* head = new QHBoxLayout;
  head->setSpacing(0);
  auto* title = new QLabel(QString::fromStdString(method.title()), this);
  title->setFont(uiFont(12, QFont::DemiBold));
  head->addWidget(title, 1);
  m_up = makeIconButton(QStringLiteral("chevron-up"), tr("Earlier"), {}, this);
  m_down = makeIconButton(QStringLiteral("chevron-down"), tr("Later"), {}, this);
  m_remove = makeIconButton(QStringLiteral("close"), tr("Remove this step"), {}, this);
  for (QToolButton* button : {m_up, m_down, m_remove}) {
    button->setFixedSize(24, 24);
    head->addWidget(button);
  }
  column->addLayout(head);
  QLabel* summary = makeLabel(QString::fromStdString(method.summary()), "hint", this);
  summary->setWordWrap(true);
  column->addWidget(summary);
  m_params = new ParamForm(method.params(), this);
  column->addWidget(m_params);
  setStep(step);
  connect(m_params, &ParamForm::edited, this, &StepCard::edited);
  connect(m_up, &QToolButton::clicked, this, [this] { emit moved(-1); });
  connect(m_down, &QToolButton::clicked, this, [this] { emit moved(1); });
  connect(m_remove, &QToolButton::clicked, this, &StepCard::removed);
}

void StepCard::setStep(const quant::RecipeStep& step) {
  m_params->setValues(step.params);
}

void StepCard::setPlace(int index, int count) {
  m_up->setEnabled(index > 0);
  m_down->setEnabled(index + 1 < count);
  m_remove->setEnabled(count > 1);
  m_remove->setToolTip(count > 1 ? tr("Remove this step") : tr("A recipe needs at least one step"));
}

quant::RecipeStep StepCard::step() const {
  return {m_method, m_params->values()};
}

}  // namespace oscope::gui
