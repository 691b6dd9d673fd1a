// The bar above everything: menus, name of the workspace, device, undo and redo.
#pragma once

#include <QWidget>

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
  /// `name` in bold, `file` beside it, "edited" where dirty.
  void setWorkspace(const QString& name, const QString& file, bool dirty);
  void setDevice(const QString& text, bool accelerator);

 private:
  QMenuBar* m_menus;
  QLabel *m_name, *m_file;
  QToolButton* m_device;
};

}  // namespace oscope::gui
