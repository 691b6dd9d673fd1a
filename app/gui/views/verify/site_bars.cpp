#include "app/gui/views/verify/site_bars.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "app/gui/plots/plot_paint.h"
#include "app/gui/theme.h"
#include "app/gui/view_context.h"
#include "app/gui/views/verify/agreement_plot.h"

namespace oscope::gui {
namespace {

constexpr double kLabelWidth = 70, kTickWidth = 34, kBelow = 40;
constexpr int kRows = static_cast<int>(kSiteKinds.size());

}  // namespace

double SiteBarLayout::rowHeight() const {
  return std::max(8.0, (box.height() - (kRows - 1) * kRowGap) / kRows);
}

QRectF SiteBarLayout::bar(int row, int block, double db) const {
  const double pitch = box.width() / std::max(1, blocks), wide = std::max(pitch * 0.78, pitch - 6);
  const double bottom = box.top() + row * (rowHeight() + kRowGap) + rowHeight();
  const double height = std::clamp(db / top, 0.0, 1.0) * rowHeight();
  return {box.left() + pitch * block + (pitch - wide) / 2, bottom - height, wide, height};
}

std::optional<std::pair<int, int>> SiteBarLayout::at(QPointF pixel) const {
  if (blocks <= 0 || !box.contains(pixel)) return std::nullopt;
  const int row = static_cast<int>((pixel.y() - box.top()) / (rowHeight() + kRowGap));
  const int block = static_cast<int>((pixel.x() - box.left()) / box.width() * blocks);
  return std::pair(std::min(row, kRows - 1), std::min(block, blocks - 1));
}

SiteBars::SiteBars(ViewContext& context, QWidget* parent) : QWidget(parent), m_context(context) {
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setMinimumHeight(320);
  setAccessibleName(tr("Measured SQNR by site"));
  connect(&m_context, &ViewContext::selectionChanged, this, qOverload<>(&QWidget::update));
}

void SiteBars::setSites(std::vector<quant::SiteMeasure> sites) {
  m_sites = std::move(sites);
  m_blocks = 0;
  m_top = 1;
  for (const quant::SiteMeasure& site : m_sites) {
    m_blocks = std::max(m_blocks, site.id.block + 1);
    for (double db : {site.outputSqnrLocalDb, site.predictedDb.value_or(0)}) {
      if (std::isfinite(db)) m_top = std::max(m_top, 1.06 * db);
    }
  }
  update();
}

const quant::SiteMeasure* SiteBars::find(SiteId id) const {
  const auto found = std::find_if(m_sites.begin(), m_sites.end(), [&](const auto& site) { return site.id == id; });
  return found == m_sites.end() ? nullptr : &*found;
}

SiteBarLayout SiteBars::layoutOf(const QRectF& area) const {
  return {area.adjusted(kLabelWidth + kTickWidth, 6, -4, -kBelow), m_blocks, m_top};
}

void SiteBars::renderTo(QPainter& painter, const QRectF& area) const {
  const Theme& t = theme();
  painter.setRenderHint(QPainter::Antialiasing);
  const SiteBarLayout layout = layoutOf(area);
  const std::vector<Tick> ticks = linearTicks(0, m_top, 2);
  for (int row = 0; row < kRows; ++row) {
    const SiteKind kind = kSiteKinds[static_cast<std::size_t>(row)];
    const QRectF whole(layout.box.left(), layout.bar(row, 0, m_top).top(), layout.box.width(), layout.rowHeight());
    painter.setFont(uiFont(12));
    painter.setPen(t.ink);
    painter.drawText(QRectF(area.left(), whole.top(), kLabelWidth, whole.height()), Qt::AlignVCenter | Qt::AlignLeft,
                     QString::fromUtf8(toString(kind).data()));
    painter.setFont(monoFont(10.5));
    for (const Tick& tick : ticks) {
      const double y = layout.bar(row, 0, tick.value).top();
      painter.setPen(QPen(tick.value == 0 ? t.borderStrong : t.gridMinor, 1));
      painter.drawLine(QPointF(whole.left(), y), QPointF(whole.right(), y));
      painter.setPen(t.ink3);
      painter.drawText(QRectF(whole.left() - kTickWidth - 8, y - 8, kTickWidth, 16), Qt::AlignRight | Qt::AlignVCenter,
                       tick.label);
    }
  }
  const std::set<SiteId>& selected = m_context.selection().sites;
  for (const quant::SiteMeasure& site : m_sites) {
    if (!std::isfinite(site.outputSqnrLocalDb)) continue;
    const int row = static_cast<int>(site.id.kind);
    const QRectF bar = layout.bar(row, site.id.block, site.outputSqnrLocalDb);
    QColor color = t.mark(site.policy);
    color.setAlphaF(m_hovered == site.id ? 1.0F : 0.85F);
    painter.fillRect(bar, color);
    if (selected.count(site.id) != 0) {
      painter.setPen(QPen(t.ink, 1.6));
      painter.setBrush(Qt::NoBrush);
      painter.drawRect(bar);
    }
    if (!site.predictedDb || !std::isfinite(*site.predictedDb)) continue;
    const double y = layout.bar(row, site.id.block, *site.predictedDb).top();
    painter.setPen(QPen(t.ink, 2));
    painter.drawLine(QPointF(bar.left() - 1, y), QPointF(bar.right() + 1, y));
  }
  painter.setFont(monoFont(11));
  painter.setPen(t.ink2);
  for (const Tick& tick : blockTicks(m_blocks, -0.5, m_blocks - 0.5)) {
    const double x = layout.bar(0, static_cast<int>(tick.value), 0).center().x();
    painter.drawText(QRectF(x - 30, layout.box.bottom() + 4, 60, 16), Qt::AlignCenter, tick.label);
  }
  painter.setFont(uiFont(11));
  painter.drawText(QRectF(layout.box.left(), layout.box.bottom() + 20, layout.box.width(), 16), Qt::AlignCenter,
                   tr("block"));
}

void SiteBars::paintEvent(QPaintEvent*) {
  if (m_blocks == 0) return;
  QPainter painter(this);
  renderTo(painter, rect());
  if (hasFocus()) {
    painter.setPen(QPen(theme().accent, 1.5));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 6, 6);
  }
  const quant::SiteMeasure* site = m_hovered ? find(*m_hovered) : nullptr;
  if (site == nullptr) return;
  const QRectF bar = layoutOf(rect()).bar(static_cast<int>(site->id.kind), site->id.block, site->outputSqnrLocalDb);
  paintTooltip(painter, QPointF(bar.center().x(), bar.top()), rect(), siteTooltip(*site));
}

void SiteBars::hover(std::optional<SiteId> site) {
  if (site == m_hovered) return;
  m_hovered = site;
  m_context.hover(site);
  update();
}

void SiteBars::mouseMoveEvent(QMouseEvent* event) {
  const auto place = layoutOf(rect()).at(event->position());
  hover(place ? std::optional(SiteId{place->second, kSiteKinds[static_cast<std::size_t>(place->first)]})
              : std::nullopt);
}

void SiteBars::mousePressEvent(QMouseEvent*) {
  setFocus();
  if (m_hovered && find(*m_hovered) != nullptr) m_context.selectSite(*m_hovered);
}

void SiteBars::leaveEvent(QEvent*) {
  hover(std::nullopt);
}

void SiteBars::keyPressEvent(QKeyEvent* event) {
  const auto current = m_context.selection().current;
  const bool moves = event->key() == Qt::Key_Left || event->key() == Qt::Key_Right || event->key() == Qt::Key_Up ||
                     event->key() == Qt::Key_Down;
  if (!moves || m_sites.empty()) return QWidget::keyPressEvent(event);
  SiteId next = current.value_or(m_sites.front().id);
  int kind = static_cast<int>(next.kind);
  if (event->key() == Qt::Key_Left) --next.block;
  if (event->key() == Qt::Key_Right) ++next.block;
  if (event->key() == Qt::Key_Up) --kind;
  if (event->key() == Qt::Key_Down) ++kind;
  if (kind < 0 || kind >= kRows) return;
  next.kind = kSiteKinds[static_cast<std::size_t>(kind)];
  if (find(next) != nullptr) m_context.selectSite(next);
}

}  // namespace oscope::gui
