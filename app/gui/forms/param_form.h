// A form made from a parameter schema: of a method, an observer or an export format.
#pragma once

#include <QWidget>
#include <map>

#include "analysis/base/param_schema.h"

namespace oscope::gui {

class ParamForm : public QWidget {
  Q_OBJECT

 public:
  using QWidget::QWidget;
  void setSchema(const ParamSchema& schema);
  ParamSet values() const;
  /// The control of one parameter.
  QWidget* control(const std::string& key) const;

 signals:
  void changed();

 private:
  ParamSchema m_schema;
  std::map<std::string, QWidget*> m_controls;
};

}  // namespace oscope::gui
