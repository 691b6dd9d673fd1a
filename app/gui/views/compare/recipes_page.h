// The workspace's recipe (A) beside another one (B) on the open snapshot: policy, scale and predicted SQNR per site.
#pragma once

#include <optional>

#include "app/gui/views/compare/compare_page.h"
#include "app/gui/views/view.h"
#include "quant/compare/recipe_diff.h"

class QComboBox;
class QLabel;

namespace oscope::gui {

class SiteTable;

class RecipesPage : public ComparePage {
  Q_OBJECT

 public:
  RecipesPage(const ViewServices& services, QWidget* parent);
  QString summary() const override;
  QString csv() const override;

  /// B: the id of a built-in recipe, or a file.
  void setOther(const QString& fileOrName);
  void setShowEqual(bool on);
  const std::optional<quant::RecipeDiff>& diff() const { return m_diff; }
  SiteTable* table() const { return m_table; }
  QComboBox* choice() const { return m_choice; }

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void askForFile();
  void recompute();
  void refresh();

  ViewServices m_services;
  QString m_other;  ///< id or file of B
  std::optional<quant::RecipeDiff> m_diff;
  bool m_showEqual = false, m_stale = true;
  QLabel *m_nameA, *m_keys, *m_hint, *m_note;
  QComboBox* m_choice;
  SiteTable* m_table;
};

}  // namespace oscope::gui
