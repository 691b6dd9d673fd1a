#include "app/gui/frame/focus_ring.h"

#include <QAbstractScrollArea>
#include <QApplication>
#include <QEvent>
#include <QPainter>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSplitter>
#include <QTabBar>
#include <QTextEdit>

#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr int kOutside = 3;  // pixels between the target's edge and that of the ring's widget

class Ring : public QWidget {
 public:
  explicit Ring(QWidget* parent) : QWidget(parent) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusPolicy(Qt::NoFocus);
    setObjectName(QStringLiteral("focusRing"));
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme().accent, 1.5));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.75, 0.75, -0.75, -0.75), 6, 6);
  }
};

bool isScrolled(const QWidget* widget) {
  return qobject_cast<const QAbstractScrollArea*>(widget) != nullptr;
}

/// Whether neither the style sheet nor the widget itself shows that it has the focus.
bool needsRing(const QWidget* widget) {
  if (const auto* edit = qobject_cast<const QPlainTextEdit*>(widget)) return edit->isReadOnly();
  if (const auto* edit = qobject_cast<const QTextEdit*>(widget)) return edit->isReadOnly();
  if (const auto* button = qobject_cast<const QPushButton*>(widget)) {
    const QString kind = button->property("class").toString();
    return button->isFlat() || kind == QLatin1String("primary") || kind == QLatin1String("link");
  }
  return isScrolled(widget) || qobject_cast<const QTabBar*>(widget) != nullptr;
}

/// The part of the widget that the ring goes around, in its own coordinates.
QRect partOf(const QWidget* widget) {
  if (const auto* tabs = qobject_cast<const QTabBar*>(widget)) return tabs->tabRect(tabs->currentIndex());
  return widget->rect();
}

/// Where the ring can live: beside its target, but not as one more part of a splitter.
QWidget* homeOf(const QWidget* target) {
  QWidget* home = target->parentWidget();
  while (home != nullptr && qobject_cast<QSplitter*>(home) != nullptr) home = home->parentWidget();
  return home;
}

}  // namespace

FocusRing::FocusRing(QWidget* window) : QObject(window), m_window(window) {
  connect(qApp, &QApplication::focusChanged, this, [this](QWidget*, QWidget* now) { follow(now); });
  qApp->installEventFilter(this);
}

QWidget* FocusRing::target() const {
  return m_ring != nullptr && m_ring->isVisible() ? m_target : nullptr;
}

void FocusRing::follow(QWidget* now) {
  delete m_ring.data();
  m_target = now != nullptr && needsRing(now) ? now : nullptr;
  if (m_target == nullptr || !m_byKey) return;
  const QWidget* root = m_target;  // beyond the edges of dialogs
  while (root != m_window && root != nullptr) root = root->parentWidget();
  if (root == nullptr || homeOf(m_target) == nullptr) return;
  m_ring = new Ring(homeOf(m_target));
  place();
}

void FocusRing::place() {
  if (m_target == nullptr || m_ring == nullptr) return;
  QWidget* const home = m_ring->parentWidget();
  QRect box(m_target->mapTo(home, partOf(m_target).topLeft()), partOf(m_target).size());
  if (!isScrolled(m_target)) box.adjust(-kOutside, -kOutside, kOutside, kOutside);
  m_ring->setGeometry(box.intersected(home->rect()));
  m_ring->raise();
  m_ring->setVisible(m_target->isVisible());
}

bool FocusRing::eventFilter(QObject* watched, QEvent* event) {
  switch (event->type()) {
    case QEvent::KeyPress:
    case QEvent::Shortcut:
    case QEvent::ShortcutOverride:
      m_byKey = true;
      break;
    case QEvent::MouseButtonPress:
      m_byKey = false;
      delete m_ring.data();
      break;
    case QEvent::Move:
    case QEvent::Resize:
    case QEvent::Show:
    case QEvent::Hide: {
      const auto* widget = qobject_cast<QWidget*>(watched);
      if (m_ring == nullptr || m_target == nullptr || widget == nullptr) break;
      if (widget == m_target || widget->isAncestorOf(m_target)) place();
      break;
    }
    default:
      break;
  }
  return false;
}

}  // namespace oscope::gui
