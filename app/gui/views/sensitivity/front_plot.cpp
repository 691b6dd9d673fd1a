#include "app/gui/views/sensitivity/front_plot.h"

#include <QKeyEvent>
#include <algorithm>
#include <cmath>

#include "app/common/number_format.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr double kMarkGap = 7, kPick = 12, kCell = 4;

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

QString withSign(const QString& magnitude, bool positive) {
  return positive ? QLatin1Char('+') + magnitude : magnitude;
}

QString countChange(int now, int then) {
  if (then == now) return {};
  return QStringLiteral(" (%1)").arg(withSign(text(app::formatCount(then - now)), then > now));
}

}  // namespace

QString qualityTitle(quant::Quality quality) {
  switch (quality) {
    case quant::Quality::Median:
      return QObject::tr("median site");
    case quant::Quality::Worst:
      return QObject::tr("worst site");
    case quant::Quality::Total:
      return QObject::tr("all sites together");
  }
  return {};
}

QString pairTooltip(const quant::ThresholdPair& pair, const quant::Outlook& now, quant::Quality quality) {
  const double share = (pair.staticShare - now.staticShare) * 100;
  const double decibel = quant::qualityDb(pair, quality) - quant::qualityDb(now, quality);
  QStringList lines;
  lines << QStringLiteral("v0 %1 · v1 %2").arg(text(app::formatRange(pair.v0)), text(app::formatRange(pair.v1)));
  lines << QObject::tr("static share %1 %  (%2)")
               .arg(text(app::formatShare(pair.staticShare)), withSign(text(app::formatDb(share)), share > 0));
  lines << QObject::tr("%1 %2 dB  (%3)")
               .arg(qualityTitle(quality), text(app::formatDb(quant::qualityDb(pair, quality))),
                    withSign(text(app::formatDb(decibel)), decibel > 0));
  const auto count = [&](quant::Policy policy, const QString& title) {
    const auto i = static_cast<std::size_t>(policy);
    return QStringLiteral("%1 %2%3").arg(title).arg(pair.counts[i]).arg(countChange(now.counts[i], pair.counts[i]));
  };
  lines << QStringList{count(quant::Policy::Static, QObject::tr("static")),
                       count(quant::Policy::LaeStatic, QObject::tr("LAE")),
                       count(quant::Policy::Dynamic, QObject::tr("dynamic"))}
               .join(QStringLiteral(" · "));
  lines << QObject::tr("Click or Enter adopts the pair");
  return lines.join(QLatin1Char('\n'));
}

FrontPlot::FrontPlot(QWidget* parent) : PlotWidget(parent) {
  setAccessibleName(tr("Predicted quality against the share of static sites"));
  setQuality(m_quality);
  connect(this, &PlotWidget::clicked, this, [this](QPointF pixel) {
    if (const quant::ThresholdPair* pair = pairAt(pixel)) emit adopted(quant::ThresholdPair(*pair));
  });
}

void FrontPlot::setQuality(quant::Quality quality) {
  m_quality = quality;
  setTitles(tr("share of static sites (static or LAE + static), %"),
            tr("predicted SQNR, %1, dB").arg(qualityTitle(quality)));
}

void FrontPlot::setPairs(const std::vector<quant::ThresholdPair>& pairs) {
  m_pairs = pairs;
  m_hovered.reset();
  refit(true);
}

void FrontPlot::setFront(std::vector<quant::ThresholdPair> front) {
  std::optional<quant::ThresholdPair> kept;
  if (m_cursor) kept = m_front[*m_cursor];
  m_front = std::move(front);
  m_cursor.reset();
  for (std::size_t i = 0; i < m_front.size() && kept; ++i) {
    if (m_front[i].v0 == kept->v0 && m_front[i].v1 == kept->v1) m_cursor = i;
  }
  if (kept && !m_cursor) emit cursorMoved(m_cursor);
  update();
}

void FrontPlot::addPairs(const std::vector<quant::ThresholdPair>& pairs) {
  m_pairs.insert(m_pairs.end(), pairs.begin(), pairs.end());
  refit(true);
}

void FrontPlot::setNow(const quant::Outlook& now) {
  m_now = now;
  refit(true);
}

void FrontPlot::refit(bool keepZoom) {
  m_dots = {};
  double left = m_now.staticShare, right = left, low = quant::qualityDb(m_now, m_quality), high = low;
  for (const quant::ThresholdPair& pair : m_pairs) {
    const double quality = quant::qualityDb(pair, m_quality);
    left = std::min(left, pair.staticShare);
    right = std::max(right, pair.staticShare);
    low = std::min(low, quality);
    high = std::max(high, quality);
  }
  const double airX = std::max(1.0, (right - left) * 100 * 0.04), airY = std::max(0.2, (high - low) * 0.05);
  setScales({left * 100 - airX, right * 100 + airX, false}, {low - airY, high + airY, false}, keepZoom);
}

QPointF FrontPlot::pixelOf(const quant::ThresholdPair& pair) const {
  return frame().toPixel(pair.staticShare * 100, quant::qualityDb(pair, m_quality));
}

QPointF FrontPlot::pixelOfNow() const {
  return frame().toPixel(m_now.staticShare * 100, quant::qualityDb(m_now, m_quality));
}

std::vector<QPointF> FrontPlot::frontPixels() const {
  std::vector<QPointF> pixels;
  pixels.reserve(m_front.size());
  for (const quant::ThresholdPair& pair : m_front) pixels.push_back(pixelOf(pair));
  return pixels;
}

void FrontPlot::paintDots(QPainter& painter, const PlotFrame& frame) {
  std::vector<QPointF> pixels;
  pixels.reserve(m_pairs.size());
  for (const quant::ThresholdPair& pair : m_pairs) pixels.push_back(pixelOf(pair));
  painter.setPen(Qt::NoPen);
  QColor color = theme().ink3;
  for (const Dot& dot : decimateDots(pixels, frame.box, kCell)) {
    color.setAlphaF(static_cast<float>(std::min(0.55, 0.2 + 0.05 * std::log2(dot.count))));
    painter.setBrush(color);
    painter.drawEllipse(dot.center, 2, 2);
  }
}

void FrontPlot::paintData(QPainter& painter, const PlotFrame& frame) {
  const Theme& t = theme();
  if (painter.device() != static_cast<QPaintDevice*>(this)) {
    paintDots(painter, frame);  // a picture: sharp at its own resolution
  } else {
    const double ratio = devicePixelRatioF();
    if (m_dots.isNull() || m_dotsFrame.box != frame.box || m_dotsFrame.x != frame.x || m_dotsFrame.y != frame.y ||
        m_dots.devicePixelRatio() != ratio) {
      m_dotsFrame = frame;
      m_dots = QPixmap(size() * ratio);
      m_dots.setDevicePixelRatio(ratio);
      m_dots.fill(Qt::transparent);
      QPainter dots(&m_dots);
      dots.setRenderHint(QPainter::Antialiasing);
      paintDots(dots, frame);
    }
    painter.drawPixmap(0, 0, m_dots);
  }
  const std::vector<QPointF> front = frontPixels();
  painter.setPen(QPen(t.accent, 1.5));
  painter.setBrush(Qt::NoBrush);
  painter.drawPolyline(front.data(), static_cast<int>(front.size()));
  painter.setPen(QPen(t.surface, 1));
  painter.setBrush(t.accent);
  for (std::size_t i : marksApart(front, kMarkGap)) painter.drawEllipse(front[i], 3.5, 3.5);
}

void FrontPlot::paintFront(QPainter& painter, const PlotFrame& frame) {
  const Theme& t = theme();
  const bool isPicture = painter.device() != static_cast<QPaintDevice*>(this);
  const QPointF now = pixelOfNow();
  if (m_now.predicted > 0 && frame.box.adjusted(-2, -2, 2, 2).contains(now)) {
    painter.setPen(QPen(t.ink, 1.8));
    painter.setBrush(t.surface);
    painter.drawEllipse(now, 8, 8);
    painter.setPen(Qt::NoPen);
    painter.setBrush(t.ink);
    painter.drawEllipse(now, 4.5, 4.5);
  }
  std::optional<quant::ThresholdPair> shown = m_hovered;
  if (!shown && m_cursor) shown = m_front[*m_cursor];
  if (!shown || isPicture) return;
  const QPointF at = pixelOf(*shown);
  if (!frame.box.adjusted(-2, -2, 2, 2).contains(at)) return;
  painter.setPen(QPen(t.accent, 2));
  painter.setBrush(t.surface);
  painter.drawEllipse(at, 6, 6);
  paintTooltip(painter, at, frame.box, pairTooltip(*shown, m_now, m_quality));
}

const quant::ThresholdPair* FrontPlot::pairAt(QPointF pixel) const {
  if (!frame().box.adjusted(-4, -4, 4, 4).contains(pixel)) return nullptr;
  if (const auto onFront = nearestPoint(frontPixels(), pixel, kPick)) return &m_front[*onFront];
  std::vector<QPointF> pixels;
  pixels.reserve(m_pairs.size());
  for (const quant::ThresholdPair& pair : m_pairs) pixels.push_back(pixelOf(pair));
  const auto any = nearestPoint(pixels, pixel, kPick / 2);
  return any ? &m_pairs[*any] : nullptr;
}

bool FrontPlot::hitTest(QPointF pixel) const {
  return pairAt(pixel) != nullptr;
}

void FrontPlot::hoverAt(std::optional<QPointF> pixel) {
  const quant::ThresholdPair* pair = pixel ? pairAt(*pixel) : nullptr;
  const bool was = m_hovered.has_value();
  m_hovered = pair != nullptr ? std::optional(*pair) : std::nullopt;
  setCursor(pair != nullptr ? Qt::PointingHandCursor : Qt::ArrowCursor);
  if (was || m_hovered) update();
}

void FrontPlot::setCursorTo(std::optional<std::size_t> frontIndex) {
  if (frontIndex == m_cursor) return;
  m_cursor = frontIndex;
  m_hovered.reset();
  update();
  emit cursorMoved(m_cursor);
}

bool FrontPlot::escape() {
  if (PlotWidget::escape()) return true;
  if (!m_cursor) return false;
  setCursorTo(std::nullopt);
  return true;
}

void FrontPlot::keyPressEvent(QKeyEvent* event) {
  if (m_front.empty()) return PlotWidget::keyPressEvent(event);
  const std::size_t last = m_front.size() - 1;
  // From nowhere the keys start at the pair next to where the recipe stands.
  const auto start = [&] { return nearestPoint(frontPixels(), pixelOfNow(), 1e9).value_or(0); };
  switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Up:
      return setCursorTo(!m_cursor ? start() : *m_cursor > 0 ? *m_cursor - 1 : 0);
    case Qt::Key_Right:
    case Qt::Key_Down:
      return setCursorTo(!m_cursor ? start() : std::min(last, *m_cursor + 1));
    case Qt::Key_Home:
      return setCursorTo(0);
    case Qt::Key_End:
      return setCursorTo(last);
    case Qt::Key_Return:
    case Qt::Key_Enter:
      if (m_cursor) emit adopted(quant::ThresholdPair(m_front[*m_cursor]));
      return;
    default:
      PlotWidget::keyPressEvent(event);
  }
}

void FrontPlot::changeEvent(QEvent* event) {
  PlotWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange) m_dots = {};
}

}  // namespace oscope::gui
