#include "app/gui/forms/ranges_so_far.h"

#include <QPainter>

#include "app/gui/marks.h"
#include "app/gui/plots/plot_paint.h"
#include "app/gui/theme.h"
#include "quant/policy/policy_rules.h"

namespace oscope::gui {

Scale scaleOfRanges(const std::vector<calibration::BlockDone::Range>& ranges, double v0, double v1) {
  std::vector<double> values{v0, v1};
  for (const calibration::BlockDone::Range& range : ranges) values.push_back(static_cast<double>(range.range));
  return logScale(values);
}

RangesSoFar::RangesSoFar(QWidget* parent) : QWidget(parent) {
  setMinimumHeight(150);
  setAccessibleName(tr("Ranges so far"));
}

void RangesSoFar::setThresholds(double v0, double v1) {
  m_v0 = v0;
  m_v1 = v1;
  update();
}

void RangesSoFar::setBlocks(int blocks, const std::vector<calibration::BlockDone>& done) {
  m_blocks = blocks;
  m_ranges.clear();
  for (const calibration::BlockDone& block : done) {
    m_ranges.insert(m_ranges.end(), block.ranges.begin(), block.ranges.end());
  }
  update();
}

void RangesSoFar::paintEvent(QPaintEvent*) {
  if (m_blocks <= 0) return;
  const Theme& t = theme();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  PlotFrame frame;
  frame.box = QRectF(rect()).adjusted(56, 8, -24, -30);
  frame.x = {-0.5, m_blocks - 0.5, false};
  frame.y = scaleOfRanges(m_ranges, m_v0, m_v1);
  const std::vector<Tick> ticks = blockTicks(m_blocks, -0.5, m_blocks - 0.5);
  paintAxes(painter, frame, &ticks);
  painter.setFont(uiFont(11));
  for (const auto& [value, name] : {std::pair(m_v0, "v0"), std::pair(m_v1, "v1")}) {
    const double y = frame.toPixel(0, value).y();
    painter.setPen(QPen(t.ink, 1.25));
    painter.drawLine(QPointF(frame.box.left(), y), QPointF(frame.box.right(), y));
    painter.drawText(QRectF(frame.box.right() + 4, y - 9, 20, 18), Qt::AlignVCenter, QLatin1String(name));
  }
  for (const calibration::BlockDone::Range& range : m_ranges) {
    const auto value = static_cast<double>(range.range);
    paintMark(painter, frame.toPixel(range.site.block, value), quant::thresholdPolicy(value, m_v0, m_v1), 0.75,
              t.surface);
  }
}

}  // namespace oscope::gui
