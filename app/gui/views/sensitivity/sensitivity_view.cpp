#include "app/gui/views/sensitivity/sensitivity_view.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <mutex>

#include "app/common/number_format.h"
#include "app/gui/document.h"
#include "app/gui/frame/data_table.h"
#include "app/gui/frame/panes.h"
#include "app/gui/frame/view_splitter.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/jobs/job_runner.h"
#include "app/gui/plots/save_picture.h"
#include "app/gui/plots/zoom_state.h"
#include "app/gui/theme.h"
#include "app/gui/view_context.h"
#include "app/gui/views/sensitivity/front_legend.h"
#include "app/gui/views/sensitivity/front_plot.h"
#include "app/gui/views/sensitivity/front_table_model.h"

namespace oscope::gui {
namespace {

constexpr int kCutsPerAxis = 1000, kPanelWidth = 480;
enum Figure { kThresholds, kShare, kSqnr, kStatic, kLae, kDynamic };

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

/// What the pairs depend on: all of the recipe but its thresholds and words.
quant::Recipe withoutThresholds(quant::Recipe recipe) {
  recipe.v0 = 15;
  recipe.v1 = 150;
  recipe.name.clear();
  recipe.notes.clear();
  return recipe;
}

}  // namespace

struct SensitivityView::Result {
  std::vector<quant::ThresholdPair> pairs;
  Fronts fronts;
};

/// Pairs, and the fronts of all so far, on their way from the worker to the plot.
struct SensitivityView::Fresh {
  std::mutex mutex;
  std::vector<quant::ThresholdPair> pairs;
  Fronts fronts;

  void add(std::span<const quant::ThresholdPair> found) {
    // The worker alone changes the fronts: it may read them without the lock.
    Fronts grown = fronts;
    for (std::size_t i = 0; i < grown.size(); ++i) {
      grown[i].insert(grown[i].end(), found.begin(), found.end());
      grown[i] = quant::paretoFront(std::move(grown[i]), static_cast<quant::Quality>(i));
    }
    std::lock_guard lock(mutex);
    pairs.insert(pairs.end(), found.begin(), found.end());
    fronts = std::move(grown);
  }
};

SensitivityView::SensitivityView(const ViewServices& services, QWidget* parent) : View(parent), m_services(services) {
  m_controls = new QWidget(this);
  auto* controls = new QHBoxLayout(m_controls);
  controls->setContentsMargins(0, 0, 0, 0);
  m_quality = new SegmentedControl({tr("Median site"), tr("Worst site"), tr("All together")}, m_controls);
  m_quality->setAccessibleName(tr("What stands for quality"));
  m_quality->setToolTip(tr("Predicted SQNR of the median site, of the worst one, or of all noise over all signal"));
  controls->addWidget(m_quality);

  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  m_progress = new ProgressLine(this);
  column->addWidget(m_progress);
  m_figures = new FigureStrip(this);
  m_figures->addFigure(tr("v0 · v1 now"));
  m_figures->addFigure(tr("Static share"), QStringLiteral("%"));
  m_figures->addFigure(tr("Predicted SQNR"), tr("dB"));
  m_figures->addSeparator();
  m_figures->addFigure(tr("Static"), {}, static_cast<int>(quant::Policy::Static));
  m_figures->addFigure(tr("LAE + static"), {}, static_cast<int>(quant::Policy::LaeStatic));
  m_figures->addFigure(tr("Dynamic"), {}, static_cast<int>(quant::Policy::Dynamic));
  column->addWidget(m_figures);
  column->addWidget(makeRule(Qt::Horizontal, this));

  m_stack = new QStackedWidget(this);
  column->addWidget(m_stack, 1);
  auto* splitter = new ViewSplitter(QStringLiteral("front"), Qt::Horizontal, m_stack);
  auto* left = new QWidget(splitter);
  auto* plotColumn = new QVBoxLayout(left);
  plotColumn->setContentsMargins(12, 4, 8, 8);
  plotColumn->setSpacing(0);
  m_plot = new FrontPlot(left);
  plotColumn->addWidget(new FrontLegend(left));
  plotColumn->addWidget(m_plot, 1);
  splitter->addWidget(left);
  splitter->addWidget(makeTablePanel());
  splitter->setStretchFactor(0, 1);
  splitter->setSizes({10'000, kPanelWidth});
  m_stack->addWidget(splitter);

  auto* empty = new QWidget(m_stack);
  auto* emptyColumn = new QVBoxLayout(empty);
  m_emptyText = makeLabel({}, "label", empty);
  m_emptyText->setAlignment(Qt::AlignCenter);
  m_useFptq = new QPushButton(tr("Use FPTQ W4A8"), empty);
  emptyColumn->addStretch(1);
  emptyColumn->addWidget(m_emptyText);
  emptyColumn->addSpacing(12);
  emptyColumn->addWidget(m_useFptq, 0, Qt::AlignHCenter);
  emptyColumn->addStretch(1);
  m_stack->addWidget(empty);

  Document& document = services.document;
  connect(m_useFptq, &QPushButton::clicked, this, [&document] {
    document.setRecipe(quant::defaultRecipe(), tr("Recipe %1").arg(text(quant::defaultRecipe().name)));
  });
  connect(m_quality, &SegmentedControl::currentChanged, this, &SensitivityView::showQuality);
  connect(&document, &Document::rowsChanged, this, [this] {
    if (isVisible()) refreshNow();
  });
  connect(&document, &Document::planChanged, this, &SensitivityView::sweepIfStale);
  connect(&document, &Document::predictionsChanged, this, &SensitivityView::sweepIfStale);
  connect(m_plot, &FrontPlot::adopted, this, &SensitivityView::adopt);
  connect(m_plot, &FrontPlot::cursorMoved, this, &SensitivityView::selectRow);
  sweepIfStale();
}

QWidget* SensitivityView::makeTablePanel() {
  auto* panel = new QWidget(this);
  panel->setMinimumWidth(kPanelWidth);
  auto* column = new QVBoxLayout(panel);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  auto* head = new QHBoxLayout;
  head->setContentsMargins(16, 10, 12, 10);
  auto* title = new QLabel(tr("On the front"), panel);
  title->setFont(uiFont(13, QFont::DemiBold));
  m_frontCount = makeLabel({}, "label", panel);
  m_adopt = new QPushButton(tr("Adopt"), panel);
  m_adopt->setToolTip(tr("Set v0 and v1 to the selected pair (Enter)"));
  m_adopt->setEnabled(false);
  auto* copy = makeIconButton(QStringLiteral("copy"), tr("Copy the front as CSV"), {}, panel);
  head->addWidget(title);
  head->addSpacing(6);
  head->addWidget(m_frontCount, 1);
  head->addWidget(m_adopt);
  head->addWidget(copy);
  column->addLayout(head);
  m_model = new FrontTableModel(panel);
  m_sorter = new TableSorter(panel);
  m_sorter->setSourceModel(m_model);
  m_table = new DataTable(panel);
  m_table->setModel(m_sorter);
  m_table->setSelectionMode(QAbstractItemView::SingleSelection);
  m_table->sortByColumn(FrontTableModel::Share, Qt::DescendingOrder);
  m_table->setAccessibleName(tr("Threshold pairs on the Pareto front"));
  QHeaderView* header = m_table->horizontalHeader();
  header->setMinimumSectionSize(34);
  header->setSectionResizeMode(QHeaderView::Stretch);
  for (const auto& [column, width] : {std::pair{FrontTableModel::Share, 84},
                                      {FrontTableModel::QualityColumn, 82},
                                      {FrontTableModel::Static, 42},
                                      {FrontTableModel::Lae, 42},
                                      {FrontTableModel::Dynamic, 42}}) {
    header->setSectionResizeMode(column, QHeaderView::Fixed);
    header->resizeSection(column, width);
  }
  auto* table = new QHBoxLayout;
  table->setContentsMargins(8, 0, 12, 0);
  table->addWidget(m_table);
  column->addLayout(table, 1);
  connect(copy, &QToolButton::clicked, m_table, &DataTable::copyAll);
  const auto selected = [this]() -> std::optional<std::size_t> {
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    if (rows.isEmpty()) return std::nullopt;
    return static_cast<std::size_t>(m_sorter->mapToSource(rows.front()).row());
  };
  connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this, selected] {
    m_adopt->setEnabled(selected().has_value());
    m_plot->setCursorTo(selected());
  });
  const auto adoptSelected = [this, selected] {
    if (const auto at = selected()) adopt(quant::ThresholdPair(m_model->pair(static_cast<int>(*at))));
  };
  connect(m_table, &QTableView::activated, this, adoptSelected);
  connect(m_adopt, &QPushButton::clicked, this, adoptSelected);
  return panel;
}

quant::Quality SensitivityView::quality() const {
  return static_cast<quant::Quality>(m_quality->current());
}

QWidget* SensitivityView::firstFocus() const {
  return m_plot;
}

QString SensitivityView::subtitle() const {
  const QString count = text(app::formatCount(static_cast<std::int64_t>(m_pairs.size())));
  return m_sweeping ? tr("%1 threshold pairs so far").arg(count) : tr("%1 threshold pairs").arg(count);
}

void SensitivityView::showEvent(QShowEvent* event) {
  View::showEvent(event);
  sweepIfStale();
  refreshNow();
}

void SensitivityView::sweepIfStale() {
  const Document& document = m_services.document;
  const bool can =
      document.thresholds() != nullptr && document.predictions() != nullptr && document.thresholds()->thresholdsAct();
  const bool stale =
      can && (m_sweptPredictions != document.predictions() || !(m_sweptRecipe == withoutThresholds(document.recipe())));
  if (stale && isVisible()) startSweep();
  refreshState();
}

void SensitivityView::startSweep() {
  const Document& document = m_services.document;
  m_sweptPredictions = document.predictions();
  m_sweptRecipe = withoutThresholds(document.recipe());
  m_sweeping = true;
  const auto fresh = std::make_shared<Fresh>();
  Job* job = m_services.jobs.start<Result>(
      tr("Sensitivity sweep"),
      [model = *document.thresholds(), fresh](const JobContext& context) {
        Result result;
        result.pairs = model.sweep(kCutsPerAxis, context,
                                   [&fresh](std::span<const quant::ThresholdPair> found) { fresh->add(found); });
        result.fronts = fresh->fronts;
        return result;
      },
      [this](Result result) { take(std::move(result)); }, QStringLiteral("sweep"));
  connect(job, &Job::progressed, this, [this, fresh, first = true](const Progress& progress) mutable {
    if (!m_sweeping) return;
    std::vector<quant::ThresholdPair> found;
    {
      std::lock_guard lock(fresh->mutex);
      found.swap(fresh->pairs);
      m_fronts = fresh->fronts;
    }
    if (first) m_pairs.clear();
    first ? m_plot->setPairs(found) : m_plot->addPairs(found);
    m_pairs.insert(m_pairs.end(), found.begin(), found.end());
    first = false;
    showFront();
    m_progress->setShare(progress.total > 0 ? static_cast<double>(progress.done) / static_cast<double>(progress.total)
                                            : 0);
    emit subtitleChanged();
  });
  connect(job, &Job::finished, this, [this, swept = m_sweptPredictions](const JobOutcome& outcome) {
    if (outcome.state == JobOutcome::State::Done || swept != m_sweptPredictions) return;
    m_sweeping = false;
    m_progress->setShare(std::nullopt);
    if (outcome.state != JobOutcome::State::Failed) return;
    m_emptyText->setText(outcome.message);
    m_stack->setCurrentIndex(1);
  });
}

void SensitivityView::take(Result result) {
  m_sweeping = false;
  m_pairs = std::move(result.pairs);
  m_fronts = std::move(result.fronts);
  m_progress->setShare(std::nullopt);
  m_plot->setPairs(m_pairs);
  showFront();
  refreshNow();
  refreshState();
  if (!m_wanted.is_null()) zoomTo(*m_plot, std::exchange(m_wanted, Json()));
  emit subtitleChanged();
}

void SensitivityView::showQuality() {
  m_plot->setCursorTo(std::nullopt);
  m_plot->setQuality(quality());
  showFront();
  refreshNow();
  m_plot->fit();
}

Json SensitivityView::state() const {
  return {{"quality", m_quality->current()}, {"zoom", zoomOf(*m_plot)}};
}

void SensitivityView::restore(const Json& state) {
  if (!state.is_object()) return;
  const Json quality = state.value("quality", Json());
  if (quality.is_number_integer() && quality.get<double>() >= 0 && quality.get<double>() <= 2) {
    m_quality->setCurrent(quality.get<int>());
    showQuality();
  }
  m_wanted = state.value("zoom", Json());
  if (!m_pairs.empty() && !m_sweeping) zoomTo(*m_plot, std::exchange(m_wanted, Json()));
}

void SensitivityView::showFront() {
  const auto& front = m_fronts[static_cast<std::size_t>(quality())];
  m_model->setFront(front, quality());
  m_plot->setFront(front);
  const QString count = text(app::formatCounted(static_cast<std::int64_t>(front.size()), "pair", "pairs"));
  m_frontCount->setText(m_sweeping ? tr("%1 so far").arg(count) : count);
  selectRow(m_plot->cursor());
}

void SensitivityView::selectRow(std::optional<std::size_t> frontIndex) {
  const QModelIndex row =
      frontIndex ? m_sorter->mapFromSource(m_model->index(static_cast<int>(*frontIndex), 0)) : QModelIndex();
  m_adopt->setEnabled(row.isValid());
  if (!row.isValid()) return m_table->clearSelection();
  if (!m_table->selectionModel()->isRowSelected(row.row())) m_table->selectRow(row.row());
  m_table->scrollTo(row);
}

void SensitivityView::refreshNow() {
  const Document& document = m_services.document;
  const quant::Outlook& now = document.outlook();
  m_plot->setNow(now);
  m_model->setNow(now);
  m_figures->setFigure(kThresholds, QStringLiteral("%1 · %2").arg(text(app::formatRange(document.v0())),
                                                                  text(app::formatRange(document.v1()))));
  m_figures->setFigure(kShare, text(app::formatShare(now.staticShare)));
  m_figures->setFigure(
      kSqnr, text(app::formatDb(now.predicted > 0 ? std::optional(quant::qualityDb(now, quality())) : std::nullopt)),
      tr("dB, %1").arg(qualityTitle(quality())));
  for (int i = 0; i < 3; ++i) {
    m_figures->setFigure(kStatic + i, text(app::formatCount(now.counts[static_cast<std::size_t>(i)])));
  }
}

void SensitivityView::refreshState() {
  const Document& document = m_services.document;
  const bool acts = document.thresholds() != nullptr && document.thresholds()->thresholdsAct();
  QString obstacle;
  if (!acts) {
    obstacle = tr("This recipe has no FPTQ step: thresholds decide nothing in it.");
  } else if (document.predictions() == nullptr) {
    obstacle = tr("Predicting the SQNR of every site; the threshold pairs follow.");
  } else if (document.outlook().predicted == 0) {
    obstacle =
        tr("This snapshot holds no histograms or weight rows to predict the SQNR from.\nCalibrate again with "
           "the default observers.");
  }
  m_useFptq->setVisible(!acts);
  m_emptyText->setText(obstacle);
  showPage(m_stack, m_stack->widget(obstacle.isEmpty() ? 0 : 1), m_plot);
}

void SensitivityView::adopt(const quant::ThresholdPair& pair) {
  m_services.document.setThresholds(pair.v0, pair.v1);
}

bool SensitivityView::escape() {
  return m_plot->escape();
}

FileWork SensitivityView::savePicture(const QString& path) {
  return gui::savePicture(path, m_plot->size(), [this](QPainter& painter) { m_plot->renderTo(painter); });
}

QString SensitivityView::csv() const {
  QString table = QStringLiteral("v0,v1,static_share,median_db,worst_db,total_db,static,lae_static,dynamic,on_front\n");
  const auto& front = m_fronts[static_cast<std::size_t>(quality())];
  for (const quant::ThresholdPair& pair : m_pairs) {
    const bool onFront = std::any_of(front.begin(), front.end(), [&](const quant::ThresholdPair& best) {
      return best.v0 == pair.v0 && best.v1 == pair.v1;
    });
    for (double value : {pair.v0, pair.v1, pair.staticShare, pair.medianSqnrDb, pair.worstSqnrDb, pair.meanSqnrDb}) {
      table += QString::number(value, 'g', 9) + QLatin1Char(',');
    }
    table += QStringLiteral("%1,%2,%3,%4\n")
                 .arg(pair.counts[0])
                 .arg(pair.counts[1])
                 .arg(pair.counts[2])
                 .arg(onFront ? 1 : 0);
  }
  return table;
}

}  // namespace oscope::gui
