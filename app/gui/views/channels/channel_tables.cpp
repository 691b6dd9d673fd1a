#include "app/gui/views/channels/channel_tables.h"

#include <QDoubleSpinBox>
#include <QHeaderView>
#include <QLabel>
#include <QResizeEvent>
#include <QToolButton>
#include <QVBoxLayout>

#include "analysis/stats/token_evidence.h"
#include "app/common/number_format.h"
#include "app/gui/frame/data_table.h"
#include "app/gui/frame/view_splitter.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/theme.h"
#include "app/gui/views/channels/channel_delegates.h"
#include "app/gui/views/channels/evidence_model.h"
#include "app/gui/views/channels/outlier_model.h"

namespace oscope::gui {
namespace {

constexpr double kListedFactor = 5;  // times the median
constexpr int kEvidenceRows = 16;
constexpr int kNarrow = 800;  // pixels: below, the tables drop what tooltips say too

/// Pixels of the columns; the channel with its bar takes the rest.
constexpr std::pair<int, int> kOutlierWidths[] = {{OutlierModel::Before, 62},     {OutlierModel::OverMedian, 74},
                                                  {OutlierModel::Scale, 64},      {OutlierModel::After, 60},
                                                  {OutlierModel::BitsBefore, 82}, {OutlierModel::BitsAfter, 76}};

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

/// A table with its head: title, hint, controls, copy button.
QWidget* tableBox(const QString& title, QLabel* hint, QWidget* control, DataTable* table, QLabel* foot,
                  QWidget* parent) {
  auto* box = new QWidget(parent);
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 8, 0, 6);
  column->setSpacing(4);
  auto* head = new QHBoxLayout;
  head->setContentsMargins(24, 0, 12, 0);
  head->setSpacing(8);
  auto* name = new QLabel(title, box);
  name->setFont(uiFont(13, QFont::DemiBold));
  head->addWidget(name);
  head->addWidget(hint);
  head->addStretch(1);
  if (control != nullptr) head->addWidget(control);
  auto* copy = makeIconButton(QStringLiteral("copy"), QObject::tr("Copy the table as CSV"), {}, box);
  QObject::connect(copy, &QToolButton::clicked, table, [table] { table->copyAll(); });
  head->addWidget(copy);
  column->addLayout(head);
  auto* row = new QHBoxLayout;
  row->setContentsMargins(16, 0, 8, 0);
  row->addWidget(table);
  column->addLayout(row, 1);
  foot->setContentsMargins(24, 2, 12, 0);
  column->addWidget(foot);
  return box;
}

}  // namespace

ChannelTables::ChannelTables(QWidget* parent) : QWidget(parent) {
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  auto* tables = m_split = new ViewSplitter(QStringLiteral("tables"), Qt::Horizontal, this);
  outer->addWidget(tables);
  setMinimumHeight(150);
  m_outlierModel = new OutlierModel(this);
  m_outlierSorter = new TableSorter(this);
  m_outlierSorter->setSourceModel(m_outlierModel);
  m_outlierTable = new DataTable(tables);
  m_outlierTable->setModel(m_outlierSorter);
  m_outlierTable->setAccessibleName(tr("Outlier channels"));
  m_outlierTable->setItemDelegateForColumn(OutlierModel::Channel, new BarDelegate(m_outlierTable));
  m_outlierTable->horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  m_outlierTable->horizontalHeader()->setSectionResizeMode(OutlierModel::Channel, QHeaderView::Stretch);
  for (const auto& [column, width] : kOutlierWidths) m_outlierTable->horizontalHeader()->resizeSection(column, width);
  m_outlierTable->sortByColumn(OutlierModel::Before, Qt::DescendingOrder);
  m_evidenceModel = new EvidenceModel(this);
  m_evidenceTable = new DataTable(tables);
  m_evidenceTable->setModel(m_evidenceModel);
  m_evidenceTable->setSortingEnabled(false);
  m_evidenceTable->setAccessibleName(tr("Token evidence"));
  m_evidenceTable->setItemDelegateForColumn(EvidenceModel::Token, new TokenDelegate(m_evidenceTable));
  QHeaderView* heads = m_evidenceTable->horizontalHeader();
  heads->setSectionResizeMode(QHeaderView::Fixed);
  heads->setSectionResizeMode(EvidenceModel::Token, QHeaderView::Stretch);
  sizeEvidence(false);

  m_threshold = new QDoubleSpinBox(tables);
  m_threshold->setRange(1.1, 10'000);
  m_threshold->setDecimals(1);
  m_threshold->setValue(kListedFactor);
  m_threshold->setSuffix(QStringLiteral("×"));
  m_threshold->setPrefix(tr("above "));
  m_threshold->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
  m_threshold->setToolTip(tr("List channels whose max |x| is above this multiple of the median channel's"));
  m_threshold->setAccessibleName(tr("Outlier threshold, times the median"));
  m_threshold->setButtonSymbols(QAbstractSpinBox::NoButtons);
  m_threshold->setKeyboardTracking(false);
  m_threshold->setFixedWidth(96);
  m_outlierHint = makeLabel({}, "label", tables);
  m_evidenceHint = makeLabel({}, "label", tables);
  m_evidenceFoot = new ElidedLabel("hint", tables);
  auto* foot = new ElidedLabel("hint", tables);
  foot->setText(tr("Enter shows the tokens of a channel, Ctrl+C copies the rows as CSV"));
  tables->addWidget(tableBox(tr("Outlier channels"), m_outlierHint, m_threshold, m_outlierTable, foot, tables));
  tables->addWidget(tableBox(tr("Token evidence"), m_evidenceHint, nullptr, m_evidenceTable, m_evidenceFoot, tables));
  tables->setStretchFactor(0, 58);
  tables->setStretchFactor(1, 42);
  tables->setSizes({580, 420});

  const auto choose = [this](const QModelIndex& index) {
    emit channelChosen(m_outlierModel->channelOf(m_outlierSorter->mapToSource(index).row()));
  };
  connect(m_outlierTable, &QAbstractItemView::clicked, this, choose);
  connect(m_outlierTable, &QAbstractItemView::activated, this, choose);
  connect(m_evidenceTable, &QAbstractItemView::activated, this,
          [this](const QModelIndex& index) { emit tokenChosen(m_evidenceModel->tokenOf(index.row())); });
  connect(m_threshold, &QDoubleSpinBox::valueChanged, this, &ChannelTables::thresholdChanged);
}

void ChannelTables::sizeEvidence(bool narrow) {
  constexpr int kWide[] = {60, 66, 54}, kTight[] = {52, 54, 42};  // the token takes the rest
  for (int section = 0; section < EvidenceModel::Token; ++section) {
    m_evidenceTable->horizontalHeader()->resizeSection(section, (narrow ? kTight : kWide)[section]);
  }
}

void ChannelTables::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  const bool narrow = width() < kNarrow;
  if (narrow != (event->oldSize().width() < kNarrow)) {
    sizeEvidence(narrow);
    if (!m_split->isPlaced()) {
      narrow ? m_split->setSizes({width() * 54 / 100, width() * 46 / 100})
             : m_split->setSizes({width() * 58 / 100, width() * 42 / 100});
    }
  }
  m_outlierTable->setColumnHidden(OutlierModel::Scale, narrow);
  m_outlierTable->setColumnHidden(OutlierModel::BitsBefore, narrow);
}

void ChannelTables::setSeries(std::shared_ptr<const ChannelSeries> series) {
  m_series = std::move(series);
  std::vector<std::int64_t> listed =
      channelsAbove(m_series->rankedBefore, m_series->medianBefore, m_threshold->value());
  QString hint = tr("%1 listed").arg(text(app::formatCount(static_cast<std::int64_t>(listed.size()))));
  if (!m_series->dead.empty()) {
    hint += tr(" · %1 dead").arg(text(app::formatCount(static_cast<std::int64_t>(m_series->dead.size()))));
  }
  m_outlierHint->setText(hint);
  m_outlierTable->setEmptyText(
      tr("No channel's max |x| is above %1× that of the median channel.").arg(m_threshold->value(), 0, 'f', 1));
  m_outlierModel->setRows(m_series, std::move(listed));
}

void ChannelTables::setChannel(const stats::SnapshotPtr& snapshot, const stats::SiteDetail* detail,
                               std::int64_t channel, bool selected) {
  const stats::SiteDetail none;
  m_evidenceModel->setRows(snapshot, stats::tokenEvidence(snapshot->site(m_series->site),
                                                          detail != nullptr ? *detail : none, channel, kEvidenceRows));
  m_evidenceHint->setText(tr("channel %1").arg(text(app::formatCount(channel))));
  const QString summary = m_evidenceModel->summary();
  const QString known = tr("the maximum first; below it, other tokens that the snapshot kept");
  m_evidenceFoot->setText(summary.isEmpty() ? known : summary);
  m_evidenceFoot->setToolTip(
      tr("A snapshot keeps each channel's maximum, the largest values of the site and a sample of whole tokens. Other "
         "tokens may lie between those listed."));
  m_outlierTable->clearSelection();
  const int row = selected ? m_outlierModel->rowOf(channel) : -1;
  if (row >= 0) m_outlierTable->selectRow(m_outlierSorter->mapFromSource(m_outlierModel->index(row, 0)).row());
}

}  // namespace oscope::gui
