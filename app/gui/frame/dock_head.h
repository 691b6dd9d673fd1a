// The head of a dock: title and hint, the dock's own buttons, then float and close. Dragging it moves the dock.
#pragma once

#include <QWidget>

class QAction;
class QDockWidget;
class QHBoxLayout;
class QLabel;
class QToolButton;

namespace oscope::gui {

class ElidedLabel;

class DockHead : public QWidget {
  Q_OBJECT

 public:
  /// Becomes the title bar of `dock`.
  DockHead(QDockWidget* dock, int height);
  QLabel* title() const { return m_title; }
  ElidedLabel* hint() const { return m_hint; }
  /// Puts a button of the dock in front of float and close; fills the middle where `stretch` is set.
  void add(QWidget* widget, int stretch = 0);
  /// Behind title and hint, in their room.
  void addToTitle(QWidget* widget);
  /// A button in front of float and close that collapses the dock to this head (checked) and back.
  void addCollapse(QAction* action);
  /// Title and hint take so many pixels, margin included: what follows stands above a column of the dock.
  void setTitleWidth(int pixels);
  QSize sizeHint() const override;

 signals:
  /// The user wants the dock out of the way; it stays until its owner hides it.
  void closeRequested();

 private:
  QHBoxLayout* m_row;
  QWidget* m_titleBox;
  QLabel* m_title;
  ElidedLabel* m_hint;
  QToolButton* m_float;
  int m_own = 2;  ///< buttons at the end of the row
};

}  // namespace oscope::gui
