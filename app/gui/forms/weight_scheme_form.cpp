#include "app/gui/forms/weight_scheme_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSpinBox>

#include "app/gui/forms/param_form.h"
#include "app/gui/frame/widgets.h"

namespace oscope::gui {
namespace {

constexpr int kFewestBits = 2, kMostBits = 8, kFloatBits = 16, kLargestGroup = 65536, kGroupStep = 32;

}  // namespace

WeightSchemeForm::WeightSchemeForm(QWidget* parent) : QWidget(parent) {
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setHorizontalSpacing(12);
  grid->setVerticalSpacing(6);
  grid->setColumnStretch(0, 1);
  m_bits = new QComboBox(this);
  for (int bits = kFewestBits; bits <= kMostBits; ++bits) m_bits->addItem(tr("%1 bits").arg(bits), bits);
  m_bits->addItem(tr("float (as stored)"), kFloatBits);
  m_bits->setAccessibleName(tr("Bits of a weight"));
  m_group = new QSpinBox(this);
  m_group->setRange(0, kLargestGroup);
  m_group->setSingleStep(kGroupStep);
  m_group->setSpecialValueText(tr("per channel"));
  m_group->setSuffix(tr(" channels"));
  m_group->setKeyboardTracking(false);
  m_group->setAccessibleName(tr("Input channels per scale"));
  m_group->setToolTip(
      tr("Input channels that share a scale. Where the group does not divide a linear's width, each of its output "
         "channels gets one scale."));
  m_symmetric = new QCheckBox(tr("Symmetric (no zero points)"), this);
  int row = 0;
  for (const auto& [title, field] : {std::pair<QString, QWidget*>{tr("Bits"), m_bits}, {tr("Group"), m_group}}) {
    grid->addWidget(makeLabel(title, "label", this), row, 0);
    field->setFixedWidth(150);
    grid->addWidget(field, row++, 1);
    keepWheelForForm(field);
  }
  grid->addWidget(m_symmetric, row, 0, 1, 2);
  connect(m_bits, &QComboBox::currentIndexChanged, this, [this] {
    refreshEnabled();
    emit edited(QStringLiteral("bits"));
  });
  connect(m_group, &QSpinBox::valueChanged, this, [this] { emit edited(QStringLiteral("group")); });
  connect(m_symmetric, &QCheckBox::toggled, this, [this] { emit edited(QStringLiteral("symmetric")); });
  setScheme({});
}

void WeightSchemeForm::setScheme(const quant::WeightScheme& scheme) {
  const QSignalBlocker bits(m_bits), group(m_group), symmetric(m_symmetric);
  m_bits->setCurrentIndex(m_bits->findData(scheme.isFloat() ? kFloatBits : scheme.bits));
  m_group->setValue(static_cast<int>(scheme.group));
  m_symmetric->setChecked(scheme.symmetric);
  refreshEnabled();
}

quant::WeightScheme WeightSchemeForm::scheme() const {
  return {m_bits->currentData().toInt(), m_group->value(), m_symmetric->isChecked()};
}

void WeightSchemeForm::refreshEnabled() {
  const bool rounded = m_bits->currentData().toInt() < kFloatBits;
  m_group->setEnabled(rounded);
  m_symmetric->setEnabled(rounded);
}

}  // namespace oscope::gui
