#include "app/gui/charts/ranges_chart.h"

#include <QLineSeries>
#include <QScatterSeries>
#include <QValueAxis>
#include <algorithm>
#include <cmath>

#include "app/gui/plots/axis.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr double kLeft = 72, kRight = 112, kTop = 14, kBottom = 54;
constexpr int kManyBlocks = 64;  // deeper models get marks of 7 px

std::size_t at(SiteKind kind) {
  return static_cast<std::size_t>(kind);
}
std::size_t at(quant::Policy policy) {
  return static_cast<std::size_t>(policy);
}

}  // namespace

RangesChart::RangesChart(QWidget* parent) : QChartView(new QChart, parent) {
  setObjectName(QStringLiteral("rangesChart"));
  setAccessibleName(tr("Ranges of all sites over depth"));
  setFrameShape(QFrame::NoFrame);
  setRenderHint(QPainter::Antialiasing);
  setFocusPolicy(Qt::StrongFocus);
  viewport()->setMouseTracking(true);
  setViewportUpdateMode(QGraphicsView::FullViewportUpdate);
  chart()->legend()->hide();
  chart()->setAnimationOptions(QChart::NoAnimation);
  chart()->setMargins(QMargins());
  chart()->setBackgroundRoundness(0);
  chart()->setBackgroundVisible(false);  // zones and grid are painted behind the chart

  // The value axis carries log10 of the range: no log-axis surprises with zeros and short ranges.
  auto* x = new QValueAxis(this);
  auto* y = new QValueAxis(this);
  chart()->addAxis(x, Qt::AlignBottom);
  chart()->addAxis(y, Qt::AlignLeft);
  for (auto* axis : {x, y}) {
    axis->setLabelsVisible(false);
    axis->setGridLineVisible(false);
    axis->setLineVisible(false);
  }
  const auto attach = [&](QXYSeries* series) {
    chart()->addSeries(series);
    series->attachAxis(x);
    series->attachAxis(y);
  };
  for (auto*& line : m_lines) attach(line = new QLineSeries(this));
  for (auto*& marks : m_marks) attach(marks = new QScatterSeries(this));
  using Shape = QScatterSeries;
  m_marks[at(quant::Policy::Static)]->setMarkerShape(Shape::MarkerShapeCircle);
  m_marks[at(quant::Policy::LaeStatic)]->setMarkerShape(Shape::MarkerShapeRotatedRectangle);
  m_marks[at(quant::Policy::Dynamic)]->setMarkerShape(Shape::MarkerShapeTriangle);
  m_marks[at(quant::Policy::None)]->setMarkerShape(Shape::MarkerShapeCircle);
  applyTheme();
}

void RangesChart::applyTheme() {
  const Theme& t = theme();
  setBackgroundBrush(t.surface);
  for (SiteKind kind : kSiteKinds) {
    m_lines[at(kind)]->setPen(QPen(mixed(t.surface, t.ink3, 0.75), lineWidth(kind), lineStyle(kind)));
  }
  for (quant::Policy policy : quant::kPolicies) {
    const bool hollow = policy == quant::Policy::None;
    m_marks[at(policy)]->setColor(hollow ? t.surface : t.mark(policy));
    m_marks[at(policy)]->setPen(QPen(hollow ? t.mark(policy) : t.surface, 1.2));
    m_marks[at(policy)]->setBorderColor(hollow ? t.mark(policy) : t.surface);
  }
}

void RangesChart::changeEvent(QEvent* event) {
  QChartView::changeEvent(event);
  if (event->type() == QEvent::PaletteChange && m_marks[0] != nullptr) applyTheme();
}

void RangesChart::setPoints(std::vector<RangePoint> points, int blocks) {
  const bool newShape = blocks != m_blocks || points.size() != m_points.size();
  m_points = std::move(points);
  m_blocks = blocks;
  newShape ? fit() : fillSeries();
}

void RangesChart::fillSeries() {
  std::array<QList<QPointF>, 4> lines, marks;
  for (const RangePoint& point : m_points) {
    // Dead sites stand at the lower edge: never a logarithm of zero.
    const QPointF place(point.site.block, std::log10(std::max(point.value, m_yLow * 1.0001)));
    lines[at(point.site.kind)].append(place);
    marks[at(point.policy)].append(place);
  }
  const double scale = m_blocks > kManyBlocks ? 7.0 / 9.0 : 1.0;
  const std::array<double, 4> sizes{9, 11, 11, 8};
  for (std::size_t i = 0; i < 4; ++i) {
    m_lines[i]->replace(lines[i]);
    m_marks[i]->replace(marks[i]);
    m_marks[i]->setMarkerSize(sizes[i] * scale);
  }
  viewport()->update();
}

void RangesChart::setThresholds(double v0, double v1) {
  m_thresholds = {v0, v1};
  viewport()->update();
}

void RangesChart::setSelection(const std::set<SiteId>& sites, std::optional<SiteId> current) {
  m_selected = sites;
  m_current = current;
  viewport()->update();
}

void RangesChart::setHovered(std::optional<SiteId> site) {
  m_hovered = site;
  viewport()->update();
}

Qt::PenStyle RangesChart::lineStyle(SiteKind kind) {
  constexpr std::array<Qt::PenStyle, 4> kStyles{Qt::SolidLine, Qt::DotLine, Qt::DashLine, Qt::SolidLine};
  return kStyles[at(kind)];
}

double RangesChart::lineWidth(SiteKind kind) {
  return kind == SiteKind::FfnMid ? 1.8 : 1.1;
}

RangesChart::Visible RangesChart::whole() const {
  std::vector<double> values{m_thresholds[0], m_thresholds[1]};
  for (const RangePoint& point : m_points) {
    values.push_back(point.value);
    values.push_back(point.low);
  }
  const auto [low, high] = logRange(values);
  return {-0.5, std::max(0, m_blocks - 1) + 0.5, low, high};
}

void RangesChart::fit() {
  show(whole());
}

void RangesChart::show(const Visible& part) {
  if (!(part.xLow < part.xHigh && 0 < part.yLow && part.yLow < part.yHigh) || !std::isfinite(part.yHigh)) return;
  m_xLow = part.xLow;
  m_xHigh = part.xHigh;
  m_yLow = part.yLow;
  m_yHigh = part.yHigh;
  updateAxes();
  fillSeries();
}

void RangesChart::updateAxes() {
  chart()->setPlotArea(QRectF(kLeft, kTop, std::max(10.0, viewport()->width() - kLeft - kRight),
                              std::max(10.0, viewport()->height() - kTop - kBottom)));
  static_cast<QValueAxis*>(chart()->axes(Qt::Horizontal).front())->setRange(m_xLow, m_xHigh);
  static_cast<QValueAxis*>(chart()->axes(Qt::Vertical).front())->setRange(std::log10(m_yLow), std::log10(m_yHigh));
}

void RangesChart::resizeEvent(QResizeEvent* event) {
  QChartView::resizeEvent(event);
  updateAxes();
}

QPointF RangesChart::toPixel(double block, double value) const {
  const QRectF box = area();
  const double share =
      (std::log10(std::max(value, m_yLow * 1.0001)) - std::log10(m_yLow)) / std::log10(m_yHigh / m_yLow);
  return {box.left() + (block - m_xLow) / (m_xHigh - m_xLow) * box.width(), box.bottom() - share * box.height()};
}

double RangesChart::valueAt(double y) const {
  const double share = (area().bottom() - y) / area().height();
  return m_yLow * std::pow(m_yHigh / m_yLow, share);
}

QPointF RangesChart::positionOf(SiteId site) const {
  for (const RangePoint& point : m_points) {
    if (point.site == site) return toPixel(site.block, point.value);
  }
  return {};
}

QPointF RangesChart::handleOf(int which) const {
  return {area().right() + 50, toPixel(0, threshold(which)).y()};
}

}  // namespace oscope::gui
