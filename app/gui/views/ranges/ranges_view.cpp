#include "app/gui/views/ranges/ranges_view.h"

#include <QHBoxLayout>
#include <QInputDialog>
#include <QVBoxLayout>
#include <algorithm>

#include "app/common/number_format.h"
#include "app/gui/charts/ranges_chart.h"
#include "app/gui/document.h"
#include "app/gui/frame/legend_row.h"
#include "app/gui/frame/toggle_switch.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/jobs/job_runner.h"
#include "app/gui/marks.h"
#include "app/gui/plots/save_picture.h"
#include "app/gui/theme.h"
#include "app/gui/view_context.h"

namespace oscope::gui {
namespace {

enum Figure { kStatic, kLae, kDynamic, kFloat, kMedian, kWorst, kShare };

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

QString signedCount(int delta) {
  return delta == 0 ? QString() : (delta > 0 ? QStringLiteral("+%1") : QStringLiteral("−%1")).arg(std::abs(delta));
}

QString signedDb(double delta) {
  const QString magnitude = text(app::formatDb(delta));
  return magnitude == QLatin1String("0.0") ? QString() : delta > 0 ? QLatin1Char('+') + magnitude : magnitude;
}

}  // namespace

RangesView::RangesView(const ViewServices& services, QWidget* parent) : View(parent), m_services(services) {
  m_controls = new QWidget(this);
  auto* controls = new QHBoxLayout(m_controls);
  controls->setContentsMargins(0, 0, 0, 0);
  controls->setSpacing(12);
  m_firstToken = new ToggleSwitch(tr("first token"), m_controls);
  m_firstToken->setChecked(true);
  m_firstToken->setToolTip(
      tr("Count the first token of each sample. Off: see what the range would be without it; "
         "policies always follow the whole range."));
  m_measure = new SegmentedControl({tr("max |x|"), tr("min · median · max")}, m_controls);
  controls->addWidget(m_firstToken);
  controls->addWidget(m_measure);

  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  m_figures = new FigureStrip(this);
  m_figures->addFigure(tr("Static"), {}, static_cast<int>(quant::Policy::Static));
  m_figures->addFigure(tr("LAE + static"), {}, static_cast<int>(quant::Policy::LaeStatic));
  m_figures->addFigure(tr("Dynamic"), {}, static_cast<int>(quant::Policy::Dynamic));
  m_figures->addFigure(tr("Float"), {}, static_cast<int>(quant::Policy::None));
  m_figures->addSeparator();
  m_figures->addFigure(tr("Predicted SQNR, median"), tr("dB"));
  m_figures->addFigure(tr("Worst site"), tr("dB"));
  m_figures->addFigure(tr("Static share"), QStringLiteral("%"));
  column->addWidget(m_figures);
  column->addWidget(makeRule(Qt::Horizontal, this));
  auto* legend = new LegendRow(this);
  for (SiteKind kind : kSiteKinds) {
    const Qt::PenStyle style = RangesChart::lineStyle(kind);
    legend->addItem(
        QString::fromUtf8(toString(kind).data()),
        style == Qt::DotLine    ? LegendRow::Swatch::Dotted
        : style == Qt::DashLine ? LegendRow::Swatch::Dashed
                                : LegendRow::Swatch::Line,
        [kind] { return kind == SiteKind::FfnMid ? theme().ink2 : theme().ink3; }, true);
  }
  legend->addTools(this);
  column->addWidget(legend);
  m_chart = new RangesChart(this);
  auto* plot = new QHBoxLayout;
  plot->setContentsMargins(12, 0, 8, 8);
  plot->addWidget(m_chart);
  column->addLayout(plot, 1);

  Document& document = m_services.document;
  ViewContext& context = m_services.context;
  connect(&document, &Document::rowsChanged, this, &RangesView::refresh);
  connect(&document, &Document::snapshotChanged, this, [this] {
    gatherSpreads();
    refresh();
    m_chart->fit();
  });
  connect(m_firstToken, &ToggleSwitch::toggled, this, &RangesView::refresh);
  connect(m_measure, &SegmentedControl::currentChanged, this, [this] {
    if (m_spreads.empty()) gatherSpreads();
    refresh();
    m_chart->fit();
  });
  connect(m_chart, &RangesChart::thresholdsDragged, &document, &Document::previewThresholds);
  connect(m_chart, &RangesChart::dragFinished, &document,
          [&document](bool commit) { commit ? document.commitPreview() : document.cancelPreview(); });
  connect(m_chart, &RangesChart::valueWanted, this, &RangesView::typeThreshold);
  connect(m_chart, &RangesChart::siteHovered, &context, &ViewContext::hover);
  connect(m_chart, &RangesChart::sitesBanded, &context, &ViewContext::selectSites);
  connect(m_chart, &RangesChart::siteClicked, &context, [&context](SiteId site, bool extend) {
    if (!extend) return context.selectSite(site);
    std::set<SiteId> sites = context.selection().sites;
    if (!sites.insert(site).second) sites.erase(site);
    context.selectSites(std::move(sites));
  });
  connect(&context, &ViewContext::hoverChanged, m_chart, &RangesChart::setHovered);
  connect(&context, &ViewContext::selectionChanged, m_chart,
          [this](const Selection& selection) { m_chart->setSelection(selection.sites, selection.current); });
  gatherSpreads();
  refresh();
  m_chart->fit();
  m_chart->setSelection(context.selection().sites, context.selection().current);
}

QWidget* RangesView::firstFocus() const {
  return m_chart;
}

QString RangesView::subtitle() const {
  return tr("all sites over depth");
}

void RangesView::gatherSpreads() {
  m_spreads.clear();
  const stats::SnapshotPtr snapshot = m_services.document.snapshot();
  if (!snapshot || m_measure->current() != 1) return;
  // Millions of channels in a large model: not in the GUI thread, and only where they are shown.
  Job* job = m_services.jobs.start<std::vector<stats::ChannelSpread>>(
      tr("Medians of all sites"),
      [snapshot](const JobContext& context) {
        std::vector<stats::ChannelSpread> spreads;
        for (const stats::SiteStats& site : snapshot->sites()) {
          context.checkCancelled();
          spreads.push_back(stats::channelSpread(site));
        }
        return spreads;
      },
      [this, snapshot](std::vector<stats::ChannelSpread> spreads) {
        if (snapshot != m_services.document.snapshot()) return;
        m_spreads = std::move(spreads);
        refresh();
        m_chart->fit();
      },
      QStringLiteral("spreads"));
  dimWhile(job, m_services.jobs, m_chart);
}

void RangesView::refresh() {
  const Document& document = m_services.document;
  const auto& rows = document.rows();
  std::vector<RangePoint> points;
  points.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const SiteRow& row = rows[i];
    RangePoint point;
    point.site = row.id;
    point.value = m_firstToken->isChecked() ? row.range : row.rangeWithoutFirst;
    point.policy = row.policy;
    point.changed = document.previewing() && document.plan()->sites[i].policy != row.policy;
    if (m_measure->current() == 1 && i < m_spreads.size()) {
      point.low = m_spreads[i].low;
      point.median = m_spreads[i].median;
    }
    point.tooltip = tr("Block %1 · %2\nv %3 · %4 without first token\n%5, predicted %6 dB")
                        .arg(row.id.block)
                        .arg(QString::fromUtf8(toString(row.id.kind).data()), text(app::formatRange(row.range)),
                             text(app::formatRange(row.rangeWithoutFirst)), policyTitle(row.policy),
                             text(app::formatDb(row.predictedDb)));
    points.push_back(std::move(point));
  }
  m_chart->setThresholds(document.v0(), document.v1());
  m_chart->setPoints(std::move(points), rows.empty() ? 0 : rows.back().id.block + 1);
  refreshFigures();
}

void RangesView::refreshFigures() {
  const Document& document = m_services.document;
  const quant::Outlook& now = document.outlook();
  const quant::Outlook& before = document.committedOutlook();
  const bool moving = document.previewing();
  for (int policy : {kStatic, kLae, kDynamic, kFloat}) {
    const int count = now.counts[static_cast<std::size_t>(policy)];
    m_figures->setFigure(policy, text(app::formatCount(count)));
    m_figures->setDelta(policy,
                        moving ? signedCount(count - before.counts[static_cast<std::size_t>(policy)]) : QString());
  }
  // Left out where there is none; with it the counts always sum to the number of sites.
  m_figures->setShown(kFloat, now.counts[kFloat] + before.counts[kFloat] > 0);
  const bool known = now.predicted > 0;
  const auto value = [known](double decibel) { return known ? std::optional(decibel) : std::nullopt; };
  m_figures->setFigure(kMedian, text(app::formatDb(value(now.medianSqnrDb))));
  m_figures->setDelta(kMedian, moving && known ? signedDb(now.medianSqnrDb - before.medianSqnrDb) : QString());
  QString worst = tr("dB");
  if (known && now.worstSite < document.rows().size()) {
    const SiteId site = document.rows()[now.worstSite].id;
    worst += QStringLiteral("  b%1 · %2").arg(site.block).arg(QString::fromUtf8(toString(site.kind).data()));
  }
  m_figures->setFigure(kWorst, text(app::formatDb(value(now.worstSqnrDb))), worst);
  m_figures->setDelta(kWorst, moving && known ? signedDb(now.worstSqnrDb - before.worstSqnrDb) : QString());
  m_figures->setFigure(kShare, text(app::formatShare(now.staticShare)));
}

void RangesView::typeThreshold(int which) {
  Document& document = m_services.document;
  const double low = which == 0 ? 1e-6 : document.recipe().v0 * 1.001;
  const double high = which == 0 ? document.recipe().v1 / 1.001 : 1e9;
  bool accepted = false;
  const double value = QInputDialog::getDouble(
      this, tr("Threshold"), tr("v%1, between %2 and %3:").arg(which).arg(low, 0, 'g', 4).arg(high, 0, 'g', 4),
      which == 0 ? document.v0() : document.v1(), low, high, 4, &accepted);
  if (!accepted) return;
  which == 0 ? document.setThresholds(value, document.recipe().v1)
             : document.setThresholds(document.recipe().v0, value);
}

void RangesView::fit() {
  m_chart->fit();
}

Json RangesView::state() const {
  Json state;
  state["first_token"] = m_firstToken->isChecked();
  state["measure"] = m_measure->current();
  if (m_chart->isZoomed()) {
    const RangesChart::Visible visible = m_chart->visible();
    state["zoom"] = {visible.xLow, visible.xHigh, visible.yLow, visible.yHigh};
  }
  return state;
}

void RangesView::restore(const Json& state) {
  if (!state.is_object()) return;
  const auto first = state.find("first_token"), measure = state.find("measure"), zoom = state.find("zoom");
  if (first != state.end() && first->is_boolean()) m_firstToken->setChecked(first->get<bool>());
  if (measure != state.end() && measure->is_number_integer()) {
    m_measure->setCurrent(measure->get<int>() == 1 ? 1 : 0);
    refresh();
  }
  m_chart->fit();
  if (zoom == state.end() || !zoom->is_array() || zoom->size() != 4) return;
  for (const Json& edge : *zoom) {
    if (!edge.is_number()) return;
  }
  m_chart->show(
      {(*zoom)[0].get<double>(), (*zoom)[1].get<double>(), (*zoom)[2].get<double>(), (*zoom)[3].get<double>()});
}

bool RangesView::escape() {
  return m_chart->escape();
}

FileWork RangesView::savePicture(const QString& path) {
  return gui::savePicture(path, m_chart->size(), [this](QPainter& painter) { m_chart->render(&painter); });
}

QString RangesView::csv() const {
  QString table =
      QStringLiteral("block,site,range,range_without_first_token,policy,by_hand,predicted_db,measured_db\n");
  const auto number = [](const std::optional<double>& value) {
    return value ? QString::number(*value, 'g', 9) : QString();
  };
  for (const SiteRow& row : m_services.document.rows()) {
    table += QStringLiteral("%1,%2,%3,%4,%5,%6,%7,%8\n")
                 .arg(row.id.block)
                 .arg(QString::fromUtf8(toString(row.id.kind).data()))
                 .arg(static_cast<double>(row.range), 0, 'g', 9)
                 .arg(static_cast<double>(row.rangeWithoutFirst), 0, 'g', 9)
                 .arg(QString::fromUtf8(quant::toString(row.policy).data()))
                 .arg(row.overridden ? 1 : 0)
                 .arg(number(row.predictedDb), number(row.measuredDb));
  }
  return table;
}

}  // namespace oscope::gui
