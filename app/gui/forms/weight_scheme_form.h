// Bits, group and symmetry of weights.
#pragma once

#include <QWidget>

#include "quant/numerics/scheme.h"

class QCheckBox;
class QComboBox;
class QSpinBox;

namespace oscope::gui {

class WeightSchemeForm : public QWidget {
  Q_OBJECT

 public:
  explicit WeightSchemeForm(QWidget* parent = nullptr);
  /// Shows this scheme without emitting edited().
  void setScheme(const quant::WeightScheme& scheme);
  quant::WeightScheme scheme() const;
  QComboBox* bits() const { return m_bits; }
  QSpinBox* group() const { return m_group; }

 signals:
  void edited(const QString& field);

 private:
  void refreshEnabled();

  QComboBox* m_bits;
  QSpinBox* m_group;
  QCheckBox* m_symmetric;
};

}  // namespace oscope::gui
