// Shows where the keyboard is, around what doesn't show it by itself: tables, scrolled pages, tabs, filled and link
// buttons.
#pragma once

#include <QObject>
#include <QPointer>

class QWidget;

namespace oscope::gui {

/// Follows the focus in `window` and its dialogs. Shown once a key has moved the focus; the mouse hides it.
class FocusRing : public QObject {
  Q_OBJECT

 public:
  explicit FocusRing(QWidget* window);
  /// Whether the last input came from the keyboard.
  bool byKey() const { return m_byKey; }
  /// What the ring is around; null: it is not shown.
  QWidget* target() const;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void follow(QWidget* now);
  void place();

  QWidget* m_window;
  QPointer<QWidget> m_target, m_ring;
  bool m_byKey = false;
};

}  // namespace oscope::gui
