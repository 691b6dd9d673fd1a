#include "app/gui/views/export/export_view.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QRadioButton>
#include <QScrollArea>
#include <QStandardPaths>
#include <QVBoxLayout>

#include "analysis/base/atomic_file.h"
#include "app/common/number_format.h"
#include "app/gui/document.h"
#include "app/gui/forms/form_field.h"
#include "app/gui/forms/param_form.h"
#include "app/gui/frame/data_table.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/icons.h"
#include "app/gui/jobs/job_text.h"
#include "app/gui/models/runtime_table_model.h"
#include "app/gui/theme.h"
#include "app/gui/view_context.h"
#include "app/gui/views/export/findings.h"
#include "quant/export/export_registry.h"
#include "quant/export/export_room.h"

namespace oscope::gui {
namespace {

constexpr int kLeftWidth = 400, kWordsWidth = 156, kLayersWidth = 236;
constexpr double kGigabyte = 1e9;

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

QLabel* heading(const QString& words, QWidget* parent) {
  QLabel* label = makeLabel(words, "section", parent);
  label->setFont(uiFont(13, QFont::DemiBold));
  return label;
}

void clear(QVBoxLayout* column) {
  while (QLayoutItem* item = column->takeAt(0)) {
    delete item->widget();
    delete item;
  }
}

/// A finding with its icon: the count, what it says, how to go on; all places as tooltip.
QWidget* findingRow(const Finding& finding, QWidget* parent) {
  auto* row = new QWidget(parent);
  auto* line = new QHBoxLayout(row);
  line->setContentsMargins(0, 2, 0, 2);
  line->setSpacing(8);
  const bool error = finding.severity == Severity::Error, warning = finding.severity == Severity::Warning;
  auto* icon = new QLabel(row);
  icon->setPixmap(iconPixmap(error     ? QStringLiteral("error")
                             : warning ? QStringLiteral("warning")
                                       : QStringLiteral("info"),
                             error     ? theme().error
                             : warning ? theme().warning
                                       : theme().ink3,
                             14, row->devicePixelRatioF()));
  QString words = findingText(finding);
  if (!finding.remedy.isEmpty()) words += QStringLiteral(" → ") + finding.remedy;
  QLabel* label = makeLabel(words, "label", row);
  label->setWordWrap(true);
  label->setToolTip(finding.where.mid(0, 40).join(QLatin1Char('\n')));
  line->addWidget(icon, 0, Qt::AlignTop);
  line->addWidget(label, 1);
  return row;
}

}  // namespace

ExportView::ExportView(const ViewServices& services, QWidget* parent) : View(parent), m_services(services) {
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->setSpacing(0);
  auto* scroll = new QScrollArea(this);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setFocusPolicy(Qt::NoFocus);  // its fields scroll themselves into sight
  auto* page = new QWidget(scroll);
  page->setProperty("class", "surface");
  page->setAttribute(Qt::WA_StyledBackground);
  scroll->setWidget(page);
  outer->addWidget(scroll, 1);
  auto* columns = new QHBoxLayout(page);
  columns->setContentsMargins(24, 20, 24, 20);
  columns->setSpacing(32);

  auto* left = new QVBoxLayout;
  left->setSpacing(10);
  left->addWidget(heading(tr("Target"), page));
  m_targets = new QButtonGroup(this);
  int index = 0;
  for (const auto& format : quant::exportFormats()) {
    auto* target = new QRadioButton(text(format->title()), page);
    target->setToolTip(text(format->id()));
    target->setObjectName(QStringLiteral("target.") + text(format->id()));
    m_targets->addButton(target, index++);
    left->addWidget(target);
  }
  m_params = new ParamForm(page);
  left->addWidget(m_params);
  left->addSpacing(8);
  left->addWidget(heading(tr("What the format makes of the plan"), page));
  auto* findings = new QWidget(page);
  m_findings = new QVBoxLayout(findings);
  m_findings->setContentsMargins(0, 0, 0, 0);
  m_findings->setSpacing(0);
  left->addWidget(findings);
  left->addSpacing(8);
  left->addWidget(heading(tr("Where to"), page));
  m_output = new PathField({}, PathField::Kind::Folder, {}, page);
  m_output->edit()->setAccessibleName(tr("Output folder"));
  left->addWidget(m_output);
  m_size = makeLabel({}, "hint", page);
  m_size->setObjectName(QStringLiteral("exportSize"));
  m_size->setWordWrap(true);
  left->addWidget(m_size);
  auto* fileRow = new QHBoxLayout;
  m_replace = new QCheckBox(tr("Replace the earlier export"), page);
  m_shard = new QDoubleSpinBox(page);
  m_shard->setRange(0.001, 10'000);
  m_shard->setDecimals(2);
  m_shard->setSuffix(tr(" GB"));
  m_shard->setValue(static_cast<double>(quant::ExportOptions().shardBytes) / kGigabyte);
  m_shard->setToolTip(tr("Larger weights are cut into several files with an index"));
  m_shard->setAccessibleName(tr("Largest weight file"));
  fileRow->addWidget(m_replace, 1);
  fileRow->addWidget(makeLabel(tr("files of at most"), "label", page));
  fileRow->addWidget(m_shard);
  left->addLayout(fileRow);
  auto* startRow = new QHBoxLayout;
  startRow->setSpacing(12);
  m_start = new QPushButton(tr("Start export"), page);
  m_start->setProperty("class", "primary");
  m_start->setMinimumHeight(32);
  m_stop = new QPushButton(tr("Stop"), page);
  m_reason = makeLabel({}, "hint", page);
  m_reason->setWordWrap(true);
  startRow->addWidget(m_start);
  startRow->addWidget(m_stop);
  startRow->addWidget(m_reason, 1);
  left->addLayout(startRow);
  m_progress = new QProgressBar(page);
  m_progress->setTextVisible(false);
  m_progressText = makeLabel({}, "hint", page);
  left->addWidget(m_progress);
  left->addWidget(m_progressText);
  m_result = makeLabel({}, "label", page);
  m_result->setObjectName(QStringLiteral("exportResult"));
  m_result->setWordWrap(true);
  m_result->setTextInteractionFlags(Qt::TextSelectableByMouse);
  left->addWidget(m_result);
  m_verifyNow = new QPushButton(tr("Verify it"), page);
  left->addWidget(m_verifyNow, 0, Qt::AlignLeft);
  left->addStretch(1);
  auto* leftBox = new QWidget(page);
  left->setContentsMargins(0, 0, 0, 0);
  leftBox->setLayout(left);
  leftBox->setFixedWidth(kLeftWidth);
  columns->addWidget(leftBox);

  auto* right = new QVBoxLayout;
  right->setSpacing(8);
  right->addWidget(heading(tr("What each runtime really runs"), page));
  right->addWidget(makeLabel(tr("of the layers that this plan has; nothing is written yet"), "hint", page));
  m_runtimes = new RuntimeTableModel(this);
  m_table = new DataTable(page);
  m_table->setModel(m_runtimes);
  m_table->setSortingEnabled(false);
  m_table->setWordWrap(true);
  m_table->setAccessibleName(tr("What each runtime really runs"));
  m_table->setColumnWidth(RuntimeTableModel::kRuntime, kWordsWidth);  // names wrap, so that what runs has room
  m_table->setColumnWidth(RuntimeTableModel::kLayers, kLayersWidth);
  m_table->setStyleSheet(QStringLiteral("QTableView::item { padding: 6px 0; }"));  // rows of several lines stay apart
  m_table->horizontalHeader()->setSectionResizeMode(RuntimeTableModel::kExecutes, QHeaderView::Stretch);
  m_table->horizontalHeader()->setSectionResizeMode(RuntimeTableModel::kAsChosen, QHeaderView::ResizeToContents);
  m_table->setRowHeight(44);  // two lines, or what the words need
  m_table->verticalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  right->addWidget(m_table, 1);
  columns->addLayout(right, 1);

  connect(m_targets, &QButtonGroup::idToggled, this, [this](int id, bool on) {
    if (!on) return;
    m_format = quant::exportFormats()[static_cast<std::size_t>(id)].get();
    m_params->setSchema(m_format->params());
    refresh();
  });
  connect(m_params, &ParamForm::changed, this, &ExportView::refresh);
  connect(m_output, &PathField::pathChanged, this, &ExportView::refreshReason);
  connect(m_replace, &QCheckBox::toggled, this, &ExportView::refreshReason);
  connect(m_start, &QPushButton::clicked, this, &ExportView::start);
  connect(m_stop, &QPushButton::clicked, this, [this] {
    if (m_services.stages->exportJob() != nullptr) m_services.stages->exportJob()->cancel();
  });
  connect(m_verifyNow, &QPushButton::clicked, this, [this] { m_services.context.show(QStringLiteral("verify")); });
  connect(&m_services.document, &Document::planChanged, this, &ExportView::refresh);
  connect(&m_services.document, &Document::modelChanged, this, [this] {
    suggestOutput();
    refresh();
  });
  connect(m_services.stages, &StageJobs::exportStarted, this, [this] {
    m_result->clear();
    connect(m_services.stages->exportJob(), &Job::progressed, this, &ExportView::refreshJob);
    connect(m_services.stages->exportJob(), &Job::finished, this, &ExportView::refreshJob);
    refreshJob();
  });
  m_targets->button(0)->setChecked(true);
  suggestOutput();
  refreshJob();
}

QString ExportView::subtitle() const {
  return tr("the quantized model, for runtimes");
}

QString ExportView::csv() const {
  return tableCsv(*m_runtimes);
}

void ExportView::suggestOutput() {
  const auto model = m_services.document.model();
  if (model == nullptr) return;
  const QFileInfo folder(QDir::cleanPath(text(model->folder.string())));
  const QString file = m_services.document.filePath();
  QStringList places;
  if (!file.isEmpty()) places << QFileInfo(file).absolutePath();
  places << folder.absolutePath() << QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation)
         << QDir::homePath();
  for (const QString& place : places) {
    if (!QFileInfo(place).isWritable()) continue;
    return m_output->setPath(place + QLatin1Char('/') + folder.fileName() + QStringLiteral("-w4a8"));
  }
}

QString ExportView::whyNot() const {
  QString why = m_services.stages->whyNotExport();
  if (!why.isEmpty()) return why;
  if (m_services.document.plan() == nullptr) return tr("the recipe has no plan: see Problems");
  if (m_refused) return tr("this format can't carry the plan");
  if (m_output->path().isEmpty()) return tr("name a folder to write to");
  const QFileInfo target(m_output->path());
  const QFileInfo source(text(m_services.document.model()->folder.string()));
  if (target.exists() && target.canonicalFilePath() == source.canonicalFilePath()) {
    return tr("this is the folder of the model itself");
  }
  if (target.exists() && !target.isDir()) return tr("%1 is a file").arg(target.fileName());
  if (target.isDir() && !QDir(target.filePath()).isEmpty() && !m_replace->isChecked()) {
    return tr("%1 is not empty: allow to replace the export there, or choose another folder").arg(target.fileName());
  }
  if (m_predicted == 0) return {};
  const std::optional<Error> noRoom = quant::whyNoRoom(target.absoluteFilePath().toStdString(), m_predicted);
  if (!noRoom) return {};
  return QStringLiteral("%1: %2; %3").arg(text(noRoom->where()), text(noRoom->text()), text(noRoom->remedy()));
}

void ExportView::predict() {
  m_predicted = 0;
  const auto model = m_services.document.model();
  if (model == nullptr || m_services.document.plan() == nullptr || m_refused) return;
  const auto snapshot = m_services.document.snapshot();
  m_predicted = m_format->predictedBytes({*model, *snapshot, *m_services.document.plan()}, m_params->values());
}

void ExportView::refreshSize() {
  if (m_predicted == 0) return m_size->clear();
  const auto bytes = [](std::uint64_t value) { return text(app::formatBytes(static_cast<double>(value))); };
  QString words =
      tr("about %1, from %2").arg(bytes(m_predicted), bytes(m_services.document.model()->weights->totalBytes()));
  if (!m_output->path().isEmpty()) {
    try {
      words += tr(" · %1 free there").arg(bytes(freeDiskBytes(m_output->path().toStdString())));
    } catch (const Error&) {  // a place that can't be asked; the reason beside the button says what is wrong with it
    }
  }
  m_size->setText(words);
}

void ExportView::refresh() {
  if (!isVisible()) return;  // when it is shown
  clear(m_findings);
  m_findingTexts.clear();
  m_refused = false;
  const auto model = m_services.document.model();
  const auto plan = m_services.document.plan();
  if (m_format == nullptr || model == nullptr || plan == nullptr) {
    m_runtimes->setRuntimes({});
    const QString why = whyNot();
    m_table->setEmptyText(why);
    m_findings->addWidget(makeLabel(why, "label", m_findings->parentWidget()));
  } else {
    const ParamSet params = m_params->values();
    m_runtimes->setRuntimes(m_format->runtimes(model->graph, *plan, params));
    for (const Finding& finding : gatherFindings(m_format->check(model->graph, *plan, params))) {
      m_refused = m_refused || finding.severity == Severity::Error;
      m_findingTexts << findingText(finding);
      m_findings->addWidget(findingRow(finding, m_findings->parentWidget()));
    }
    if (m_findingTexts.isEmpty()) {
      m_findings->addWidget(makeLabel(tr("everything as planned"), "label", m_findings->parentWidget()));
    }
  }
  predict();
  refreshReason();
}

void ExportView::showEvent(QShowEvent* event) {
  View::showEvent(event);
  refresh();
}

void ExportView::changeEvent(QEvent* event) {
  View::changeEvent(event);
  // Icons carry colours. Later: the application goes through all widgets, and these are made anew.
  if (event->type() == QEvent::PaletteChange)
    QMetaObject::invokeMethod(this, &ExportView::refresh, Qt::QueuedConnection);
}

QString ExportView::reason() const {
  return m_reason->text();
}

QString ExportView::size() const {
  return m_size->text();
}

QString ExportView::result() const {
  return m_result->text();
}

void ExportView::refreshReason() {
  refreshSize();
  const QString why = whyNot();
  m_start->setEnabled(why.isEmpty());
  m_reason->setText(why);
}

void ExportView::refreshJob() {
  const Job* job = m_services.stages->exportJob();
  const bool running = job != nullptr && job->running();
  const bool atStop = m_stop->hasFocus();
  m_progress->setVisible(running);
  m_progressText->setVisible(running);
  m_stop->setVisible(running);
  m_verifyNow->setVisible(false);
  if (running) {
    const Progress& progress = job->progress();
    m_progress->setRange(0, progress.total > 0 ? 1000 : 0);
    if (progress.total > 0) m_progress->setValue(static_cast<int>(1000 * progress.done / progress.total));
    m_progressText->setText(progressText(progress));
  } else if (job != nullptr) {
    const auto& report = m_services.stages->exportReport();
    if (report) {
      m_result->setText(tr("✓ %1 (%2 before), %3 linears quantized, %4 in float, %5\n%6")
                            .arg(text(app::formatBytes(static_cast<double>(report->bytes))),
                                 text(app::formatBytes(static_cast<double>(report->sourceBytes))),
                                 text(app::formatCount(report->linearsQuantized)),
                                 text(app::formatCount(report->linearsFloat)),
                                 text(app::formatDuration(report->seconds)), text(report->output.string())));
      m_verifyNow->setVisible(true);
    } else {
      m_result->setText(outcomeText(job->outcome()));
    }
  }
  refreshReason();
  if (atStop && !running) (m_verifyNow->isVisible() ? m_verifyNow : m_start)->setFocus();  // what comes next
}

void ExportView::start() {
  ExportRequest request;
  request.format = m_format;
  request.options.output = m_output->path().toStdString();
  request.options.replace = m_replace->isChecked();
  request.options.shardBytes = static_cast<std::uint64_t>(m_shard->value() * kGigabyte);
  request.options.params = m_params->values();
  m_services.stages->exportModel(request);
}

}  // namespace oscope::gui
