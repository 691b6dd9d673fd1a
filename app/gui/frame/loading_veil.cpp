#include "app/gui/frame/loading_veil.h"

#include <QEvent>
#include <QPainter>

#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr int kDelay = 200;      // milliseconds until work is worth a change
constexpr double kDimmed = 0.6;  // of the picture that is seen

}  // namespace

LoadingVeil::LoadingVeil(QWidget* over) : QWidget(over) {
  setAttribute(Qt::WA_TransparentForMouseEvents);
  setFocusPolicy(Qt::NoFocus);
  hide();
  over->installEventFilter(this);
  m_delay.setSingleShot(true);
  m_delay.setInterval(kDelay);
  connect(&m_delay, &QTimer::timeout, this, [this] {
    setGeometry(parentWidget()->rect());
    raise();
    show();
  });
}

void LoadingVeil::setLoading(bool loading) {
  if (!loading) {
    m_delay.stop();
    hide();
  } else if (!isVisible() && !m_delay.isActive()) {
    m_delay.start();
  }
}

bool LoadingVeil::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Resize) setGeometry(parentWidget()->rect());
  return QWidget::eventFilter(watched, event);
}

void LoadingVeil::paintEvent(QPaintEvent*) {
  QColor ground = theme().surface;
  ground.setAlphaF(static_cast<float>(1 - kDimmed));
  QPainter(this).fillRect(rect(), ground);
}

}  // namespace oscope::gui
