#include "app/gui/views/memory/memory_view.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QScrollArea>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "analysis/base/error.h"
#include "app/common/known_configs.h"
#include "app/common/number_format.h"
#include "app/gui/document.h"
#include "app/gui/frame/data_table.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/plots/save_picture.h"
#include "app/gui/theme.h"
#include "app/gui/views/memory/memory_chart.h"
#include "app/gui/views/memory/memory_models.h"
#include "quant/memory/deploy_stages.h"

namespace oscope::gui {
namespace {

constexpr double kGiga = 1e9;
constexpr int kSideWidth = 368;

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

/// Seconds with three digits in the unit that suits them: "7.80 ms", "0.200 s", "50.0 s".
QString secondsText(double seconds) {
  if (seconds < 0.1) return QStringLiteral("%1 ms").arg(text(app::formatRange(seconds * 1e3)));
  return QStringLiteral("%1 s").arg(text(app::formatRange(seconds)));
}

QLineEdit* field(const QString& value, const QString& name, QWidget* parent) {
  auto* edit = new QLineEdit(value, parent);
  edit->setAccessibleName(name);
  edit->setCursorPosition(0);  // a narrow field shows how it begins
  return edit;
}

QDoubleSpinBox* rate(double value, const QString& unit, const QString& name, QWidget* parent) {
  auto* box = new QDoubleSpinBox(parent);
  box->setRange(0.1, 1e6);
  box->setDecimals(1);
  box->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
  box->setButtonSymbols(QAbstractSpinBox::NoButtons);
  box->setSuffix(QLatin1Char(' ') + unit);
  box->setAccessibleName(name);
  box->setAlignment(Qt::AlignRight);
  box->setFixedWidth(112);
  box->setLocale(QLocale(QLocale::C));
  box->setValue(value);
  return box;
}

QVBoxLayout* labelled(const QString& name, QWidget* widget, QWidget* parent) {
  auto* column = new QVBoxLayout;
  column->setSpacing(4);
  column->addWidget(makeLabel(name, "hint", parent));
  column->addWidget(widget);
  return column;
}

QVBoxLayout* section(QVBoxLayout* column, const QString& title, QLabel* hint, QWidget* parent) {
  auto* box = new QVBoxLayout;
  box->setContentsMargins(16, 14, 16, 14);
  box->setSpacing(8);
  auto* head = new QHBoxLayout;
  head->addWidget(makeLabel(title, "section", parent));
  head->addStretch(1);
  if (hint != nullptr) head->addWidget(hint);
  box->addLayout(head);
  column->addLayout(box);
  column->addWidget(makeRule(Qt::Horizontal, parent));
  return box;
}

}  // namespace

MemoryView::MemoryView(const ViewServices& services, QWidget* parent) : View(parent), m_services(services) {
  m_controls = new QWidget(this);
  auto* controls = new QHBoxLayout(m_controls);
  controls->setContentsMargins(0, 0, 0, 0);
  m_mode = new SegmentedControl({tr("This model"), tr("RPTQ table")}, m_controls);
  controls->addWidget(m_mode);

  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  m_pages = new QStackedWidget(this);
  outer->addWidget(m_pages);

  auto* page = new QWidget(m_pages);
  auto* row = new QHBoxLayout(page);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(0);
  auto* main = new QVBoxLayout;
  main->setSpacing(0);
  main->addWidget(makeInputs());
  main->addWidget(makeRule(Qt::Horizontal, page));
  m_caption = makeLabel({}, "label", page);
  m_caption->setContentsMargins(24, 12, 24, 0);
  main->addWidget(m_caption);
  m_chart = new MemoryChart(page);
  main->addWidget(m_chart, 3);
  main->addWidget(makeRule(Qt::Horizontal, page));
  m_model = new MemoryTotalsModel(this);
  auto* sorter = new TableSorter(this);
  sorter->setSourceModel(m_model);
  m_totals = new DataTable(page);
  m_totals->setModel(sorter);
  m_totals->setSelectionMode(QAbstractItemView::SingleSelection);
  m_totals->sortByColumn(-1, Qt::AscendingOrder);
  m_totals->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
  m_totals->setAccessibleName(tr("Totals over batch, sequence and scheme"));
  auto* table = new QHBoxLayout;
  table->setContentsMargins(12, 0, 12, 0);
  table->addWidget(m_totals);
  main->addLayout(table, 2);
  row->addLayout(main, 1);
  row->addWidget(makeRule(Qt::Vertical, page));
  row->addWidget(makeSide());
  m_pages->addWidget(page);

  auto* slidePage = new QWidget(m_pages);
  auto* slideColumn = new QVBoxLayout(slidePage);
  slideColumn->setContentsMargins(24, 12, 24, 12);
  slideColumn->setSpacing(8);
  slideColumn->addWidget(
      makeLabel(tr("Memory in GiB over batch × sequence length, by RPTQ’s closed form (slides to arXiv 2304.01089). "
                   "In each column the smallest of a model has weight 600."),
                "label", slidePage));
  m_slide = new DataTable(slidePage);
  m_slide->setModel(new RptqTableModel(this));
  m_slide->setSortingEnabled(false);
  m_slide->setRowHeight(26);
  m_slide->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
  m_slide->setAccessibleName(tr("RPTQ table"));
  m_slide->setColumnWidth(0, 110);
  slideColumn->addWidget(m_slide, 1);
  m_pages->addWidget(slidePage);

  connect(m_mode, &SegmentedControl::currentChanged, this, [this](int mode) {
    m_pages->setCurrentIndex(mode);
    emit subtitleChanged();
  });
  for (QLineEdit* edit : {m_batches, m_sequences, m_schemes})
    connect(edit, &QLineEdit::textChanged, this, &MemoryView::refreshGrid);
  connect(m_shape, &QComboBox::currentIndexChanged, this, &MemoryView::refreshGrid);
  connect(m_totals->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
          [this, sorter](const QModelIndex& current) {
            if (!current.isValid()) return;
            m_row = sorter->mapToSource(current).row();
            refreshRow();
          });
  connect(m_chart, &MemoryChart::currentChanged, this, &MemoryView::refreshSide);
  connect(m_device, &QDoubleSpinBox::valueChanged, this, [this](double gigabytes) {
    m_model->setLimit(gigabytes * kGiga);
    m_chart->setLimit(gigabytes * kGiga);
  });
  for (QDoubleSpinBox* box : {m_gpu, m_host, m_disk})
    connect(box, &QDoubleSpinBox::valueChanged, this, &MemoryView::refreshSide);
  connect(&services.document, &Document::modelChanged, this, &MemoryView::refreshShapes);
  m_model->setLimit(m_device->value() * kGiga);
  m_chart->setLimit(m_device->value() * kGiga);
  refreshShapes();
}

QWidget* MemoryView::makeInputs() {
  auto* box = new QWidget(this);
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(24, 10, 24, 10);
  column->setSpacing(4);
  auto* row = new QHBoxLayout;
  row->setSpacing(16);
  m_shape = new QComboBox(box);
  m_shape->setAccessibleName(tr("Shape"));
  m_shape->setMinimumWidth(150);
  m_batches = field(QStringLiteral("1, 8, 64"), tr("Batches"), box);
  m_sequences = field(QStringLiteral("2048, 8192"), tr("Sequence lengths"), box);
  m_schemes = field(QStringLiteral("W16A16, W8A8, W4A16, W4A8, W4A8KV4"), tr("Schemes"), box);
  m_schemes->setToolTip(tr("Bits of weights and activations, with KV and G where wanted: W4A8, W4A8KV4, W4A8KV8G64"));
  m_device = rate(24, QStringLiteral("GB"), tr("Memory of the device"), box);
  row->addLayout(labelled(tr("Shape"), m_shape, box));
  row->addLayout(labelled(tr("Batch"), m_batches, box), 2);
  row->addLayout(labelled(tr("Sequence, tokens"), m_sequences, box), 3);
  row->addLayout(labelled(tr("Schemes"), m_schemes, box), 6);
  row->addLayout(labelled(tr("Device memory"), m_device, box));
  column->addLayout(row);
  m_problem = makeLabel({}, "error", box);
  m_problem->setObjectName(QStringLiteral("memoryProblem"));
  m_problem->hide();
  column->addWidget(m_problem);
  return box;
}

QWidget* MemoryView::makeSide() {
  auto* scroll = new QScrollArea(this);
  scroll->setFixedWidth(kSideWidth);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setAccessibleName(tr("What moving these bytes costs"));
  auto* side = new QWidget(scroll);
  side->setProperty("class", "surface2");
  side->setAttribute(Qt::WA_StyledBackground);
  scroll->setWidget(side);
  auto* column = new QVBoxLayout(side);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);

  m_bytes = makeLabel({}, "hint", side);
  auto* head = new QVBoxLayout;
  head->setContentsMargins(16, 12, 16, 12);
  m_sideTitle = makeLabel({}, "title", side);
  head->addWidget(m_sideTitle);
  head->addWidget(m_bytes);
  column->addLayout(head);
  column->addWidget(makeRule(Qt::Horizontal, side));

  QVBoxLayout* move = section(column, tr("Moving these bytes once"), makeLabel(tr("editable"), "hint", side), side);
  auto* grid = new QGridLayout;
  grid->setHorizontalSpacing(12);
  grid->setColumnStretch(0, 1);
  const quant::Bandwidths slide;
  int line = 0;
  for (const auto& [name, value, box, time] : {std::tuple(tr("GPU memory"), slide.gpu, &m_gpu, &m_gpuTime),
                                               std::tuple(tr("host memory"), slide.host, &m_host, &m_hostTime),
                                               std::tuple(tr("disk"), slide.disk, &m_disk, &m_diskTime)}) {
    *box = rate(value / kGiga, QStringLiteral("GB/s"), tr("Bandwidth of %1").arg(name), side);
    *time = new QLabel(side);
    (*time)->setFont(monoFont(12, QFont::DemiBold));
    (*time)->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    (*time)->setMinimumWidth(78);
    grid->addWidget(new QLabel(name, side), line, 0);
    grid->addWidget(*box, line, 1);
    grid->addWidget(*time, line, 2);
    ++line;
  }
  move->addLayout(grid);
  m_step = makeLabel({}, "label", side);
  m_step->setWordWrap(true);
  move->addWidget(m_step);

  QVBoxLayout* stages =
      section(column, tr("Which stage gets faster"), makeLabel(tr("FPTQ, Table 1 and Figure 2"), "hint", side), side);
  m_stages = new QLabel(side);
  m_stages->setWordWrap(true);
  m_stages->setTextFormat(Qt::RichText);
  stages->addWidget(m_stages);
  auto* why = makeLabel(
      tr("Context decoding reads the prompt, many tokens at once: bound by arithmetic. Self-decoding makes one "
         "token after another: bound by moving weights."),
      "hint", side);
  why->setWordWrap(true);
  stages->addWidget(why);
  column->addStretch(1);
  return scroll;
}

QWidget* MemoryView::firstFocus() const {
  return m_chart;
}

QString MemoryView::subtitle() const {
  if (m_mode->current() == 1) return tr("OPT models of the slides");
  return tr("%1, %2 parameters").arg(m_shape->currentText(), text(app::formatCount(m_graph.parameters)));
}

void MemoryView::refreshShapes() {
  const QString before = m_shape->currentData().toString();
  const bool hadModel = !m_shape->itemText(0).isEmpty() && m_shape->itemData(0).toString().isEmpty();
  m_shape->blockSignals(true);
  m_shape->clear();
  // Without a checkpoint there is no shape of its own: published ones stand in.
  if (m_services.document.model()) m_shape->addItem(tr("this model"));
  for (const std::string& name : app::knownConfigNames()) m_shape->addItem(text(name), text(name));
  const int kept = before.isEmpty() ? 0 : m_shape->findData(before);
  m_shape->setCurrentIndex(m_services.document.model() && !hadModel ? 0 : std::max(0, kept));
  m_shape->blockSignals(false);
  refreshGrid();
}

void MemoryView::refreshGrid() {
  try {
    const std::string name = m_shape->currentData().toString().toStdString();
    const auto model = m_services.document.model();
    model::ModelGraph graph = name.empty() && model ? model->graph : model::graphOfConfig(app::knownConfig(name));
    m_grid = memoryGrid(graph, parseCounts(m_batches->text()), parseCounts(m_sequences->text()),
                        parseSchemes(m_schemes->text()));
    m_graph = std::move(graph);
  } catch (const Error& error) {
    m_problem->setText(tr("%1: %2").arg(text(error.text()), text(error.remedy())));
    m_problem->show();
    return;  // the last good figures stay
  }
  m_problem->hide();
  m_row = std::min(m_row, static_cast<int>(m_grid.rows()) - 1);
  m_model->setGrid(m_grid);
  m_totals->selectRow(m_row);
  refreshRow();
  emit subtitleChanged();
}

void MemoryView::refreshRow() {
  const auto row = static_cast<std::size_t>(m_row);
  m_caption->setText(
      tr("batch %1 × %2 tokens; click a row below for another")
          .arg(text(app::formatCount(m_grid.batchOf(row))), text(app::formatCount(m_grid.sequenceOf(row)))));
  m_chart->setBars(memoryBars(m_grid, row));
  refreshSide();
}

void MemoryView::refreshSide() {
  if (m_grid.cells.empty()) return;
  const auto row = static_cast<std::size_t>(m_row), current = static_cast<std::size_t>(m_chart->current());
  const quant::MemoryEstimate& cell = m_grid.at(row, current);
  m_sideTitle->setText(text(m_grid.schemes[current].name));
  m_bytes->setText(tr("%1 in all: weights %2, KV cache %3, activations %4")
                       .arg(text(app::formatBytes(cell.total())),
                            text(app::formatBytes(cell.weightBytes + cell.scaleBytes)),
                            text(app::formatBytes(cell.kvBytes)), text(app::formatBytes(cell.activationBytes))));
  m_bytes->setWordWrap(true);
  const quant::Bandwidths bandwidths{m_gpu->value() * kGiga, m_host->value() * kGiga, m_disk->value() * kGiga};
  const quant::MoveTimes times = quant::timesToMove(cell.total(), bandwidths);
  m_gpuTime->setText(secondsText(times.gpu));
  m_hostTime->setText(secondsText(times.host));
  m_diskTime->setText(secondsText(times.disk));
  const double step = quant::secondsPerStep(cell, bandwidths.gpu);
  m_step->setText(tr("A step of self-decoding reads weights and cache: at least %1, so at most %2 tokens/s.")
                      .arg(secondsText(step), text(app::formatRange(static_cast<double>(m_grid.batchOf(row)) / step))));

  QString lines = QStringLiteral("<tr><td></td><td style='padding-right:10px'>%1</td><td>%2</td></tr>")
                      .arg(tr("context"), tr("self"));
  const auto mark = [](const quant::StageEffect& effect) {
    return effect.faster ? strongText(QStringLiteral("✓")) : QStringLiteral("–");
  };
  for (const quant::MemoryScheme& scheme : m_grid.schemes) {
    const QString name = text(scheme.name);
    const bool here = &scheme == &m_grid.schemes[current];
    lines += QStringLiteral(
                 "<tr><td style='padding-right:24px'>%1</td><td align='center'>%2</td><td "
                 "align='center'>%3</td></tr>")
                 .arg(here ? strongText(name) : name, mark(quant::contextDecoding(scheme)),
                      mark(quant::selfDecoding(scheme)));
  }
  const quant::MemoryScheme& scheme = m_grid.schemes[current];
  m_stages->setText(QStringLiteral("<table cellspacing='3'>%1</table><p>%2<br>%3</p>")
                        .arg(lines, tr("context decoding: %1").arg(text(quant::contextDecoding(scheme).reason)),
                             tr("self-decoding: %1").arg(text(quant::selfDecoding(scheme).reason))));
}

bool MemoryView::canSavePicture() const {
  return m_mode->current() == 0;
}

FileWork MemoryView::savePicture(const QString& path) {
  return gui::savePicture(path, m_chart->size(), [this](QPainter& painter) { m_chart->renderTo(painter); });
}

QString MemoryView::csv() const {
  return m_mode->current() == 0 ? memoryCsv(m_grid) : m_slide->csv();
}

}  // namespace oscope::gui
