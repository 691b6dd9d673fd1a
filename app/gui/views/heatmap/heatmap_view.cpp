#include "app/gui/views/heatmap/heatmap_view.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "app/common/number_format.h"
#include "app/gui/document.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/jobs/job_runner.h"
#include "app/gui/plots/heat_legend.h"
#include "app/gui/plots/zoom_state.h"
#include "app/gui/theme.h"
#include "app/gui/view_context.h"
#include "app/gui/views/heatmap/heat_words.h"

namespace oscope::gui {
namespace {

enum Layout { kModelOnly, kBoth, kTokensOnly };
constexpr int kSiteHeight = 196;  // of the lower map beside the upper one
constexpr int kHintFrom = 1080;   // narrower views leave the hint out

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

QString kindText(SiteKind kind) {
  return QString::fromUtf8(toString(kind).data());
}

}  // namespace

HeatmapView::HeatmapView(const ViewServices& services, QWidget* parent) : View(parent), m_services(services) {
  m_controls = new QWidget(this);
  auto* controls = new QHBoxLayout(m_controls);
  controls->setContentsMargins(0, 0, 0, 0);
  controls->setSpacing(12);
  m_fold = new SegmentedControl({tr("Before"), tr("After LAE")}, m_controls);
  m_fold->setToolTip(tr("After LAE: every site that this recipe can fold, whatever its policy; the colours stay"));
  m_measure = new SegmentedControl({tr("max |x|"), tr("rms")}, m_controls);
  controls->addWidget(m_fold);
  controls->addWidget(m_measure);

  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  auto* legendRow = new QHBoxLayout;
  legendRow->setContentsMargins(24, 4, 16, 2);
  legendRow->setSpacing(12);
  m_legend = new HeatLegend(this);
  m_hint = makeLabel(tr("Scroll zooms at the cursor, drag pans, double-click opens Channels"), "hint", this);
  m_hint->hide();  // until there is room: it must not push the docks aside
  m_layout = new SegmentedControl({tr("Model"), tr("Both"), tr("Tokens")}, this);
  m_layout->setCurrent(kBoth);
  m_layout->setToolTip(tr("Sites × channels of the model, tokens × channels of the selected site, or both"));
  auto* fit = makeIconButton(QStringLiteral("fit"), tr("Fit"), {}, this);
  fit->setToolTip(tr("Fit (Home)"));
  legendRow->addWidget(m_legend);
  legendRow->addStretch(1);
  legendRow->addWidget(m_hint);
  legendRow->addWidget(m_layout);
  legendRow->addWidget(fit);
  column->addLayout(legendRow);
  column->addWidget(makeRule(Qt::Horizontal, this));

  m_modelPlot = new HeatPlot(this);
  m_modelPlot->setObjectName(QStringLiteral("modelHeat"));
  m_modelPlot->setAccessibleName(tr("Heat map of sites and channels; the Channels table holds the same figures"));
  m_modelPlot->setTooltip([this](const HeatCell& cell) { return modelTooltip(cell); });
  column->addWidget(m_modelPlot, 1);

  m_sitePanel = new QWidget(this);
  auto* panel = new QVBoxLayout(m_sitePanel);
  panel->setContentsMargins(0, 0, 0, 0);
  panel->setSpacing(0);
  panel->addWidget(makeRule(Qt::Horizontal, m_sitePanel));
  auto* head = new QHBoxLayout;
  head->setContentsMargins(24, 8, 24, 6);
  head->setSpacing(8);
  auto* title = new QLabel(tr("Tokens × channels"), m_sitePanel);
  title->setFont(uiFont(13, QFont::DemiBold));
  m_siteTitle = makeLabel({}, "label", m_sitePanel);
  m_siteRows = new ElidedLabel("hint", m_sitePanel);  // gives way: it must not widen the window
  m_siteRows->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  head->addWidget(title);
  head->addWidget(m_siteTitle);
  head->addWidget(m_siteRows, 1);
  panel->addLayout(head);
  m_sitePlot = new HeatPlot(m_sitePanel);
  m_sitePlot->setObjectName(QStringLiteral("siteHeat"));
  m_sitePlot->setAccessibleName(tr("Heat map of tokens and channels of the selected site"));
  m_sitePlot->setTooltip([this](const HeatCell& cell) { return heatTooltip(*m_site, cell.row, cell.column); });
  m_sitePlot->setTitles(tr("channel"), tr("sample : position"), tr("max |x| of the token"));
  m_sitePlot->setEmptyText(tr("Select a site to see its tokens."));
  panel->addWidget(m_sitePlot, 1);
  column->addWidget(m_sitePanel);

  Document& document = m_services.document;
  ViewContext& context = m_services.context;
  connect(&document, &Document::snapshotChanged, this, [this] {
    // Another model's pictures don't stand in, and its snapshot is not kept alive.
    if (m_model && m_model->snapshot != m_services.document.snapshot()) {
      m_known.clear();
      m_model.reset();
      m_modelPlot->setEmptyText({});
    }
    if (m_site && m_site->snapshot != m_services.document.snapshot()) {
      m_site.reset();
      m_sitePlot->setEmptyText({});
    }
    m_stale = true;
    if (isVisible()) forget();
  });
  connect(&document, &Document::planChanged, this, [this] {
    // Only what LAE does to a site matters here; thresholds, overrides and notes don't.
    const quant::Recipe& recipe = m_services.document.recipe();
    if (recipe.steps == m_recipe.steps && recipe.foldEdges == m_recipe.foldEdges) return;
    m_stale = true;
    if (isVisible()) forget();
  });
  connect(&document, &Document::rowsChanged, this,
          [this, &document] { m_legend->setThresholds(document.v0(), document.v1()); });
  connect(&context, &ViewContext::selectionChanged, this, &HeatmapView::followSelection);
  connect(m_fold, &SegmentedControl::currentChanged, this, [this] {
    buildModel();
    buildSite();
    emit subtitleChanged();
  });
  connect(m_measure, &SegmentedControl::currentChanged, this, &HeatmapView::buildModel);
  connect(m_layout, &SegmentedControl::currentChanged, this, &HeatmapView::applyLayout);
  connect(fit, &QToolButton::clicked, this, [this] {
    m_modelPlot->fit();
    m_sitePlot->fit();
  });
  connect(m_modelPlot, &HeatPlot::hovered, this, [this](const std::optional<HeatCell>& cell) {
    m_services.context.hover(cell ? std::optional(SiteId{static_cast<std::int32_t>(cell->row),
                                                         m_bandKinds[static_cast<std::size_t>(cell->band)]})
                                  : std::nullopt);
  });
  const auto pickModel = [this](const HeatCell& cell, bool open) {
    select({static_cast<std::int32_t>(cell.row), m_bandKinds[static_cast<std::size_t>(cell.band)]}, cell.column,
           std::nullopt, open);
  };
  const auto pickToken = [this](const HeatCell& cell, bool open) {
    select(m_site->site, cell.column, m_site->tokens[static_cast<std::size_t>(cell.row)], open);
  };
  connect(m_modelPlot, &HeatPlot::clicked, this, [=](const HeatCell& cell) { pickModel(cell, false); });
  connect(m_modelPlot, &HeatPlot::activated, this, [=](const HeatCell& cell) { pickModel(cell, true); });
  connect(m_sitePlot, &HeatPlot::clicked, this, [=](const HeatCell& cell) { pickToken(cell, false); });
  connect(m_sitePlot, &HeatPlot::activated, this, [=](const HeatCell& cell) { pickToken(cell, true); });
  m_legend->setThresholds(document.v0(), document.v1());
  applyLayout();
}

bool HeatmapView::isFolded() const {
  return m_fold->current() == 1;
}

bool HeatmapView::tokensAlone() const {
  return m_layout->current() == kTokensOnly;
}

HeatMeasure HeatmapView::measure() const {
  return m_measure->current() == 1 ? HeatMeasure::Rms : HeatMeasure::Absmax;
}

QWidget* HeatmapView::firstFocus() const {
  return m_modelPlot;
}

QString HeatmapView::subtitle() const {
  if (!m_services.document.snapshot()) return {};
  std::int64_t channels = 0;
  for (const stats::SiteStats& site : m_services.document.snapshot()->sites()) channels += site.channels;
  return tr("sites × channels, %1").arg(text(app::formatCount(channels)));
}

void HeatmapView::showEvent(QShowEvent* event) {
  View::showEvent(event);
  if (m_stale) forget();
}

void HeatmapView::resizeEvent(QResizeEvent* event) {
  View::resizeEvent(event);
  m_hint->setVisible(width() >= kHintFrom);
}

void HeatmapView::applyLayout() {
  const int layout = m_layout->current();
  m_modelPlot->setVisible(layout != kTokensOnly);
  m_sitePanel->setVisible(layout != kModelOnly);
  m_sitePanel->setMaximumHeight(layout == kBoth ? kSiteHeight : QWIDGETSIZE_MAX);
  m_sitePanel->setMinimumHeight(layout == kBoth ? kSiteHeight : 0);
}

void HeatmapView::forget() {
  m_stale = false;
  m_known.clear();
  m_recipe = m_services.document.recipe();
  buildModel();
  buildSite();
  emit subtitleChanged();
}

void HeatmapView::buildModel() {
  const stats::SnapshotPtr snapshot = m_services.document.snapshot();
  if (!snapshot) {
    m_model.reset();
    m_bandKinds.clear();
    return m_modelPlot->setEmptyText(tr("No calibration yet."));
  }
  const auto known = m_known.find({m_measure->current(), m_fold->current()});
  if (known != m_known.end()) return showModel(known->second);
  Job* job = m_services.jobs.start<std::shared_ptr<const ModelHeat>>(
      tr("Heat map of the model"),
      [snapshot, recipe = m_recipe, measure = measure(), folded = isFolded()](const JobContext& context) {
        return makeModelHeat(snapshot, recipe, measure, folded, context);
      },
      [this](std::shared_ptr<const ModelHeat> heat) {
        if (heat->snapshot != m_services.document.snapshot()) return;
        m_known[{static_cast<int>(heat->measure), heat->folded ? 1 : 0}] = heat;
        showModel(std::move(heat));
      },
      QStringLiteral("heat-model"));
  followJob(job, m_modelPlot);
}

void HeatmapView::followJob(Job* job, HeatPlot* plot) {
  dimWhile(job, m_services.jobs, plot);
  connect(job, &Job::finished, plot, [plot](const JobOutcome& outcome) {
    if (outcome.state == JobOutcome::State::Failed) plot->setEmptyText(outcome.message);
  });
}

void HeatmapView::showModel(std::shared_ptr<const ModelHeat> heat) {
  m_model = std::move(heat);
  m_legend->setScale(measure() == HeatMeasure::Absmax ? tr("max |x|") : tr("rms"), m_model->scale);
  std::vector<HeatBand> bands;
  m_bandKinds.clear();
  for (SiteKind kind : kSiteKinds) {
    const auto& table = m_model->tables[static_cast<std::size_t>(kind)];
    if (!table) continue;
    HeatBand band;
    band.title = kindText(kind);
    band.hint = text(app::formatCount(table->columns()));
    band.values = std::shared_ptr<const stats::MaxPyramid>(m_model, table.get());
    bands.push_back(std::move(band));
    m_bandKinds.push_back(kind);
  }
  if (bands.empty()) {
    m_modelPlot->setEmptyText(
        tr("This snapshot keeps no %1 of channels: calibrate with the observer “%2”.")
            .arg(m_measure->current() == 0 ? tr("maxima") : tr("rms"),
                 m_measure->current() == 0 ? QStringLiteral("range") : QStringLiteral("moments")));
  } else {
    m_modelPlot->setBands(std::move(bands), m_model->scale);
    restoreZoom("zoom", *m_modelPlot);
  }
  if (m_site && m_site->table) {  // the colours are shared
    const Json zoom = zoomOf(*m_sitePlot);
    showSite(m_site);
    if (!zoom.is_null()) zoomTo(*m_sitePlot, zoom);
  }
  followSelection();
}

void HeatmapView::buildSite() {
  const stats::SnapshotPtr snapshot = m_services.document.snapshot();
  const std::optional<SiteId> current = m_services.context.selection().current;
  if (!snapshot || !current || !snapshot->contains(*current)) {
    m_site.reset();
    m_siteWanted.reset();
    m_siteTitle->setText({});
    m_siteRows->setText({});
    return m_sitePlot->setEmptyText(tr("Select a site to see its tokens."));
  }
  m_siteWanted = current;
  Job* job = m_services.jobs.start<std::shared_ptr<const SiteHeat>>(
      tr("Rows of %1").arg(text(toString(*current))),
      [snapshot, site = *current, recipe = m_services.document.recipe(), folded = isFolded()](const JobContext&) {
        return makeSiteHeat(snapshot, site, recipe, folded);
      },
      [this](std::shared_ptr<const SiteHeat> heat) {
        if (heat->snapshot == m_services.document.snapshot()) showSite(std::move(heat));
      },
      QStringLiteral("heat-site"));
  followJob(job, m_sitePlot);
}

void HeatmapView::showSite(std::shared_ptr<const SiteHeat> heat) {
  m_site = std::move(heat);
  m_siteTitle->setText(tr("block %1 · %2").arg(m_site->site.block).arg(kindText(m_site->site.kind)));
  if (!m_site->table) {
    m_siteRows->setText({});
    return m_sitePlot->setEmptyText(tr("This snapshot keeps no whole tokens: calibrate with the observer “rows”."));
  }
  const auto rows = static_cast<std::int64_t>(m_site->tokens.size());
  m_siteRows->setText(tr("%1 of %2 tokens: the first %3 of sample 0, then %4 drawn by the seed")
                          .arg(rows)
                          .arg(text(app::formatCount(m_site->snapshot->site(m_site->site).tokens)))
                          .arg(m_site->leading)
                          .arg(rows - m_site->leading));
  HeatBand band;
  band.values = std::shared_ptr<const stats::MaxPyramid>(m_site, m_site->table.get());
  band.rowBars = m_site->rowMaxima;
  band.divider = m_site->leading < rows ? m_site->leading : 0;
  const std::int64_t length = std::max<std::int64_t>(1, m_site->snapshot->provenance().length);
  for (const std::int64_t token : m_site->tokens) {
    band.rowLabels.push_back(QStringLiteral("%1:%2").arg(token / length).arg(token % length));
  }
  m_sitePlot->setBands({std::move(band)}, m_model ? m_model->scale : HeatScale{});
  if (m_wanted.is_object() && m_wanted.value("site", Json()) == Json(toString(m_site->site))) {
    restoreZoom("site_zoom", *m_sitePlot);
  }
  followSelection();
}

void HeatmapView::followSelection() {
  const Selection& selection = m_services.context.selection();
  std::optional<HeatMark> mark;
  if (selection.current) {
    const auto kind = std::find(m_bandKinds.begin(), m_bandKinds.end(), selection.current->kind);
    if (kind != m_bandKinds.end()) {
      mark = HeatMark{static_cast<int>(kind - m_bandKinds.begin()), selection.current->block, selection.channel};
    }
  }
  m_modelPlot->setMark(mark);
  if (m_stale || !isVisible()) {
    m_stale = m_stale || !m_site || selection.current != m_site->site;
    return;
  }
  if (selection.current && m_site && m_site->site == *selection.current) {
    HeatMark token;
    token.column = selection.channel;
    const auto row = selection.token ? std::find(m_site->tokens.begin(), m_site->tokens.end(), *selection.token)
                                     : m_site->tokens.end();
    if (row != m_site->tokens.end()) token.row = row - m_site->tokens.begin();
    m_sitePlot->setMark(token);
  } else {
    m_sitePlot->setMark(std::nullopt);
    if (selection.current != m_siteWanted || !selection.current) buildSite();
  }
}

void HeatmapView::select(SiteId site, std::int64_t channel, std::optional<std::int64_t> token, bool open) {
  if (!m_services.document.snapshot() || !m_services.document.snapshot()->contains(site)) return;
  Selection selection;
  selection.sites = {site};
  selection.current = site;
  selection.channel = channel;
  selection.token = token;
  m_services.context.select(std::move(selection));
  if (open) m_services.context.show(QStringLiteral("channels"));
}

QString HeatmapView::modelTooltip(const HeatCell& cell) const {
  if (!m_model) return {};
  const SiteId site{static_cast<std::int32_t>(cell.row), m_bandKinds[static_cast<std::size_t>(cell.band)]};
  const std::vector<stats::SiteStats>& sites = m_model->snapshot->sites();
  const auto found = std::find_if(sites.begin(), sites.end(), [&](const auto& facts) { return facts.id == site; });
  if (found == sites.end()) return {};
  return heatTooltip(*m_model, static_cast<std::size_t>(found - sites.begin()), cell.column);
}

bool HeatmapView::escape() {
  return m_modelPlot->escape() || m_sitePlot->escape();
}

}  // namespace oscope::gui
