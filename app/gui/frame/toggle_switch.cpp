#include "app/gui/frame/toggle_switch.h"

#include <QPainter>

#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr int kTrack = 26, kTrackHeight = 16, kHeight = 28, kGap = 10;

}  // namespace

ToggleSwitch::ToggleSwitch(const QString& text, QWidget* parent) : QAbstractButton(parent) {
  setText(text);
  setAccessibleName(text);
  setCheckable(true);
  setFocusPolicy(Qt::StrongFocus);
  setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

QSize ToggleSwitch::sizeHint() const {
  return {kTrack + kGap + QFontMetrics(uiFont(12)).horizontalAdvance(text()) + 6, kHeight};
}

void ToggleSwitch::paintEvent(QPaintEvent*) {
  const Theme& t = theme();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const QRectF track(2, (height() - kTrackHeight) / 2.0, kTrack, kTrackHeight);
  painter.setPen(hasFocus() ? QPen(t.accent, 1.5) : QPen(Qt::NoPen));
  painter.setBrush(!isEnabled() ? t.border : isChecked() ? t.accent : t.borderStrong);
  painter.drawRoundedRect(hasFocus() ? track.adjusted(-1, -1, 1, 1) : track, 8, 8);
  painter.setPen(Qt::NoPen);
  painter.setBrush(isChecked() ? t.onAccent : t.surface);
  painter.drawEllipse(QPointF(isChecked() ? track.right() - 8 : track.left() + 8, track.center().y()), 6, 6);
  painter.setFont(uiFont(12));
  painter.setPen(isEnabled() ? t.ink : t.disabled);
  painter.drawText(rect().adjusted(kTrack + kGap, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, text());
}

}  // namespace oscope::gui
