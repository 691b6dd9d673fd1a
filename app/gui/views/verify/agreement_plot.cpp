#include "app/gui/views/verify/agreement_plot.h"

#include <algorithm>
#include <cmath>

#include "app/common/number_format.h"
#include "app/gui/marks.h"
#include "app/gui/theme.h"
#include "app/gui/view_context.h"

namespace oscope::gui {
namespace {

constexpr double kReach = 12, kBandDb = 2;

bool hasBoth(const quant::SiteMeasure& site) {
  return site.predictedDb && std::isfinite(*site.predictedDb) && std::isfinite(site.outputSqnrLocalDb);
}

}  // namespace

QString siteTooltip(const quant::SiteMeasure& site) {
  return QObject::tr("Block %1 · %2\nmeasured %3 dB, predicted %4 dB\n%5")
      .arg(site.id.block)
      .arg(QString::fromUtf8(toString(site.id.kind).data()),
           QString::fromStdString(app::formatDb(site.outputSqnrLocalDb)),
           QString::fromStdString(app::formatDb(site.predictedDb)), policyTitle(site.policy));
}

AgreementPlot::AgreementPlot(ViewContext& context, QWidget* parent) : PlotWidget(parent), m_context(context) {
  setTitles(tr("predicted, dB (line: equal, band: ±2 dB)"), tr("measured, dB"));
  setAccessibleName(tr("Predicted and measured SQNR"));
  connect(this, &PlotWidget::clicked, this, [this](QPointF pixel) {
    if (const auto site = siteAt(pixel)) m_context.selectSite(*site);
  });
  connect(this, &PlotWidget::banded, this, [this](double xLow, double xHigh, double yLow, double yHigh) {
    std::set<SiteId> inside;
    for (const quant::SiteMeasure& site : m_sites) {
      const bool x = *site.predictedDb >= xLow && *site.predictedDb <= xHigh;
      if (x && site.outputSqnrLocalDb >= yLow && site.outputSqnrLocalDb <= yHigh) inside.insert(site.id);
    }
    if (!inside.empty()) m_context.selectSites(std::move(inside));
  });
  connect(&m_context, &ViewContext::selectionChanged, this, qOverload<>(&QWidget::update));
}

void AgreementPlot::setSites(const std::vector<quant::SiteMeasure>& sites) {
  m_sites.clear();
  std::copy_if(sites.begin(), sites.end(), std::back_inserter(m_sites), hasBoth);
  double low = 0, high = 1;
  for (std::size_t i = 0; i < m_sites.size(); ++i) {
    const auto [least, most] = std::minmax(*m_sites[i].predictedDb, m_sites[i].outputSqnrLocalDb);
    low = i == 0 ? least : std::min(low, least);
    high = i == 0 ? most : std::max(high, most);
  }
  const double air = std::max(0.5, 0.06 * (high - low));
  const Scale scale{low - air, high + air, false};  // the same on both axes: equality is the diagonal
  setScales(scale, scale);
}

QPointF AgreementPlot::placeOf(SiteId id) const {
  for (const quant::SiteMeasure& site : m_sites) {
    if (site.id == id) return frame().toPixel(*site.predictedDb, site.outputSqnrLocalDb);
  }
  return {};
}

std::optional<SiteId> AgreementPlot::siteAt(QPointF pixel) const {
  std::optional<SiteId> nearest;
  double best = kReach;
  for (const quant::SiteMeasure& site : m_sites) {
    const QPointF away = frame().toPixel(*site.predictedDb, site.outputSqnrLocalDb) - pixel;
    const double distance = std::hypot(away.x(), away.y());
    if (distance >= best) continue;
    best = distance;
    nearest = site.id;
  }
  return nearest;
}

void AgreementPlot::hoverAt(std::optional<QPointF> pixel) {
  const auto site = pixel ? siteAt(*pixel) : std::nullopt;
  if (site == m_hovered) return;
  m_hovered = site;
  m_context.hover(site);
  update();
}

void AgreementPlot::paintGround(QPainter& painter, const PlotFrame& frame) {
  const double low = std::min(frame.x.low, frame.y.low) - kBandDb,
               high = std::max(frame.x.high, frame.y.high) + kBandDb;
  painter.save();
  painter.setClipRect(frame.box);
  painter.setPen(Qt::NoPen);
  painter.setBrush(theme().surface2);
  painter.drawPolygon(QPolygonF({frame.toPixel(low, low + kBandDb), frame.toPixel(high, high + kBandDb),
                                 frame.toPixel(high, high - kBandDb), frame.toPixel(low, low - kBandDb)}));
  painter.restore();
}

void AgreementPlot::paintData(QPainter& painter, const PlotFrame& frame) {
  const double low = std::min(frame.x.low, frame.y.low), high = std::max(frame.x.high, frame.y.high);
  painter.setPen(QPen(theme().ink2, 1));
  painter.drawLine(frame.toPixel(low, low), frame.toPixel(high, high));
  const std::set<SiteId>& selected = m_context.selection().sites;
  for (const quant::SiteMeasure& site : m_sites) {
    const QPointF at = frame.toPixel(*site.predictedDb, site.outputSqnrLocalDb);
    paintMark(painter, at, site.policy, 0.9, theme().surface);
    if (selected.count(site.id) == 0) continue;
    painter.setPen(QPen(theme().ink, 1.7));
    painter.setBrush(Qt::NoBrush);
    painter.drawEllipse(at, 8, 8);
  }
}

void AgreementPlot::paintFront(QPainter& painter, const PlotFrame& frame) {
  if (!m_hovered) return;
  for (const quant::SiteMeasure& site : m_sites) {
    if (site.id != *m_hovered) continue;
    paintTooltip(painter, frame.toPixel(*site.predictedDb, site.outputSqnrLocalDb), rect(), siteTooltip(site));
  }
}

}  // namespace oscope::gui
