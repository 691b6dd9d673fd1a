#include "app/gui/views/verify/verify_setup.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include "app/gui/document.h"
#include "app/gui/forms/form_field.h"
#include "app/gui/forms/source_form.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/jobs/job_text.h"

namespace oscope::gui {
namespace {

constexpr int kWidth = 620;
constexpr int kTypingPause = 250;  // milliseconds without a key before the check
// As `oscope verify` takes by default.
constexpr int kWindows = 64, kLength = 256, kSiteWindows = 8;
constexpr double kDivisors[] = {127, 127.5}, kGigabyte = 1e9;

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

}  // namespace

VerifySetup::VerifySetup(const ViewServices& services, QWidget* parent) : QWidget(parent), m_services(services) {
  auto* outer = new QHBoxLayout(this);
  outer->setContentsMargins(24, 20, 24, 20);
  auto* box = new QWidget(this);
  box->setMaximumWidth(kWidth);
  outer->addWidget(box, 1);
  outer->addStretch(0);
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(12);
  QLabel* words = makeLabel(tr("The written files are re-opened and checked against the plan; then the float and the "
                               "quantized model run side by side on held-out tokens."),
                            "label", box);
  words->setWordWrap(true);
  column->addWidget(words);
  m_exported = new PathField(tr("Exported folder"), PathField::Kind::Folder, {}, box);
  column->addWidget(m_exported);
  m_source = new SourceForm(tr("Windows"), box);
  calibration::DatasetOptions defaults;
  defaults.samples = kWindows;
  defaults.length = kLength;
  m_source->setOptions(defaults);
  column->addWidget(m_source);
  auto* fields = new QHBoxLayout;
  fields->setSpacing(12);
  m_siteWindows = new QSpinBox(box);
  m_siteWindows->setRange(0, 100'000);
  m_siteWindows->setValue(kSiteWindows);
  fields->addWidget(new FormField(tr("Windows for figures by site"), m_siteWindows, nullptr, box), 1);
  m_divisor = new QComboBox(box);
  m_divisor->addItem(tr("as planned"));
  for (const double divisor : kDivisors) m_divisor->addItem(QString::number(divisor), divisor);
  m_divisor->setToolTip(
      tr("A runtime may divide the largest value of a token by another number than the plan: "
         "transformers + compressed-tensors by 127.5"));
  fields->addWidget(new FormField(tr("Divisor of per-token scales"), m_divisor, nullptr, box), 1);
  m_memory = new QDoubleSpinBox(box);
  m_memory->setRange(0, 100'000);
  m_memory->setDecimals(3);
  m_memory->setSingleStep(0.5);
  m_memory->setSuffix(tr(" GB host"));
  m_memory->setSpecialValueText(tr("3/4 of what is free"));
  fields->addWidget(new FormField(tr("Memory budget"), m_memory, nullptr, box), 1);
  column->addLayout(fields);
  auto* row = new QHBoxLayout;
  row->setSpacing(16);
  m_baseline = new QCheckBox(tr("also static everywhere"), box);
  m_baseline->setToolTip(tr("Runs static scales everywhere, without folds, beside the two models"));
  m_baseline->setChecked(true);
  m_integers = new QCheckBox(tr("integer-true arithmetic"), box);
  m_integers->setToolTip(tr("Compares integer arithmetic with fake quantization"));
  m_integers->setChecked(true);
  row->addWidget(m_baseline);
  row->addWidget(m_integers);
  row->addStretch(1);
  column->addLayout(row);
  auto* startRow = new QHBoxLayout;
  startRow->setSpacing(12);
  m_start = new QPushButton(tr("Start verification"), box);
  m_start->setProperty("class", "primary");
  m_start->setMinimumHeight(32);
  m_stop = new QPushButton(tr("Stop"), box);
  m_back = new QPushButton(tr("Back to the report"), box);
  m_reason = makeLabel({}, "hint", box);
  m_reason->setWordWrap(true);
  startRow->addWidget(m_start);
  startRow->addWidget(m_stop);
  startRow->addWidget(m_back);
  startRow->addWidget(m_reason, 1);
  column->addLayout(startRow);
  m_progress = new QProgressBar(box);
  m_progress->setTextVisible(false);
  m_progressText = makeLabel({}, "hint", box);
  column->addWidget(m_progress);
  column->addWidget(m_progressText);
  m_message = makeLabel({}, "label", box);
  m_message->setObjectName(QStringLiteral("verifyMessage"));
  m_message->setWordWrap(true);
  m_message->setTextInteractionFlags(Qt::TextSelectableByMouse);
  column->addWidget(m_message);
  column->addStretch(1);

  connect(m_exported, &PathField::pathChanged, this, &VerifySetup::refresh);
  m_typing.setSingleShot(true);
  m_typing.setInterval(kTypingPause);
  connect(&m_typing, &QTimer::timeout, this, &VerifySetup::checkTokens);
  connect(m_source, &SourceForm::changed, this, [this] {
    m_tokens = tr("looking at the tokens…");
    m_typing.start();
    refresh();
  });
  connect(m_start, &QPushButton::clicked, this, &VerifySetup::start);
  connect(m_stop, &QPushButton::clicked, this, [this] {
    if (m_services.stages->verifyJob() != nullptr) m_services.stages->verifyJob()->cancel();
  });
  connect(m_back, &QPushButton::clicked, this, &VerifySetup::backRequested);
  connect(&m_services.document, &Document::modelChanged, this, &VerifySetup::suggest);
  connect(m_services.stages, &StageJobs::exported, this, &VerifySetup::suggest);
  connect(m_services.stages, &StageJobs::verifyStarted, this, [this] {
    m_message->clear();
    connect(m_services.stages->verifyJob(), &Job::progressed, this, &VerifySetup::refreshJob);
    connect(m_services.stages->verifyJob(), &Job::finished, this, [this](const JobOutcome& outcome) {
      if (outcome.state != JobOutcome::State::Done) m_message->setText(outcomeText(outcome));
      refreshJob();
    });
    refreshJob();
  });
  suggest();
  refreshJob();
}

void VerifySetup::suggest() {
  const auto& workspace = m_services.document.workspace();
  if (!workspace.exported.empty()) m_exported->setPath(text(workspace.exported.string()));
  // The sample brings its held-out text along.
  const auto model = m_services.document.model();
  std::error_code absent;
  if (model != nullptr && m_source->file()->path().isEmpty()) {
    const std::filesystem::path beside = model->folder.parent_path() / "eval.txt";
    if (std::filesystem::exists(beside, absent)) {
      calibration::DatasetOptions options = m_source->options();
      options.source = calibration::DatasetOptions::Source::Text;
      options.file = beside;
      m_source->setOptions(options);
    }
  }
  m_typing.start();
  refresh();
}

QString VerifySetup::whyNot() const {
  QString why = m_services.stages->whyNotVerify();
  if (!why.isEmpty()) return why;
  if (m_exported->path().isEmpty()) return tr("export the model first, or choose an exported folder");
  if (!QFileInfo::exists(m_exported->path() + QStringLiteral("/deploy.json"))) {
    return tr("%1 holds no export of this program (no deploy.json)").arg(QFileInfo(m_exported->path()).fileName());
  }
  const QString incomplete = m_source->whyIncomplete();
  return incomplete.isEmpty() ? m_tokens : incomplete;
}

void VerifySetup::checkTokens() {
  const auto model = m_services.document.model();
  if (model == nullptr || !m_source->whyIncomplete().isEmpty()) {
    m_source->showProblems({});
    m_tokens.clear();
    return refresh();
  }
  m_services.jobs.start<std::vector<calibration::RunProblem>>(
      {},
      [model, data = m_source->options()](const JobContext& context) {
        return calibration::preflightEvaluation(*model, data, context).problems;
      },
      [this](const std::vector<calibration::RunProblem>& problems) {
        m_source->showProblems(problems);
        m_tokens = problems.empty() ? QString() : problemText(problems.front());
        refresh();
      },
      QStringLiteral("verify-tokens"));
}

QString VerifySetup::reason() const {
  return m_reason->text();
}

QString VerifySetup::message() const {
  return m_message->text();
}

void VerifySetup::refresh() {
  const QString why = whyNot();
  m_start->setEnabled(why.isEmpty());
  m_reason->setText(why);
  m_back->setVisible(m_services.document.report().has_value());
}

void VerifySetup::refreshJob() {
  const Job* job = m_services.stages->verifyJob();
  const bool running = job != nullptr && job->running();
  const bool atStop = m_stop->hasFocus();
  m_progress->setVisible(running);
  m_progressText->setVisible(running);
  m_stop->setVisible(running);
  if (running) {
    const Progress& progress = job->progress();
    m_progress->setRange(0, progress.total > 0 ? 1000 : 0);
    if (progress.total > 0) m_progress->setValue(static_cast<int>(1000 * progress.done / progress.total));
    const QString stage = text(progress.stage);
    m_progressText->setText(stage.isEmpty() ? QString() : stage + QStringLiteral(": ") + progressText(progress));
  }
  refresh();
  if (atStop && !running) m_start->setFocus();
}

void VerifySetup::start() {
  VerifyRequest request;
  request.exported = m_exported->path().toStdString();
  request.data = m_source->options();
  request.options.siteSamples = m_siteWindows->value();
  request.options.staticBaseline = m_baseline->isChecked();
  request.options.integerTrue = m_integers->isChecked();
  if (m_divisor->currentIndex() > 0) request.options.dynamicDivisor = m_divisor->currentData().toDouble();
  request.options.memoryBytes = static_cast<std::uint64_t>(m_memory->value() * kGigabyte);
  m_services.stages->verify(request);
}

}  // namespace oscope::gui
