// The filter box of the policy table with a chip for every policy, and how many sites are left.
#pragma once

#include <QAbstractButton>
#include <QWidget>
#include <array>

#include "app/gui/document.h"

class QLabel;
class QLineEdit;

namespace oscope::gui {

class ViewContext;

/// One filter with the Sites dock (ViewContext::filter). A chip adds its word to the filter, or takes it away.
class FilterRow : public QWidget {
  Q_OBJECT

 public:
  FilterRow(const Document& document, ViewContext& context, QWidget* parent);
  /// Counts on the chips from the document's rows; `shown` of them pass the filter.
  void refresh(int shown);
  void focusFilter();
  QLineEdit* edit() const { return m_edit; }
  QLabel* problem() const { return m_problem; }
  /// By policy, then "by hand".
  QAbstractButton* chip(std::size_t i) const { return m_chips[i]; }

 private:
  const Document& m_document;
  ViewContext& m_context;
  QLineEdit* m_edit;
  QLabel *m_problem, *m_count;
  std::array<QAbstractButton*, 5> m_chips{};
};

}  // namespace oscope::gui
