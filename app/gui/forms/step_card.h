// One step of a recipe: the method's title and summary, its parameters, and its place among the others.
#pragma once

#include <QWidget>

#include "quant/policy/recipe.h"

class QToolButton;

namespace oscope::gui {

class ParamForm;

class StepCard : public QWidget {
  Q_OBJECT

 public:
  StepCard(const quant::RecipeStep& step, QWidget* parent);
  void setStep(const quant::RecipeStep& step);
  /// Which ways it can go; a recipe keeps at least one step.
  void setPlace(int index, int count);
  quant::RecipeStep step() const;
  ParamForm* params() const { return m_params; }
  QToolButton* up() const { return m_up; }
  QToolButton* down() const { return m_down; }
  QToolButton* removeButton() const { return m_remove; }

 signals:
  void edited(const QString& key);
  void moved(int by);
  void removed();

 private:
  std::string m_method;
  ParamForm* m_params;
  QToolButton *m_up, *m_down, *m_remove;
};

}  // namespace oscope::gui
