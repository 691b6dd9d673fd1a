#include "app/gui/views/channels/channels_view.h"

#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/common/number_format.h"
#include "app/gui/document.h"
#include "app/gui/frame/legend_row.h"
#include "app/gui/frame/panes.h"
#include "app/gui/frame/view_splitter.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/plots/save_picture.h"
#include "app/gui/theme.h"
#include "app/gui/view_context.h"
#include "app/gui/views/channels/channel_order_plot.h"
#include "app/gui/views/channels/channel_rank_plot.h"
#include "app/gui/views/channels/channel_tables.h"
#include "app/gui/views/one_site.h"

namespace oscope::gui {
namespace {

enum Figure { kRange, kBits, kAboveTen, kSqnr };
enum LegendItem { kBefore, kAfter, kReference, kClusters };
enum Panes { kInOrder, kSorted, kBoth };
constexpr double kCountedFactor = 10;  // times the median

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

}  // namespace

ChannelsView::ChannelsView(const ViewServices& services, QWidget* parent)
    : View(parent), m_services(services), m_inquiry(services.jobs, QStringLiteral("channels.detail")) {
  build();
  Document& document = m_services.document;
  ViewContext& context = m_services.context;
  connect(&document, &Document::planChanged, this, &ChannelsView::refresh);
  connect(&document, &Document::snapshotChanged, this, &ChannelsView::refresh);
  connect(&context, &ViewContext::selectionChanged, this, [this](const Selection& selection) {
    const bool sameSite = m_series && selection.current == m_series->site && !m_stale;
    sameSite ? refreshChannel() : refresh();
  });
  const auto select = [&context](std::int64_t channel) { context.selectChannel(channel); };
  connect(m_order, &ChannelOrderPlot::channelClicked, this, select);
  connect(m_rank, &ChannelRankPlot::channelClicked, this, select);
  connect(m_order, &PlotWidget::zoomed, this, [this] { m_rank->setVisible(m_rank->frame().x, m_order->frame().y); });
  connect(m_rank, &PlotWidget::zoomed, this, [this] { m_order->setVisible(m_order->frame().x, m_rank->frame().y); });
  connect(m_tables, &ChannelTables::channelChosen, this, select);
  connect(m_tables, &ChannelTables::tokenChosen, &context, &ViewContext::selectToken);
  connect(m_tables, &ChannelTables::thresholdChanged, this, [this] { showSeries(false); });
  connect(m_panes, &SegmentedControl::currentChanged, this, &ChannelsView::arrange);
  connect(m_scaleKind, &SegmentedControl::currentChanged, this, [this] { showSeries(true); });
  connect(m_grouped, &QCheckBox::toggled, this, [this] { showSeries(true); });
  connect(m_legend, &LegendRow::toggled, this, &ChannelsView::arrange);
  arrange();
}

void ChannelsView::build() {
  m_controls = new QWidget(this);
  auto* controls = new QHBoxLayout(m_controls);
  controls->setContentsMargins(0, 0, 0, 0);
  controls->setSpacing(12);
  m_grouped = new QCheckBox(tr("by cluster"), m_controls);
  m_grouped->setToolTip(tr("Channels of one cluster side by side, as the recipe reorders them"));
  m_panes = new SegmentedControl({tr("In order"), tr("Sorted"), tr("Both")}, m_controls);
  m_panes->setCurrent(kBoth);
  m_scaleKind = new SegmentedControl({tr("Linear"), tr("Log")}, m_controls);
  m_scaleKind->setCurrent(1);
  controls->addWidget(m_grouped);
  controls->addWidget(m_panes);
  controls->addWidget(m_scaleKind);

  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  m_stack = new QStackedWidget(this);
  outer->addWidget(m_stack);
  m_stack->addWidget(new SitePlaceholder(m_services.document, m_services.context, tr("its channels"), this));

  auto* content = new QWidget(this);
  m_stack->addWidget(content);
  auto* column = new QVBoxLayout(content);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  m_figures = new FigureStrip(content);
  m_figures->addFigure(tr("Range v"));
  m_figures->addFigure(tr("Effective bits, median channel"));
  m_figures->addFigure(tr("Channels above 10× median"));
  m_figures->addFigure(tr("Predicted SQNR"), tr("dB"));
  column->addWidget(m_figures);
  column->addWidget(makeRule(Qt::Horizontal, content));

  m_legend = new LegendRow(content);
  m_legend->addItem(tr("before LAE"), LegendRow::Swatch::Fill, [] { return theme().before; });
  m_legend->addItem(tr("after LAE"), LegendRow::Swatch::Fill, [] { return theme().laeMark; });
  m_legend->addItem(tr("SmoothQuant α 0.5, after"), LegendRow::Swatch::Dashed, [] { return theme().reference; });
  m_legend->addItem(
      tr("cluster, darker is wider"), LegendRow::Swatch::Fill, [] { return theme().ink2; }, true);
  auto* fit = makeIconButton(QStringLiteral("fit"), tr("Fit both panes"), {}, m_legend);
  connect(fit, &QToolButton::clicked, this, [this] {
    m_order->fit();
    m_rank->fit();
  });
  m_legend->addButton(fit);

  auto* plots = new QWidget(content);
  auto* top = new QVBoxLayout(plots);
  top->setContentsMargins(0, 0, 0, 0);
  top->setSpacing(0);
  top->addWidget(m_legend);
  auto* panes = new QHBoxLayout;
  panes->setContentsMargins(12, 0, 8, 0);
  panes->setSpacing(0);
  m_order = new ChannelOrderPlot(plots);
  m_rank = new ChannelRankPlot(plots);
  panes->addWidget(m_order, 10);
  panes->addWidget(m_rank, 4);
  top->addLayout(panes, 1);
  auto* splitter = new ViewSplitter(QStringLiteral("plots"), Qt::Vertical, content);
  splitter->addWidget(plots);
  m_tables = new ChannelTables(content);
  splitter->addWidget(m_tables);
  splitter->setStretchFactor(0, 5);
  splitter->setStretchFactor(1, 4);
  splitter->setSizes({500, 340});
  column->addWidget(splitter, 1);
}

QWidget* ChannelsView::firstFocus() const {
  return m_order;
}

QString ChannelsView::subtitle() const {
  if (!m_series) return {};
  return tr("%1 · %2 channels")
      .arg(siteTitle(m_series->site), text(app::formatCount(static_cast<std::int64_t>(m_series->before.size()))));
}

void ChannelsView::showEvent(QShowEvent* event) {
  View::showEvent(event);
  if (m_stale) refresh();
}

void ChannelsView::refresh() {
  m_stale = !isVisible();
  if (m_stale && !m_services.document.snapshot()) m_inquiry.forget();
  if (m_stale) return;
  const Document& document = m_services.document;
  const auto site = m_services.context.selection().current;
  const auto index = site && document.plan() ? document.indexOf(*site) : std::nullopt;
  if (!index || !document.snapshot()) {
    m_series.reset();
    m_inquiry.forget();
    m_stack->setCurrentIndex(0);
    emit subtitleChanged();
    return;
  }
  const bool newSite = !m_series || !m_inquiry.isAbout({*site, document.snapshot()->contentHash()});
  m_series = std::make_shared<const ChannelSeries>(
      channelSeries(document.snapshot()->sites()[*index], document.plan()->sites[*index], document.recipe()));
  showPage(m_stack, m_stack->widget(1), m_order);
  requestDetail();
  showSeries(newSite);
  emit subtitleChanged();
}

void ChannelsView::requestDetail() {
  const Document& document = m_services.document;
  const quant::SitePlan& plan = document.plan()->sites[*document.indexOf(m_series->site)];
  const Question question{{m_series->site, document.snapshot()->contentHash()},
                          m_series->fold.scale,
                          plan.linears.front().scheme,
                          document.recipe().rules,
                          plan.activation.clusters};
  if (m_inquiry.question() == question) return;
  m_predicted = {};
  m_inquiry.ask(
      question, document.snapshot(),
      [question](const stats::SnapshotPtr& snapshot, const auto& detail, const JobContext&) {
        const stats::SiteStats& site = snapshot->site(question.site);
        quant::WhatIf whatIf;
        whatIf.weights = question.weights;
        whatIf.rules = question.rules;
        Answer answer;
        answer.before = quant::predict(site, *detail, whatIf);
        whatIf.clusters = question.clusters;
        if (question.clusters.labels.empty()) whatIf.scale = question.scale;
        answer.after = quant::predict(site, *detail, whatIf);
        return answer;
      },
      [this](const Answer& answer) {
        m_predicted = answer;
        refreshFigures();
        refreshChannel();
      });
}

void ChannelsView::showSeries(bool newSite) {
  if (!m_series) return;
  const bool log = m_scaleKind->current() == 1;
  const auto count = static_cast<double>(m_series->before.size());
  const QString name = text(m_series->fold.name);
  m_legend->setText(kBefore, tr("before %1").arg(name));
  m_legend->setText(kAfter, tr("after %1").arg(name), text(m_series->fold.obstacle));
  m_legend->setShown(kReference, !m_series->reference.empty());
  m_legend->setShown(kClusters, !m_series->labels.empty());
  m_legend->setHint(!m_series->fold.obstacle.empty() ? tr("what if: %1").arg(text(m_series->fold.obstacle))
                    : m_series->fold.planned         ? QString()
                                                     : tr("what if: the plan does not fold this site"));
  m_grouped->setVisible(!m_series->labels.empty());
  const Scale y = channelAxis(*m_series, log);
  const bool grouped = m_grouped->isChecked() && !m_series->labels.empty();
  m_order->setTitles(
      grouped ? tr("cluster (%1 of them, channels side by side)").arg(m_series->clusters) : tr("channel"),
      log ? tr("max |x| of a channel, log scale") : tr("max |x| of a channel"));
  m_order->setSeries(
      m_series, channelsAbove(m_series->rankedBefore, m_series->medianBefore, m_tables->threshold()->value()), grouped);
  m_rank->setSeries(m_series);
  m_order->setScales({-0.5, count - 0.5, false}, y, !newSite);
  m_rank->setScales({1, std::max(2.0, count), true}, y, !newSite);
  restoreZoom();
  refreshFigures();
  m_tables->setSeries(m_series);
  refreshChannel();
}

void ChannelsView::refreshFigures() {
  m_figures->setBefore(kRange, text(app::formatRange(m_series->rangeBefore)));
  m_figures->setFigure(kRange, text(app::formatRange(m_series->rangeAfter)));
  const auto bits = [&](double median, double range) {
    return QString::number(quant::effectiveBits(median, range, m_series->bits), 'f', 1);
  };
  m_figures->setBefore(kBits, bits(m_series->medianBefore, m_series->rangeBefore));
  m_figures->setFigure(kBits, bits(m_series->medianAfter, m_series->rangeAfter), tr("of %1").arg(m_series->bits));
  const auto above = [](const Ranked& ranked, double median) {
    return text(app::formatCount(static_cast<std::int64_t>(channelsAbove(ranked, median, kCountedFactor).size())));
  };
  m_figures->setBefore(kAboveTen, above(m_series->rankedBefore, m_series->medianBefore));
  m_figures->setFigure(kAboveTen, above(m_series->rankedAfter, m_series->medianAfter));
  m_figures->setBefore(kSqnr, text(app::formatDb(m_predicted.before.total)));
  const bool clustered = !m_series->labels.empty();
  m_figures->setFigure(kSqnr, text(app::formatDb(m_predicted.after.total)), clustered ? tr("dB by cluster") : tr("dB"));
}

std::optional<std::int64_t> ChannelsView::shownChannel() const {
  const auto selected = m_services.context.selection().channel;
  if (selected && *selected < static_cast<std::int64_t>(m_series->before.size())) return selected;
  if (m_series->rankedBefore.places.empty()) return std::nullopt;
  return m_series->rankedBefore.places.front();
}

void ChannelsView::refreshChannel() {
  if (!m_series || m_stale) return;
  const auto selected = m_services.context.selection().channel;
  m_order->setSelected(selected);
  m_rank->setSelected(selected);
  if (const auto channel = shownChannel()) {
    m_tables->setChannel(m_services.document.snapshot(), m_inquiry.detail().get(), *channel, selected == channel);
  }
}

void ChannelsView::arrange() {
  ShownSeries shown{m_legend->isOn(kBefore), m_legend->isOn(kAfter), m_legend->isOn(kReference)};
  m_order->setShown(shown);
  m_rank->setShown(shown);
  static_cast<QWidget*>(m_order)->setVisible(m_panes->current() != kSorted);
  static_cast<QWidget*>(m_rank)->setVisible(m_panes->current() != kInOrder);
  m_rank->setAlone(m_panes->current() == kSorted);
}

bool ChannelsView::escape() {
  if (m_order->escape() || m_rank->escape()) return true;
  if (!m_services.context.selection().channel) return false;
  m_services.context.selectChannel(std::nullopt);
  return true;
}

FileWork ChannelsView::savePicture(const QString& path) {
  const bool left = m_panes->current() != kSorted, right = m_panes->current() != kInOrder;
  const int leftWidth = left ? m_order->width() : 0;
  const int height = left ? m_order->height() : m_rank->height();
  const QSize size(leftWidth + (right ? m_rank->width() : 0), m_legend->height() + height);
  return gui::savePicture(path, size, [&](QPainter& painter) {
    m_legend->renderTo(painter, size.width(), subtitle());
    painter.translate(0, m_legend->height());
    if (left) m_order->renderTo(painter);
    if (!right) return;
    painter.setClipRect(QRect(leftWidth, 0, m_rank->width(), height));
    painter.translate(leftWidth, 0);
    m_rank->renderTo(painter);
  });
}

TextWork ChannelsView::tableWork() const {
  return [series = m_series, snapshot = m_services.document.snapshot()](const JobContext& context) {
    return series ? channelsCsv(*series, *snapshot, context) : std::string();
  };
}

}  // namespace oscope::gui
