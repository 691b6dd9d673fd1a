#include "app/gui/views/distribution/histogram_plot.h"

#include <QFontMetricsF>
#include <QKeyEvent>
#include <algorithm>
#include <cmath>

#include "app/common/number_format.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr double kGrip = 9;  // pixels on both sides of the line
constexpr double kRugHeight = 11, kRugGap = 4, kRugTop = 8;
constexpr double kSmallestClip = 0.01;
constexpr double kFineDrag = 0.1, kKeyStep = 0.01, kPageStep = 0.1;

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

/// Shares from a hundredth of a per cent on as per cent, smaller ones by their power.
QString shareText(double share) {
  if (share == 0) return QStringLiteral("0 %");
  return share >= 1e-4 ? QStringLiteral("%1 %").arg(share * 100, 0, 'g', 3)
                       : QStringLiteral("%1 %").arg(text(app::formatRange(share * 100)));
}

}  // namespace

HistogramPlot::HistogramPlot(QWidget* parent) : PlotWidget(parent) {
  setMargins({72, 34, 24, 50});
  setMinimumHeight(170);
  setXGap(kRugTop + 2 * kRugHeight + kRugGap);
  setAccessibleName(tr("Histogram of the absolute values before and after the fold; arrow keys move the clip"));
}

void HistogramPlot::setSeries(const HistogramSeries& series, double clip) {
  m_series = series;
  m_clip = clip;
  update();
}

void HistogramPlot::setShown(bool before, bool after, bool grid) {
  m_before = before;
  m_after = after;
  m_grid = grid;
  setXGap(grid ? kRugTop + 2 * kRugHeight + kRugGap : 0);
}

QPointF HistogramPlot::handle() const {
  return {frame().toPixel(m_series.gridBefore.clip, 1).x(), frame().box.top() - 12};
}

void HistogramPlot::paintSteps(QPainter& painter, const stats::ScaledHistogram& histogram, const QColor& color,
                               double fill) const {
  QPolygonF line;
  for (int bin = 1; bin < compute::kHistogramBins; ++bin) {
    const double count = histogram.counts[static_cast<std::size_t>(bin)];
    const double low = compute::histogramEdge(bin), high = stats::binEnd(histogram, bin);
    if (!(high > low)) break;
    const double y = frame().toPixel(1, count / histogram.total).y();
    line << QPointF(frame().toPixel(low, 1).x(), y) << QPointF(frame().toPixel(high, 1).x(), y);
  }
  if (line.isEmpty()) return;
  line << QPointF(line.back().x(), frame().box.bottom() + 2);
  QPolygonF area = line;
  area << QPointF(line.front().x(), frame().box.bottom() + 2);
  QColor ground = color;
  ground.setAlphaF(static_cast<float>(fill));
  painter.setPen(Qt::NoPen);
  painter.setBrush(ground);
  painter.drawPolygon(area);
  painter.setPen(QPen(color, 1.7, Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin));
  painter.setBrush(Qt::NoBrush);
  painter.drawPolyline(line);
}

void HistogramPlot::paintData(QPainter& painter, const PlotFrame&) {
  if (m_before && m_series.before.total > 0) paintSteps(painter, m_series.before, theme().before, 0.14);
  if (m_after && m_series.after.total > 0) paintSteps(painter, m_series.after, theme().laeMark, 0.20);
}

void HistogramPlot::paintRug(QPainter& painter, const ValueGrid& grid, double top, const QString& name,
                             const QColor& color) const {
  const QRectF& box = frame().box;
  const GridRug rug = gridRug(grid, frame().x, box.width());
  painter.setFont(uiFont(11));
  painter.setPen(theme().ink3);
  painter.drawText(QRectF(box.left() - 66, top - 3, 58, kRugHeight + 6), Qt::AlignRight | Qt::AlignVCenter, name);
  if (rug.zeroEnd > 0) {
    const QRectF zero(box.left(), top, rug.zeroEnd, kRugHeight);
    painter.fillRect(zero, QBrush(mixed(theme().surface, color, 0.7), Qt::BDiagPattern));
  }
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing, false);
  painter.setPen(QPen(color, 1));
  for (double tick : rug.ticks) {
    const double x = std::round(box.left() + tick) + 0.5;
    painter.drawLine(QPointF(x, top), QPointF(x, top + kRugHeight));
  }
  painter.restore();
}

void HistogramPlot::paintAfterLabel(QPainter& painter) const {
  const QRectF& box = frame().box;
  const double x = frame().toPixel(m_series.gridAfter.clip, 1).x();
  if (!m_after || x < box.left() || x > box.right()) return;
  QPen pen(theme().laeMark, 1.4);
  pen.setDashPattern({3, 3});
  painter.setPen(pen);
  painter.drawLine(QPointF(x, box.top() + 34), QPointF(x, box.bottom()));
  const QString label = tr("after %1 %2").arg(m_series.foldName, text(app::formatRange(m_series.gridAfter.clip)));
  painter.setFont(uiFont(11, QFont::Medium));
  const double width = QFontMetricsF(painter.font()).horizontalAdvance(label) + 14;
  QRectF tag(x - width / 2, box.top() + 14, width, 20);
  tag.moveLeft(std::clamp(tag.left(), box.left() + 2, box.right() - width));
  painter.setPen(QPen(theme().borderStrong, 1));
  painter.setBrush(theme().surface);
  painter.drawRoundedRect(tag, 5, 5);
  painter.setPen(theme().ink);
  painter.drawText(tag, Qt::AlignCenter, label);
}

void HistogramPlot::paintClip(QPainter& painter) const {
  const Theme& t = theme();
  const QRectF& box = frame().box;
  const double x = frame().toPixel(m_series.gridBefore.clip, 1).x();
  if (x < box.left() || x > box.right() + 1) return;
  const bool active = m_gripped || m_nearClip || hasFocus();
  const QColor color = active ? t.accent : t.ink;
  if (m_gripped) {
    QColor halo = t.accent;
    halo.setAlphaF(0.2f);
    painter.fillRect(QRectF(x - 4, box.top(), 8, box.height()), halo);
    const double was = frame().toPixel(m_series.gridBefore.clip / m_clip * m_clipAtStart, 1).x();
    QPen ghost(t.ink3, 1);
    ghost.setDashPattern({4, 3});
    painter.setPen(ghost);
    painter.drawLine(QPointF(was, box.top()), QPointF(was, box.bottom()));
  }
  painter.setPen(QPen(color, active ? 2 : 1.25));
  painter.drawLine(QPointF(x, box.top() - 2), QPointF(x, box.bottom()));
  const QFont name = uiFont(11.5, QFont::DemiBold), figures = monoFont(11.5, QFont::DemiBold);
  const QString word = tr("clip");
  const QString value = QStringLiteral("%1 · %2 %")
                            .arg(text(app::formatRange(m_series.gridBefore.clip)))
                            .arg(m_clip * 100, 0, 'f', m_clip == 1 ? 0 : 1);
  const double wordWidth = QFontMetricsF(name).horizontalAdvance(word);
  const double width = 22 + wordWidth + 8 + QFontMetricsF(figures).horizontalAdvance(value) + 10;
  QRectF tag(x - width / 2, box.top() - 24, width, 22);
  tag.moveLeft(std::clamp(tag.left(), box.left(), std::max(box.left(), rect().right() - width - 4)));
  painter.setPen(Qt::NoPen);
  painter.setBrush(active ? t.accent : t.ink);
  painter.drawRoundedRect(tag, 5, 5);
  const QColor ink = active ? t.onAccent : t.surface;
  painter.setBrush(ink);
  for (int dot = 0; dot < 6; ++dot) {
    const int column = dot % 2, line = dot / 2;
    painter.drawEllipse(QPointF(tag.left() + 10 + 4 * column, tag.center().y() - 4 + 4 * line), 1, 1);
  }
  painter.setPen(ink);
  painter.setFont(name);
  painter.drawText(QRectF(tag.left() + 22, tag.top(), wordWidth + 2, tag.height()), Qt::AlignVCenter, word);
  painter.setFont(figures);
  painter.drawText(tag.adjusted(22 + wordWidth + 8, 0, 0, 0), Qt::AlignVCenter, value);
}

void HistogramPlot::paintHover(QPainter& painter) const {
  if (!m_hover || m_gripped || m_nearClip || m_series.before.total == 0) return;
  const double value = frame().toValue(*m_hover).x();
  const int bin = compute::histogramBin(static_cast<float>(value));
  const auto line = [&](const QString& name, const stats::ScaledHistogram& histogram) {
    const double count = histogram.counts[static_cast<std::size_t>(bin)];
    return tr("\n%1 %2 · %3 values")
        .arg(name, shareText(count / histogram.total), text(app::formatCount(std::llround(count))));
  };
  QString tip = bin == 0 ? tr("|x| below %1").arg(text(app::formatRange(compute::histogramEdge(1))))
                         : tr("|x| from %1 to %2")
                               .arg(text(app::formatRange(compute::histogramEdge(bin))),
                                    text(app::formatRange(compute::histogramEdge(bin + 1))));
  if (m_before) tip += line(tr("before"), m_series.before);
  if (m_after) tip += line(tr("after"), m_series.after);
  paintTooltip(painter, *m_hover, QRectF(rect()), tip);
}

void HistogramPlot::paintFront(QPainter& painter, const PlotFrame&) {
  if (m_series.before.total == 0) return;
  const QRectF& box = frame().box;
  if (m_grid) {
    paintRug(painter, m_series.gridBefore, box.bottom() + kRugTop, tr("before"), theme().before);
    paintRug(painter, m_series.gridAfter, box.bottom() + kRugTop + kRugHeight + kRugGap, tr("after"), theme().laeMark);
  }
  // Values left of the picture are said, not lost.
  const double low = frame().x.low;
  const auto below = [&](const stats::ScaledHistogram& histogram) {
    return shareText(stats::countBelow(histogram, low) / histogram.total);
  };
  QString note = tr("◂ below %1: ").arg(low, 0, 'g', 3);
  note += m_before && m_after ? tr("%1 before, %2 after").arg(below(m_series.before), below(m_series.after))
                              : below(m_before ? m_series.before : m_series.after);
  painter.setFont(uiFont(11));
  painter.setPen(theme().ink3);
  painter.drawText(QRectF(box.left(), box.top() - 20, box.width(), 16), Qt::AlignLeft | Qt::AlignVCenter, note);
  if (m_grid) {
    paintAfterLabel(painter);
    paintClip(painter);
  }
  paintHover(painter);
}

bool HistogramPlot::nearClip(QPointF pixel) const {
  if (!m_grid || m_series.before.total == 0) return false;
  const QPointF at = handle();
  const bool onTag = std::fabs(pixel.y() - at.y()) < 12 && std::fabs(pixel.x() - at.x()) < 70;
  return onTag || (std::fabs(pixel.x() - at.x()) <= kGrip && frame().box.top() - 24 <= pixel.y() &&
                   pixel.y() <= frame().box.bottom());
}

void HistogramPlot::hoverAt(std::optional<QPointF> pixel) {
  m_hover = pixel && frame().box.contains(*pixel) ? pixel : std::nullopt;
  m_nearClip = pixel && nearClip(*pixel);
  setCursor(m_nearClip ? Qt::SizeHorCursor : Qt::ArrowCursor);
  update();
}

bool HistogramPlot::dragStart(QPointF pixel) {
  if (!nearClip(pixel)) return false;
  m_gripped = true;
  m_clipAtStart = m_clip;
  m_pressX = pixel.x();
  m_shareAtPress = frame().x.shareOf(m_series.gridBefore.clip);
  update();
  return true;
}

void HistogramPlot::dragTo(QPointF pixel, Qt::KeyboardModifiers modifiers) {
  if (!m_gripped) return;
  const double speed = modifiers & Qt::ShiftModifier ? kFineDrag : 1;
  const double share = m_shareAtPress + speed * (pixel.x() - m_pressX) / frame().box.width();
  const double range = m_series.gridBefore.clip / m_clip;
  emit clipDragged(std::clamp(frame().x.valueAt(share) / range, kSmallestClip, 1.0));
}

void HistogramPlot::dragEnd(bool commit) {
  m_gripped = false;
  if (!commit) emit clipDragged(m_clipAtStart);
  update();
}

void HistogramPlot::keyPressEvent(QKeyEvent* event) {
  const auto move = [this](double factor) { emit clipDragged(std::clamp(m_clip * factor, kSmallestClip, 1.0)); };
  switch (event->key()) {
    case Qt::Key_Up:
      return move(1 + kKeyStep);
    case Qt::Key_Down:
      return move(1 - kKeyStep);
    case Qt::Key_PageUp:
      return move(1 + kPageStep);
    case Qt::Key_PageDown:
      return move(1 - kPageStep);
    case Qt::Key_Return:
    case Qt::Key_Enter:
      emit clipTyped();
      return;
    default:
      PlotWidget::keyPressEvent(event);
  }
}

}  // namespace oscope::gui
