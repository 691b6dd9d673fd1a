#include "app/gui/forms/source_form.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QSpinBox>
#include <QVBoxLayout>
#include <limits>

#include "app/common/number_format.h"
#include "app/gui/forms/form_field.h"
#include "app/gui/frame/widgets.h"

namespace oscope::gui {
namespace {

using Source = calibration::DatasetOptions::Source;

enum Choice { kText, kJsonl, kTokens, kRandom };

constexpr int kLargest = 1'000'000;

QSpinBox* makeSpin(int least, const QString& suffix, QWidget* parent) {
  auto* spin = new QSpinBox(parent);
  spin->setRange(least, kLargest);
  spin->setGroupSeparatorShown(true);
  spin->setSuffix(suffix);
  spin->setAccelerated(true);
  return spin;
}

QString useText(std::uint64_t value) {
  return QObject::tr("Use %1").arg(QString::fromStdString(app::formatCount(static_cast<std::int64_t>(value))));
}

}  // namespace

QString problemText(const calibration::RunProblem& problem) {
  const Diagnostic& found = problem.problem;
  QString text = QString::fromStdString(found.text);
  // Refusals of an option start with what it is about; files name themselves in the field above.
  if (problem.option == calibration::RunOption::Output || problem.option == calibration::RunOption::Device) {
    text = QString::fromStdString(found.where) + QLatin1Char(' ') + text;
  }
  if (!problem.fitting && !found.remedy.empty()) text += QStringLiteral(": ") + QString::fromStdString(found.remedy);
  return text;
}

SourceForm::SourceForm(const QString& count, QWidget* parent) : QWidget(parent) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(10);
  column->addWidget(makeLabel(tr("Source"), "label", this));
  m_source = new SegmentedControl({tr("Text"), tr("JSON lines"), tr("Token ids"), tr("Random tokens")}, this);
  m_source->setAccessibleName(tr("Source"));
  column->addWidget(m_source);
  auto* fileRow = new QHBoxLayout;
  fileRow->setSpacing(12);
  m_file = new PathField({}, PathField::Kind::OpenFile, {}, this);
  m_file->edit()->setAccessibleName(tr("File"));
  m_key = new QLineEdit(QStringLiteral("text"), this);
  m_keyField = new FormField({}, m_key, nullptr, this);
  m_key->setObjectName(QStringLiteral("jsonKey"));
  m_key->setAccessibleName(tr("Field of the JSON lines"));
  m_key->setToolTip(tr("Field of the JSON lines that holds the text"));
  m_key->setPlaceholderText(tr("field"));
  m_keyField->setFixedWidth(96);
  fileRow->addWidget(m_file, 1);
  fileRow->addWidget(m_keyField);
  column->addLayout(fileRow);

  auto* row = new QHBoxLayout;
  row->setSpacing(12);
  m_samples = makeSpin(1, {}, this);
  m_length = makeSpin(1, tr(" tokens"), this);
  m_seed = makeSpin(0, {}, this);
  m_seed->setMaximum(std::numeric_limits<int>::max());
  m_seed->setGroupSeparatorShown(false);
  m_samplesField = new FormField(count, m_samples, nullptr, this);
  m_lengthField = new FormField(tr("Length"), m_length, nullptr, this);
  m_seedField = new FormField(tr("Seed"), m_seed, nullptr, this);
  for (FormField* field : {m_samplesField, m_lengthField, m_seedField}) row->addWidget(field, 1);
  for (FormField* field : {m_samplesField, m_lengthField, m_seedField}) row->setAlignment(field, Qt::AlignTop);
  column->addLayout(row);

  connect(m_source, &SegmentedControl::currentChanged, this, [this] {
    refreshSource();
    emit changed();
  });
  connect(m_file, &PathField::pathChanged, this, [this] {
    followSuffix();
    refreshSource();
    emit changed();
  });
  connect(m_key, &QLineEdit::textChanged, this, &SourceForm::changed);
  for (QSpinBox* spin : {m_samples, m_length, m_seed}) {
    connect(spin, &QSpinBox::valueChanged, this, &SourceForm::changed);
  }
  connect(m_samplesField, &FormField::fixRequested, this,
          [this] { m_samples->setValue(static_cast<int>(m_fittingSamples)); });
  connect(m_lengthField, &FormField::fixRequested, this,
          [this] { m_length->setValue(static_cast<int>(m_fittingLength)); });
  refreshSource();
}

void SourceForm::followSuffix() {
  const QString suffix = QFileInfo(m_file->path()).suffix().toLower();
  const bool lines = suffix == QLatin1String("jsonl") || suffix == QLatin1String("ndjson");
  if (m_source->current() == kText && lines) m_source->setCurrent(kJsonl);
  if (m_source->current() == kJsonl && suffix == QLatin1String("txt")) m_source->setCurrent(kText);
}

void SourceForm::refreshSource() {
  const int source = m_source->current();
  m_file->setVisible(source != kRandom);
  m_keyField->setVisible(source == kJsonl);
  m_file->edit()->setPlaceholderText(source == kText    ? tr("a text in UTF-8")
                                     : source == kJsonl ? tr("one JSON object per line")
                                                        : tr("token ids: .safetensors, .json or text"));
}

calibration::DatasetOptions SourceForm::options() const {
  calibration::DatasetOptions options;
  options.source = m_source->current() == kRandom   ? Source::Random
                   : m_source->current() == kTokens ? Source::Tokens
                   : m_source->current() == kJsonl  ? Source::Jsonl
                                                    : Source::Text;
  if (options.source != Source::Random) options.file = m_file->path().toStdString();
  options.jsonKey = m_key->text().toStdString();
  options.samples = m_samples->value();
  options.length = m_length->value();
  options.seed = static_cast<std::uint64_t>(m_seed->value());
  return options;
}

void SourceForm::setOptions(const calibration::DatasetOptions& options) {
  const QSignalBlocker blocker(this);
  m_file->setPath(QString::fromStdString(options.file.string()));
  m_source->setCurrent(options.source == Source::Random   ? kRandom
                       : options.source == Source::Tokens ? kTokens
                       : options.source == Source::Jsonl  ? kJsonl
                                                          : kText);
  m_key->setText(QString::fromStdString(options.jsonKey));
  m_samples->setValue(static_cast<int>(options.samples));
  m_length->setValue(static_cast<int>(options.length));
  m_seed->setValue(static_cast<int>(options.seed));
  refreshSource();
}

bool SourceForm::showProblems(const std::vector<calibration::RunProblem>& problems) {
  for (FormField* field : {static_cast<FormField*>(m_file), m_samplesField, m_lengthField}) field->clearError();
  bool any = false;
  for (const calibration::RunProblem& problem : problems) {
    const std::uint64_t fitting = problem.fitting.value_or(0);
    switch (problem.option) {
      case calibration::RunOption::File:
        m_file->setError(problemText(problem));
        break;
      case calibration::RunOption::Samples:
        m_fittingSamples = fitting;
        m_samplesField->setError(problemText(problem), fitting > 0 ? useText(fitting) : QString());
        break;
      case calibration::RunOption::Length:
        m_fittingLength = fitting;
        m_lengthField->setError(problemText(problem), fitting > 0 ? useText(fitting) : QString());
        break;
      default:
        continue;
    }
    any = true;
  }
  return any;
}

void SourceForm::setHint(const QString& text) {
  m_file->setHint(text);
}

QString SourceForm::whyIncomplete() const {
  if (m_source->current() == kRandom || !m_file->path().isEmpty()) return {};
  return m_source->current() == kTokens ? tr("choose a file of token ids") : tr("choose a text");
}

}  // namespace oscope::gui
