// The bar above everything: menus, name of the workspace, device, undo and redo.
#pragma once

#include <QWidget>

class QAction;
class QHBoxLayout;
class QLabel;
class QMenuBar;
class QToolButton;
class QUndoStack;

namespace oscope::gui {

class TopBar : public QWidget {
  Q_OBJECT

 public:
  TopBar(QUndoStack& undo, QWidget* parent = nullptr);
  QMenuBar* menus() const { return m_menus; }
  QToolButton* deviceButton() const { return m_device; }
  QAction* undoAction() const { return m_undo; }
  QAction* redoAction() const { return m_redo; }
  /// `name` in bold, `file` beside it, "edited" where dirty.
  void setWorkspace(const QString& name, const QString& file, bool dirty);
  void setDevice(const QString& text, bool accelerator);
  /// A button at the right end that follows `action`; `filled`: the one primary button of the frame.
  void addRunButton(QAction* action, const QString& icon, bool filled);

 private:
  QMenuBar* m_menus;
  QLabel *m_name, *m_file;
  QToolButton* m_device;
  QAction *m_undo, *m_redo;
  QHBoxLayout* m_row;
  bool m_hasButtons = false;
};

}  // namespace oscope::gui
