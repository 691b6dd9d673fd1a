#include "app/gui/frame/panes.h"

#include <QApplication>
#include <QDockWidget>
#include <QStackedWidget>
#include <QWidget>

namespace oscope::gui {
bool isStop(const QWidget* widget) {
  return widget->isVisible() && widget->isEnabled() && (widget->focusPolicy() & Qt::TabFocus) != 0 &&
         widget->focusProxy() == nullptr;
}

QWidget* firstStop(QWidget* part) {
  if (const auto* stack = qobject_cast<QStackedWidget*>(part)) {
    if (stack->currentWidget() != nullptr) part = stack->currentWidget();
  }
  if (const auto* dock = qobject_cast<QDockWidget*>(part)) {
    if (QWidget* stop = firstStop(dock->widget())) return stop;  // rather than the buttons of its head
  }
  if (isStop(part)) return part;
  for (QWidget* next = part->nextInFocusChain(); next != part; next = next->nextInFocusChain()) {
    if (part->isAncestorOf(next) && isStop(next)) return next;
  }
  return nullptr;
}

void takeKeyboard(QWidget* part, QWidget* first) {
  const QWidget* const has = part->window()->focusWidget();
  if (has != nullptr && isStop(has) && part->isAncestorOf(has)) return;
  QWidget* const stop = first != nullptr && isStop(first) ? first : firstStop(part);
  if (stop != nullptr) stop->setFocus(Qt::OtherFocusReason);
}

void showPage(QStackedWidget* stack, QWidget* page, QWidget* first) {
  // A page without a stop leaves the keyboard with itself or with the view around it.
  const QWidget* const has = stack->window()->focusWidget();
  const bool had = has != nullptr && !has->isWindow() && (stack->isAncestorOf(has) || has->isAncestorOf(stack));
  stack->setCurrentWidget(page);
  if (had) takeKeyboard(page, first);
}

Panes::Panes(const std::vector<QWidget*>& panes, QWidget* window) : QObject(window) {
  for (QWidget* part : panes) m_panes.push_back({part, nullptr});
  connect(qApp, &QApplication::focusChanged, this, [this](QWidget*, QWidget* now) {
    for (Pane& pane : m_panes) {
      if (now != nullptr && pane.part != nullptr && pane.part->isAncestorOf(now)) pane.last = now;
    }
  });
}

void Panes::step(int direction) {
  const int count = static_cast<int>(m_panes.size());
  const QWidget* const has = QApplication::focusWidget();
  int at = direction > 0 ? -1 : count;
  for (int i = 0; i < count && has != nullptr; ++i) {
    if (m_panes[static_cast<std::size_t>(i)].part->isAncestorOf(has)) at = i;
  }
  for (int i = 1; i <= count; ++i) {
    const Pane& next = m_panes[static_cast<std::size_t>((at + direction * i + 2 * count) % count)];
    QWidget* stop = next.last;
    if (stop == nullptr || !isStop(stop) || !next.part->isAncestorOf(stop)) stop = firstStop(next.part);
    if (stop == nullptr) continue;
    stop->activateWindow();  // a floating dock is a window of its own
    return stop->setFocus(Qt::TabFocusReason);
  }
}

}  // namespace oscope::gui
