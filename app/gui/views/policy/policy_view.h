// The table of all sites with the policy of each: filter, sort, edit many at once; the recipe beside it.
#pragma once

#include "app/gui/views/view.h"

class QPushButton;
class QWidget;

namespace oscope::gui {

class EditBar;
class EmptyState;
class FilterRow;
class PolicyDelegate;
class PolicySorter;
class PolicyTable;
class PolicyTableModel;
class RecipeForm;

class PolicyView : public View {
  Q_OBJECT

 public:
  PolicyView(const ViewServices& services, QWidget* parent);
  QWidget* headerControls() override { return m_controls; }
  QString subtitle() const override;
  QWidget* firstFocus() const override;
  bool focusFilter() override;
  QString csv() const override;

  PolicyTable* table() const { return m_table; }
  PolicyTableModel* model() const { return m_model; }
  PolicySorter* sorter() const { return m_sorter; }
  EditBar* editBar() const { return m_bar; }
  FilterRow* filterRow() const { return m_filter; }
  RecipeForm* recipeForm() const { return m_recipe; }
  void setRecipeShown(bool shown);
  /// Shows the recipe as a form and takes the keyboard there.
  void editRecipe();

 protected:
  void showEvent(QShowEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void refresh();
  void applyFilter();
  void takeSelection();
  void showSelection();
  void drillDown();

  ViewServices m_services;
  QWidget* m_controls;
  QPushButton* m_recipeToggle;
  PolicyTableModel* m_model;
  PolicySorter* m_sorter;
  PolicyDelegate* m_delegate;
  FilterRow* m_filter;
  PolicyTable* m_table;
  EditBar* m_bar;
  EmptyState* m_nothing;
  RecipeForm* m_recipe;
  QWidget* m_recipePanel;
  bool m_following = false;  ///< while the table takes over a selection made elsewhere
};

}  // namespace oscope::gui
