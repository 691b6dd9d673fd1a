// Left dock: the whole model at a glance, one block open at a time, with the filter.
#pragma once

#include <QWidget>

class QLabel;
class QLineEdit;
class QTreeView;

namespace oscope::gui {

class DockHead;
class Document;
class ElidedLabel;
class SiteTreeModel;
class ViewContext;

class SitesDock : public QWidget {
  Q_OBJECT

 public:
  /// The number of sites stands in the dock's head.
  SitesDock(Document& document, ViewContext& context, DockHead* head, QWidget* parent = nullptr);
  void focusFilter();
  QTreeView* tree() const { return m_tree; }

 private:
  void showSelection();
  void refreshCount();

  Document& m_document;
  ViewContext& m_context;
  SiteTreeModel* m_model;
  QTreeView* m_tree;
  QLineEdit* m_filter;
  ElidedLabel* m_count;
  QLabel* m_problem;
  bool m_following = false;  ///< true while the tree takes over a selection made elsewhere
};

}  // namespace oscope::gui
