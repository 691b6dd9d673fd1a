#include "app/gui/forms/calibrate_form.h"

#include <QComboBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStandardItemModel>
#include <QStandardPaths>
#include <QVBoxLayout>
#include <cmath>

#include "app/common/number_format.h"
#include "app/gui/document.h"
#include "app/gui/forms/calibrate_advanced.h"
#include "app/gui/forms/estimate_panel.h"
#include "app/gui/forms/form_field.h"
#include "app/gui/forms/source_form.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr int kTypingPause = 250;  // milliseconds without a key before the check
constexpr double kGigabyte = 1e9;
const QString kSuffix = QStringLiteral(".oscope.h5");

QString bytesText(std::uint64_t bytes) {
  return QString::fromStdString(app::formatBytes(static_cast<double>(bytes)));
}

QString countText(std::int64_t count) {
  return QString::fromStdString(app::formatCount(count));
}

}  // namespace

CalibrateForm::CalibrateForm(Document& document, StageJobs& stages, JobRunner& jobs, QWidget* parent)
    : QWidget(parent), m_document(document), m_stages(stages), m_jobs(jobs) {
  setProperty("class", "surface");
  setAttribute(Qt::WA_StyledBackground);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(24, 16, 24, 12);
  column->setSpacing(10);

  m_banner = new QWidget(this);
  m_banner->setAttribute(Qt::WA_StyledBackground);
  m_banner->setProperty("class", "tileAccent");
  auto* bannerRow = new QHBoxLayout(m_banner);
  bannerRow->setContentsMargins(12, 6, 6, 6);
  m_bannerText = new QLabel(m_banner);
  m_bannerText->setWordWrap(true);
  m_resume = new QPushButton(tr("Resume"), m_banner);
  m_discard = new QPushButton(tr("Discard"), m_banner);
  bannerRow->addWidget(m_bannerText, 1);
  bannerRow->addWidget(m_discard);
  bannerRow->addWidget(m_resume);
  m_banner->hide();
  column->addWidget(m_banner);

  m_source = new SourceForm(tr("Samples"), this);
  calibration::DatasetOptions defaults;
  m_source->setOptions(defaults);
  column->addWidget(m_source);

  auto* row = new QHBoxLayout;
  row->setSpacing(12);
  m_device = new QComboBox(this);
  m_device->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);  // reasons are long
  m_device->setMinimumContentsLength(20);
  m_deviceField = new FormField(tr("Device"), m_device, nullptr, this);
  m_memory = new QDoubleSpinBox(this);
  m_memory->setRange(0, 100'000);
  m_memory->setDecimals(3);
  m_memory->setSingleStep(0.5);
  m_memory->setSuffix(tr(" GB host"));
  m_memory->setSpecialValueText(tr("3/4 of what is free"));
  m_memoryField = new FormField(tr("Memory budget"), m_memory, nullptr, this);
  row->addWidget(m_deviceField, 2);
  row->addWidget(m_memoryField, 1);
  row->setAlignment(m_deviceField, Qt::AlignTop);
  row->setAlignment(m_memoryField, Qt::AlignTop);
  column->addLayout(row);
  m_output = new PathField(tr("Snapshot"), PathField::Kind::SaveFile, tr("Snapshots (*.oscope.h5)"), this);
  column->addWidget(m_output);
  m_advanced = new CalibrateAdvanced(this);
  column->addWidget(m_advanced);
  m_estimate = new EstimatePanel(this);
  column->addWidget(m_estimate);
  column->addStretch(1);

  m_typing.setSingleShot(true);
  m_typing.setInterval(kTypingPause);
  connect(&m_typing, &QTimer::timeout, this, &CalibrateForm::runPreflight);
  connect(m_source, &SourceForm::changed, this, &CalibrateForm::check);
  connect(m_memory, &QDoubleSpinBox::valueChanged, this, &CalibrateForm::check);
  connect(m_output, &PathField::pathChanged, this, &CalibrateForm::check);
  connect(m_advanced, &CalibrateAdvanced::changed, this, &CalibrateForm::check);
  connect(m_memoryField, &FormField::fixRequested, this,
          [this] { m_memory->setValue(std::ceil(static_cast<double>(m_fittingMemory) / kGigabyte * 1000) / 1000); });
  connect(m_device, &QComboBox::activated, this, [this] { m_stages.setDevice(m_device->currentData().toString()); });
  connect(&m_stages, &StageJobs::devicesChanged, this, &CalibrateForm::refreshDevices);
  connect(&m_stages, &StageJobs::deviceChanged, this, [this] {
    refreshDevices();
    check();
  });
  connect(&m_document, &Document::modelChanged, this, [this] {
    suggestOutput();
    check();
  });
  connect(m_resume, &QPushButton::clicked, this, [this] {
    if (!m_interrupted) return;
    m_advanced->setFrom(m_interrupted->data, m_interrupted->options);
    CalibrationRequest request{m_interrupted->data, m_interrupted->options, m_stages.device()};
    m_advanced->fill(request);
    if (!request.device.startsWith(QString::fromStdString(m_interrupted->device))) {
      request.device = QString::fromStdString(m_interrupted->device);  // only the same kind gives the same bits
    }
    m_source->setOptions(m_interrupted->data);
    emit resumeRequested(request);
  });
  connect(m_discard, &QPushButton::clicked, this, [this] {
    try {
      calibration::discardInterruptedRun(m_output->path().toStdString());
    } catch (const Error& error) {
      m_output->setError(QString::fromUtf8(error.what()));
    }
    check();
  });
  refreshDevices();
  suggestOutput();
}

void CalibrateForm::suggestOutput() {
  if (m_document.model() == nullptr) return;
  const QFileInfo folder(QDir::cleanPath(QString::fromStdString(m_document.model()->folder.string())));
  const QString name = folder.fileName() + kSuffix;
  QStringList places;
  if (!m_document.filePath().isEmpty()) places << QFileInfo(m_document.filePath()).absolutePath();
  places << folder.absolutePath() << QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation)
         << QDir::homePath();
  for (const QString& place : places) {
    if (!QFileInfo(place).isWritable()) continue;
    m_output->setPath(place + QLatin1Char('/') + name);
    return;
  }
}

void CalibrateForm::refreshDevices() {
  m_device->clear();
  for (const DeviceEntry& entry : m_stages.devices()) {
    m_device->addItem(entry.title(), entry.id);
    auto* item = qobject_cast<QStandardItemModel*>(m_device->model())->item(m_device->count() - 1);
    item->setEnabled(entry.available());
    item->setToolTip(entry.available() ? entry.name : entry.reason);
    if (entry.id == m_stages.device()) m_device->setCurrentIndex(m_device->count() - 1);
  }
  if (m_device->count() == 0) m_device->addItem(tr("looking for devices…"));
  const DeviceEntry* chosen = m_stages.deviceEntry();
  m_advanced->setAccelerator(chosen != nullptr && chosen->accelerator);
  m_deviceField->setHint(chosen != nullptr ? chosen->name : QString());
}

CalibrationRequest CalibrateForm::request() const {
  CalibrationRequest request;
  request.data = m_source->options();
  request.options.output = m_output->path().toStdString();
  request.options.seed = request.data.seed;
  request.options.memoryBytes = static_cast<std::uint64_t>(m_memory->value() * kGigabyte);
  m_advanced->fill(request);
  request.device = m_stages.device().isEmpty() ? QStringLiteral("cpu") : m_stages.device();
  return request;
}

void CalibrateForm::setWhyNot(const QString& reason) {
  m_whyNot = reason;
  emit whyNotChanged(reason);
}

void CalibrateForm::refreshInterrupted() {
  m_interrupted.reset();
  const auto model = m_document.model();
  if (model != nullptr && !m_output->path().isEmpty()) {
    m_interrupted = calibration::findInterruptedRun(m_output->path().toStdString());
  }
  m_banner->setVisible(m_interrupted.has_value());
  if (!m_interrupted) return;
  const bool same = m_interrupted->modelFingerprint == model->weights->fingerprint();
  m_resume->setVisible(same);
  const QString file = QFileInfo(QString::fromStdString(m_interrupted->data.file.string())).fileName();
  m_bannerText->setText(
      same ? tr("An interrupted run is here: %1 of %2 blocks are finished (%3, %4 × %5 tokens). Resumed, the result is "
                "the same.")
                 .arg(m_interrupted->finishedBlocks)
                 .arg(model->graph.blocks.size())
                 .arg(file.isEmpty() ? tr("random tokens") : file, countText(m_interrupted->data.samples),
                      countText(m_interrupted->data.length))
           : tr("An interrupted run of another model is here. Discard it, or choose another name."));
}

void CalibrateForm::check() {
  refreshInterrupted();
  QString missing = m_stages.whyNotCalibrate();
  if (missing.isEmpty()) missing = m_source->whyIncomplete();
  if (missing.isEmpty()) missing = m_advanced->whyIncomplete();
  if (missing.isEmpty() && m_output->path().isEmpty()) missing = tr("name the snapshot to write");
  if (!missing.isEmpty()) {
    m_typing.stop();
    m_source->showProblems({});
    m_estimate->setIncomplete(missing);
    return setWhyNot(missing);
  }
  m_estimate->setChecking();
  setWhyNot(tr("checking…"));
  m_typing.start();
}

void CalibrateForm::runPreflight() {
  const auto model = m_document.model();
  if (model == nullptr) return;
  Job* job = m_jobs.start<std::shared_ptr<const calibration::Preflight>>(
      {},
      [model, request = request()](const JobContext& context) {
        const auto backend = openDevice(request.device, request.backend);
        return std::make_shared<const calibration::Preflight>(
            calibration::preflightCalibration(*model, request.data, request.options, *backend, context));
      },
      [this](const std::shared_ptr<const calibration::Preflight>& preflight) { showPreflight(*preflight); },
      QStringLiteral("preflight"));
  connect(job, &Job::finished, this, [this](const JobOutcome& outcome) {
    if (outcome.state != JobOutcome::State::Failed) return;
    m_estimate->setIncomplete(outcome.message);
    setWhyNot(outcome.text);
  });
}

void CalibrateForm::showPreflight(const calibration::Preflight& preflight) {
  std::uint64_t stored = 0;
  for (const checkpoint::TensorEntry& entry : m_document.model()->weights->entries()) stored += entry.end - entry.begin;
  m_estimate->setPreflight(preflight, stored);
  m_source->showProblems(preflight.problems);
  m_memoryField->clearError();
  m_deviceField->clearError();
  m_output->clearError();
  for (const calibration::RunProblem& problem : preflight.problems) {
    const QString text = problemText(problem);
    if (problem.option == calibration::RunOption::Memory) {
      m_fittingMemory = problem.fitting.value_or(0);
      m_memoryField->setError(text, m_fittingMemory > 0 ? tr("Use %1").arg(bytesText(m_fittingMemory)) : QString());
    } else if (problem.option == calibration::RunOption::Device) {
      m_deviceField->setError(text);
    } else if (problem.option == calibration::RunOption::Output) {
      m_output->setError(text);
    }
  }
  QString hint;
  if (preflight.data && preflight.fileBytes > 0) {
    hint = tr("%1 · enough for %2 samples of %3")
               .arg(bytesText(preflight.fileBytes), countText(preflight.data->dataset.samples),
                    countText(preflight.data->dataset.length));
    if (preflight.data->tokenizer != nullptr) hint += tr(" · the model's own tokenizer");
  }
  m_source->setHint(hint);
  m_output->setHint(QFileInfo::exists(m_output->path()) ? tr("is there; replaced once the new one is complete")
                                                        : QString());
  if (m_interrupted) return setWhyNot(tr("resume or discard the interrupted run, or choose another name"));
  setWhyNot(preflight.fits() ? QString() : preflight.data ? tr("it does not fit") : tr("the tokens can't be had"));
}

}  // namespace oscope::gui
