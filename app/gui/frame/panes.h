// F6: the keyboard goes from one part of the window to the next.
#pragma once

#include <QObject>
#include <QPointer>
#include <vector>

class QStackedWidget;
class QWidget;

namespace oscope::gui {

/// Whether the keyboard can be there now.
bool isStop(const QWidget* widget);

/// What takes the keyboard when a part of the window gets it: the first that Tab would reach; of a stack, in the page
/// that is shown, of a dock in its content. Null: nothing.
QWidget* firstStop(QWidget* part);

/// Moves the keyboard into `part`, unless it is there already: to `first` where that is possible.
void takeKeyboard(QWidget* part, QWidget* first = nullptr);

/// Turns to another page; the keyboard goes along if it was on the page that goes.
void showPage(QStackedWidget* stack, QWidget* page, QWidget* first = nullptr);

class Panes : public QObject {
 public:
  /// In the order in which F6 goes; the first one is where it starts. Hidden ones are left out.
  Panes(const std::vector<QWidget*>& panes, QWidget* window);
  /// To the next or the previous pane: to where the keyboard last was in it.
  void step(int direction);

 private:
  struct Pane {
    QPointer<QWidget> part, last;  ///< last: what had the keyboard in it
  };
  std::vector<Pane> m_panes;
};

}  // namespace oscope::gui
