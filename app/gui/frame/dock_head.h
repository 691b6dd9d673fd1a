// The head of a dock: title and hint, the dock's own buttons, then float and close. Dragging it moves the dock.
#pragma once

#include <QWidget>

class QDockWidget;
class QHBoxLayout;
class QLabel;
class QToolButton;

namespace oscope::gui {

class DockHead : public QWidget {
  Q_OBJECT

 public:
  /// Becomes the title bar of `dock`.
  DockHead(QDockWidget* dock, int height);
  QLabel* title() const { return m_title; }
  QLabel* hint() const { return m_hint; }
  /// Puts a button of the dock in front of float and close; fills the middle where `stretch` is set.
  void add(QWidget* widget, int stretch = 0);
  /// Title and hint take so many pixels, margin included: what follows stands above a column of the dock.
  void setTitleWidth(int pixels);
  QSize sizeHint() const override;

 signals:
  /// The user wants the dock out of the way; it stays until its owner hides it.
  void closeRequested();

 private:
  QHBoxLayout* m_row;
  QWidget* m_titleBox;
  QLabel *m_title, *m_hint;
  QToolButton* m_float;
};

}  // namespace oscope::gui
