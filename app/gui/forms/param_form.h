// Fields made from a parameter schema: a method's, an observer's or an export format's. Nothing here knows a parameter.
#pragma once

#include <QWidget>
#include <map>

#include "analysis/base/param_schema.h"

namespace oscope::gui {

/// A check box for a flag, a spin box with unit and range for a number, a list for choices, a line for other text; the
/// help of each stands below it.
class ParamForm : public QWidget {
  Q_OBJECT

 public:
  using QWidget::QWidget;
  ParamForm(const ParamSchema& schema, QWidget* parent) : QWidget(parent) { setSchema(schema); }
  /// Makes the fields anew, with the defaults in them.
  void setSchema(const ParamSchema& schema);
  /// Shows these values without emitting edited().
  void setValues(const ParamSet& values);
  const ParamSet& values() const { return m_values; }
  /// The control of one parameter; null: it has no such parameter.
  QWidget* control(const std::string& key) const;

 signals:
  void edited(const QString& key);
  void changed();  ///< with edited()

 private:
  QWidget* makeControl(const ParamSpec& spec);
  void set(const ParamSpec& spec, const std::string& text);

  ParamSchema m_schema;
  ParamSet m_values;
  std::map<std::string, QWidget*> m_controls;
};

/// A spin box or list inside of a scrolled form: the wheel scrolls the form unless the field has the focus.
void keepWheelForForm(QWidget* field);

}  // namespace oscope::gui
