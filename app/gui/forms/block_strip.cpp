#include "app/gui/forms/block_strip.h"

#include <QPainter>
#include <algorithm>

#include "app/gui/plots/axis.h"
#include "app/gui/theme.h"

namespace oscope::gui {

BlockStrip::BlockStrip(QWidget* parent) : QWidget(parent) {
  setFixedHeight(44);
  setAccessibleName(tr("Blocks"));
}

void BlockStrip::setProgress(int blocks, int finished, double share) {
  m_blocks = blocks;
  m_finished = finished;
  m_share = share;
  setAccessibleDescription(tr("%1 of %2 blocks are finished").arg(finished).arg(blocks));
  update();
}

void BlockStrip::paintEvent(QPaintEvent*) {
  if (m_blocks <= 0) return;
  const Theme& t = theme();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  const double pitch = static_cast<double>(width()) / m_blocks;
  const double gap = std::min(5.0, pitch * 0.25);
  const double radius = std::min(4.0, (pitch - gap) / 4);
  for (int block = 0; block < m_blocks; ++block) {
    const QRectF box(pitch * block + gap / 2, 0, pitch - gap, 24);
    painter.setBrush(t.hover);
    painter.drawRoundedRect(box, radius, radius);
    const double share = block < m_finished ? 1 : block == m_finished ? m_share : 0;
    if (share <= 0) continue;
    painter.setBrush(t.accent);
    QRectF filled = box;
    filled.setWidth(box.width() * share);
    painter.setClipRect(filled);
    painter.drawRoundedRect(box, radius, radius);
    painter.setClipping(false);
  }
  painter.setFont(monoFont(11));
  painter.setPen(t.ink3);
  for (const Tick& tick : blockTicks(m_blocks, -0.5, m_blocks - 0.5)) {
    const double x = pitch * (tick.value + 0.5);
    painter.drawText(QRectF(x - 30, 26, 60, 18), Qt::AlignCenter, tick.label);
  }
}

}  // namespace oscope::gui
