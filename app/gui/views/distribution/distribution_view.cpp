#include "app/gui/views/distribution/distribution_view.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QInputDialog>
#include <QPushButton>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "app/common/number_format.h"
#include "app/gui/document.h"
#include "app/gui/frame/legend_row.h"
#include "app/gui/frame/panes.h"
#include "app/gui/frame/view_splitter.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/plots/save_picture.h"
#include "app/gui/theme.h"
#include "app/gui/view_context.h"
#include "app/gui/views/distribution/histogram_plot.h"
#include "app/gui/views/distribution/position_plot.h"
#include "app/gui/views/one_site.h"

namespace oscope::gui {
namespace {

enum Figure { kStep, kZero, kClipped, kSqnr };
enum LegendItem { kBefore, kAfter, kRoundsToZero };
enum Page { kNothing, kReading, kContent };

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

}  // namespace

bool DistributionView::Question::operator==(const Question& other) const {
  return site == other.site && snapshot == other.snapshot && fold.scale == other.fold.scale &&
         fold.name == other.fold.name && fold.obstacle == other.fold.obstacle && weights == other.weights &&
         rules == other.rules && bits == other.bits;
}

DistributionView::DistributionView(const ViewServices& services, QWidget* parent)
    : View(parent), m_services(services), m_inquiry(services.jobs, QStringLiteral("distribution.detail")) {
  build();
  Document& document = m_services.document;
  ViewContext& context = m_services.context;
  connect(&document, &Document::planChanged, this, &DistributionView::refresh);
  connect(&document, &Document::snapshotChanged, this, &DistributionView::refresh);
  connect(&context, &ViewContext::selectionChanged, this, [this](const Selection& selection) {
    const bool sameSite = isComplete() && !m_stale && selection.current == m_answer->question.site;
    sameSite ? showSelection() : refresh();
  });
  connect(m_histogram, &HistogramPlot::clipDragged, this, &DistributionView::setClip);
  connect(m_histogram, &HistogramPlot::clipTyped, this, &DistributionView::typeClip);
  connect(m_reset, &QPushButton::clicked, this, [this] { setClip(1); });
  connect(m_positions, &PositionPlot::tokenClicked, this,
          [&context](std::int64_t token) { context.selectToken(token); });
  connect(m_scope, &SegmentedControl::currentChanged, this, &DistributionView::showAnswer);
  connect(m_gridShown, &QCheckBox::toggled, this, &DistributionView::showClip);
  connect(m_legend, &LegendRow::toggled, this, &DistributionView::showClip);
}

void DistributionView::build() {
  m_controls = new QWidget(this);
  auto* controls = new QHBoxLayout(m_controls);
  controls->setContentsMargins(0, 0, 0, 0);
  controls->setSpacing(12);
  m_gridShown = new QCheckBox(tr("int8 grid"), m_controls);
  m_gridShown->setChecked(true);
  m_gridShown->setToolTip(tr("The codes of a static scale under the axis, and the clip"));
  m_scope = new SegmentedControl({tr("Whole site"), tr("One channel")}, m_controls);
  controls->addWidget(m_gridShown);
  controls->addWidget(m_scope);

  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  m_stack = new QStackedWidget(this);
  outer->addWidget(m_stack);
  m_stack->addWidget(
      new SitePlaceholder(m_services.document, m_services.context, tr("how its values are spread"), this));
  m_stack->addWidget(new EmptyState({}, {}, this));

  auto* content = m_content = new QWidget(this);
  m_stack->addWidget(content);
  auto* column = new QVBoxLayout(content);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  m_figures = new FigureStrip(content);
  m_figures->addFigure(tr("Grid step"));
  m_figures->addFigure(tr("Rounds to zero"), tr("% of values"));
  m_figures->addFigure(tr("Clipped"), tr("values"));
  m_figures->addFigure(tr("Predicted SQNR"), tr("dB"));
  column->addWidget(m_figures);
  column->addWidget(makeRule(Qt::Horizontal, content));

  auto* top = new QWidget(content);
  auto* topColumn = new QVBoxLayout(top);
  topColumn->setContentsMargins(0, 0, 0, 0);
  topColumn->setSpacing(0);
  m_legend = new LegendRow(top);
  m_legend->addItem(tr("before LAE"), LegendRow::Swatch::Fill, [] { return theme().before; });
  m_legend->addItem(tr("after LAE"), LegendRow::Swatch::Fill, [] { return theme().laeMark; });
  m_legend->addItem(
      tr("rounds to zero"), LegendRow::Swatch::Hatched, [] { return theme().ink3; }, true);
  m_reset = new QPushButton(tr("Reset clip"), m_legend);
  m_reset->setProperty("class", "link");
  m_legend->addButton(m_reset);
  auto* fit = makeIconButton(QStringLiteral("fit"), tr("Fit the histogram"), {}, m_legend);
  m_legend->addButton(fit);
  topColumn->addWidget(m_legend);
  m_histogram = new HistogramPlot(top);
  m_histogram->setTitles(tr("|x|, log scale"), tr("share of values, log scale"));
  auto* histogramRow = new QHBoxLayout;
  histogramRow->setContentsMargins(12, 0, 8, 4);
  histogramRow->addWidget(m_histogram);
  topColumn->addLayout(histogramRow, 1);
  connect(fit, &QToolButton::clicked, m_histogram, [this] { m_histogram->fit(); });

  auto* bottom = new QWidget(content);
  auto* bottomColumn = new QVBoxLayout(bottom);
  bottomColumn->setContentsMargins(0, 8, 0, 0);
  bottomColumn->setSpacing(0);
  auto* head = new QHBoxLayout;
  head->setContentsMargins(24, 0, 16, 0);
  head->setSpacing(8);
  auto* title = new QLabel(tr("max |x| by token position"), bottom);
  title->setFont(uiFont(13, QFont::DemiBold));
  m_positionHint = makeLabel({}, "label", bottom);
  auto* copy = makeIconButton(QStringLiteral("copy"), tr("Copy the positions as CSV"), {}, bottom);
  head->addWidget(title);
  head->addWidget(m_positionHint);
  head->addStretch(1);
  head->addWidget(copy);
  bottomColumn->addLayout(head);
  connect(copy, &QToolButton::clicked, this, [this] { QApplication::clipboard()->setText(positionsCsv()); });
  m_positions = new PositionPlot(bottom);
  auto* positionRow = new QHBoxLayout;
  positionRow->setContentsMargins(12, 0, 8, 4);
  positionRow->addWidget(m_positions);
  bottomColumn->addLayout(positionRow, 1);

  auto* splitter = new ViewSplitter(QStringLiteral("plots"), Qt::Vertical, content);
  splitter->addWidget(top);
  splitter->addWidget(bottom);
  splitter->setStretchFactor(0, 60);
  splitter->setStretchFactor(1, 40);
  splitter->setSizes({600, 400});
  column->addWidget(splitter, 1);
}

QWidget* DistributionView::firstFocus() const {
  return m_histogram;
}

QString DistributionView::subtitle() const {
  if (!m_answer) return {};
  const QString site = siteTitle(m_answer->question.site);
  if (const auto channel = shownChannel()) return tr("%1 · channel %2").arg(site, text(app::formatCount(*channel)));
  return tr("%1 · %2 values").arg(site, text(app::formatCount(std::llround(m_answer->before.total))));
}

void DistributionView::showEvent(QShowEvent* event) {
  View::showEvent(event);
  if (m_stale) refresh();
}

std::optional<std::int64_t> DistributionView::shownChannel() const {
  if (m_scope->current() == 0 || !m_answer) return std::nullopt;
  const stats::SiteStats& site = m_services.document.snapshot()->site(m_answer->question.site);
  const auto selected = m_services.context.selection().channel;
  if (selected && *selected < site.channels) return selected;
  return std::max_element(site.absmax.begin(), site.absmax.end()) - site.absmax.begin();
}

void DistributionView::refresh() {
  m_stale = !isVisible();
  const stats::SnapshotPtr snapshot = m_services.document.snapshot();
  // The answer keeps its snapshot open: let go of a replaced one, seen or not.
  if (m_answer && (!snapshot || snapshot->contentHash() != m_answer->question.snapshot)) {
    m_answer.reset();
    m_inquiry.forget();
  }
  if (m_stale) return;
  const Document& document = m_services.document;
  const auto site = m_services.context.selection().current;
  const auto index = site && document.plan() && document.snapshot() ? document.indexOf(*site) : std::nullopt;
  if (!index) {
    m_answer.reset();
    m_inquiry.forget();
    m_stack->setCurrentIndex(kNothing);
    emit subtitleChanged();
    return;
  }
  const quant::SitePlan& plan = document.plan()->sites[*index];
  const bool planned = plan.activation.granularity != quant::ActivationPlan::Granularity::Float;
  Question question;
  question.site = *site;
  question.snapshot = document.snapshot()->contentHash();
  question.fold = quant::foldPreview(document.snapshot()->sites()[*index], plan, document.recipe());
  question.weights = plan.linears.front().scheme;
  question.rules = document.recipe().rules;
  question.bits = planned ? plan.activation.bits : question.rules.activationBits;
  if (m_inquiry.question() == question) {
    if (isComplete()) showAnswer();
    return;
  }
  if (!m_inquiry.question() || m_inquiry.question()->site != question.site) m_clip = 1;
  request(question);
}

void DistributionView::request(const Question& question) {
  if (!m_answer) m_stack->setCurrentIndex(kReading);
  Job* job = m_inquiry.ask(
      question, m_services.document.snapshot(),
      [question](const stats::SnapshotPtr& snapshot, const auto& detail, const JobContext& context) {
        auto answer = std::make_shared<Answer>();
        answer->question = question;
        answer->detail = detail;
        const stats::SiteStats& site = snapshot->site(question.site);
        if (!detail->histogram.empty()) {
          answer->before = stats::scaledHistogram(site, *detail, {});
          answer->after = stats::scaledHistogram(site, *detail, question.fold.scale);
        }
        const stats::Provenance& origin = snapshot->provenance();
        answer->profile = stats::positionProfile(site, origin.length, origin.firstSample * origin.length);
        context.checkCancelled();
        quant::WhatIf whatIf;
        whatIf.weights = question.weights;
        whatIf.rules = question.rules;
        answer->predictedBefore = std::make_unique<quant::ClipPrediction>(snapshot, question.site, detail, whatIf);
        whatIf.scale = question.fold.scale;
        answer->predictedAfter = std::make_unique<quant::ClipPrediction>(snapshot, question.site, detail, whatIf);
        return answer;
      },
      [this](std::shared_ptr<Answer> answer) {
        m_answer = std::move(answer);
        showPage(m_stack, m_content, m_histogram);
        showAnswer();
      });
  dimWhile(job, m_services.jobs, m_content);
}

void DistributionView::showAnswer() {
  if (!m_answer || m_stale) return;
  const Question& question = m_answer->question;
  const QString name = text(question.fold.name);
  m_legend->setText(kBefore, tr("before %1").arg(name));
  m_legend->setText(kAfter, tr("after %1").arg(name), text(question.fold.obstacle));
  m_gridShown->setText(tr("int%1 grid").arg(question.bits));
  const double step =
      valueGrid(std::min(m_answer->before.top, m_answer->after.top), 1, question.bits, question.rules).step;
  m_histogram->setScales(valueAxis(std::max(m_answer->before.top, m_answer->after.top), step),
                         shareAxis(m_answer->before.total), true);
  const stats::SnapshotPtr snapshot = m_services.document.snapshot();
  m_positions->setProfile(m_answer->profile, snapshot);
  m_positionHint->setText(
      tr("%1 samples · band = min to max, line = median").arg(text(app::formatCount(snapshot->provenance().samples))));
  restoreZoom();
  showClip();
  showSelection();
}

void DistributionView::showSelection() {
  if (!m_answer) return;
  const auto token = m_services.context.selection().token;
  const stats::SnapshotPtr snapshot = m_services.document.snapshot();
  const stats::SiteStats& site = snapshot->site(m_answer->question.site);
  const std::int64_t first = snapshot->provenance().firstSample * snapshot->provenance().length;
  const bool known = token && *token >= first && *token - first < static_cast<std::int64_t>(site.tokenAbsmax.size());
  m_positions->setSelected(known ? token : std::nullopt,
                           known ? site.tokenAbsmax[static_cast<std::size_t>(*token - first)] : 0);
  if (m_scope->current() == 1) showClip();
  emit subtitleChanged();
}

void DistributionView::setClip(double share) {
  m_clip = std::clamp(share, 0.01, 1.0);
  showClip();
}

void DistributionView::showClip() {
  if (!m_answer) return;
  const Question& question = m_answer->question;
  HistogramSeries series{
      m_answer->before, m_answer->after, valueGrid(m_answer->before.top, m_clip, question.bits, question.rules),
      valueGrid(m_answer->after.top, m_clip, question.bits, question.rules), text(question.fold.name)};
  if (const auto channel = shownChannel()) {
    const stats::SiteStats& site = m_services.document.snapshot()->site(question.site);
    series.before = stats::scaledHistogram(site, *m_answer->detail, {}, channel);
    series.after = stats::scaledHistogram(site, *m_answer->detail, question.fold.scale, channel);
  }
  m_histogram->setShown(m_legend->isOn(kBefore), m_legend->isOn(kAfter), m_gridShown->isChecked());
  m_histogram->setSeries(series, m_clip);

  const GridLoss before = gridLoss(series.before, series.gridBefore), after = gridLoss(series.after, series.gridAfter);
  m_figures->setBefore(kStep, text(app::formatRange(series.gridBefore.step)));
  m_figures->setFigure(kStep, text(app::formatRange(series.gridAfter.step)));
  m_figures->setBefore(kZero, text(app::formatShare(before.zeroShare)));
  m_figures->setFigure(kZero, text(app::formatShare(after.zeroShare)));
  m_figures->setBefore(kClipped, text(app::formatCount(std::llround(before.clipped))));
  m_figures->setFigure(
      kClipped, text(app::formatCount(std::llround(after.clipped))),
      m_clip < 1
          ? tr("values, %1 → %2 %").arg(before.clippedShare * 100, 0, 'g', 2).arg(after.clippedShare * 100, 0, 'g', 2)
          : tr("values"));
  const bool possible = question.fold.obstacle.empty();
  m_figures->setBefore(kSqnr, text(app::formatDb(m_answer->predictedBefore->at(m_clip).total)));
  m_figures->setFigure(kSqnr, text(app::formatDb(m_answer->predictedAfter->at(m_clip).total)));

  m_reset->setVisible(m_clip < 1);
  QString hint;
  const SiteRow* row = m_services.document.row(question.site);
  if (m_clip < 1) {
    hint = tr("what if: recipes cover the whole range, the clip is not kept");
  } else if (!possible) {
    hint = tr("what if: %1").arg(text(question.fold.obstacle));
  } else if (row != nullptr && row->policy == quant::Policy::Dynamic) {
    hint = tr("what if: the site is dynamic, a static grid is shown");
  } else if (!question.fold.planned) {
    hint = tr("what if: the plan does not fold this site");
  }
  m_legend->setHint(hint);
}

void DistributionView::typeClip() {
  if (!m_answer) return;
  bool accepted = false;
  const double percent = QInputDialog::getDouble(this, tr("Clip"), tr("Share of the range that the grid covers, in %:"),
                                                 m_clip * 100, 1, 100, 1, &accepted);
  if (accepted) setClip(percent / 100);
}

bool DistributionView::escape() {
  if (m_histogram->escape() || m_positions->escape()) return true;
  if (m_clip == 1) return false;
  setClip(1);
  return true;
}

FileWork DistributionView::savePicture(const QString& path) {
  const int height = m_histogram->height();
  const QSize size(std::max(m_histogram->width(), m_positions->width()),
                   m_legend->height() + height + m_positions->height());
  return gui::savePicture(path, size, [&](QPainter& painter) {
    m_legend->renderTo(painter, size.width(), subtitle());
    painter.translate(0, m_legend->height());
    m_histogram->renderTo(painter);
    painter.translate(0, height);
    m_positions->renderTo(painter);
  });
}

QString DistributionView::csv() const {
  if (!m_answer) return {};
  QString table = QStringLiteral("low,high,values_before,values_after\n");
  stats::ScaledHistogram before = m_answer->before, after = m_answer->after;
  if (const auto channel = shownChannel()) {
    const stats::SiteStats& site = m_services.document.snapshot()->site(m_answer->question.site);
    before = stats::scaledHistogram(site, *m_answer->detail, {}, channel);
    after = stats::scaledHistogram(site, *m_answer->detail, m_answer->question.fold.scale, channel);
  }
  for (int bin = 0; bin < compute::kHistogramBins; ++bin) {
    const double high = compute::histogramEdge(bin + 1);
    table += QStringLiteral("%1,%2,%3,%4\n")
                 .arg(compute::histogramEdge(bin), 0, 'g', 9)
                 .arg(std::isinf(high) ? QStringLiteral("inf") : QString::number(high, 'g', 9))
                 .arg(before.counts[static_cast<std::size_t>(bin)], 0, 'g', 12)
                 .arg(after.counts[static_cast<std::size_t>(bin)], 0, 'g', 12);
  }
  return table;
}

QString DistributionView::positionsCsv() const {
  QString table = QStringLiteral("position,min,median,max,max_sample\n");
  if (!m_answer) return table;
  const stats::PositionProfile& profile = m_answer->profile;
  for (std::size_t p = 0; p < profile.high.size(); ++p) {
    table += QStringLiteral("%1,%2,%3,%4,%5\n")
                 .arg(p)
                 .arg(static_cast<double>(profile.low[p]), 0, 'g', 9)
                 .arg(static_cast<double>(profile.median[p]), 0, 'g', 9)
                 .arg(static_cast<double>(profile.high[p]), 0, 'g', 9)
                 .arg(m_services.document.snapshot()->place(profile.highToken[p]).sample);
  }
  return table;
}

}  // namespace oscope::gui
