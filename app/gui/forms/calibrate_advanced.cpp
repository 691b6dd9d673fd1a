#include "app/gui/forms/calibrate_advanced.h"

#include <fmt/format.h>

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QVBoxLayout>
#include <algorithm>

#include "analysis/base/error.h"
#include "analysis/calibration/observer_registry.h"
#include "app/common/number_format.h"
#include "app/gui/forms/form_field.h"
#include "app/gui/forms/param_form.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/icons.h"

namespace oscope::gui {
namespace {

constexpr int kMost = 1'000'000, kMostThreads = 4096;
constexpr double kGigabyte = 1e9;
const QString kGroup = QStringLiteral("calibrate/advanced");

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

QSpinBox* makeSpin(int most, const QString& zero, const QString& suffix) {
  auto* spin = new QSpinBox;
  spin->setRange(0, most);
  spin->setGroupSeparatorShown(true);
  spin->setSpecialValueText(zero);
  spin->setSuffix(suffix);
  keepWheelForForm(spin);
  return spin;
}

QDoubleSpinBox* makeDouble(double most, int decimals, const QString& zero, const QString& suffix) {
  auto* spin = new QDoubleSpinBox;
  spin->setRange(0, most);
  spin->setDecimals(decimals);
  spin->setSpecialValueText(zero);
  spin->setSuffix(suffix);
  keepWheelForForm(spin);
  return spin;
}

FormField* field(const QString& title, QWidget* control, const QString& help, QWidget* parent) {
  control->setToolTip(help);
  return new FormField(title, control, nullptr, parent);
}

}  // namespace

CalibrateAdvanced::CalibrateAdvanced(QWidget* parent) : QWidget(parent) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(8);
  auto* head = new QHBoxLayout;
  m_toggle = new QPushButton(this);
  m_toggle->setProperty("class", "link");
  m_toggle->setCheckable(true);
  m_defaults = new QPushButton(tr("Defaults"), this);
  m_defaults->setProperty("class", "link");
  m_defaults->setToolTip(tr("Everything below as it is without a choice"));
  head->addWidget(m_toggle);
  head->addStretch(1);
  head->addWidget(m_defaults);
  column->addLayout(head);
  m_box = new QWidget(this);
  auto* grid = new QGridLayout(m_box);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setHorizontalSpacing(12);
  grid->setVerticalSpacing(8);
  for (int i = 0; i < 3; ++i) grid->setColumnStretch(i, 1);
  makeFields(grid);
  makeObservers(grid, 2);
  makeObserverParams(grid, 4);
  column->addWidget(m_box);

  load();
  for (QSpinBox* spin : {m_microBatch, m_firstSample, m_threads}) {
    connect(spin, &QSpinBox::valueChanged, this, &CalibrateAdvanced::edited);
  }
  for (QDoubleSpinBox* spin : {m_durable, m_deviceMemory}) {
    connect(spin, &QDoubleSpinBox::valueChanged, this, &CalibrateAdvanced::edited);
  }
  connect(m_precision, &QComboBox::currentIndexChanged, this, &CalibrateAdvanced::edited);
  for (const auto& [id, box] : m_observers) connect(box, &QCheckBox::toggled, this, &CalibrateAdvanced::edited);
  for (const auto& [id, form] : m_params) connect(form, &ParamForm::changed, this, &CalibrateAdvanced::edited);
  connect(m_toggle, &QPushButton::toggled, this, &CalibrateAdvanced::setExpanded);
  connect(m_defaults, &QPushButton::clicked, this, [this] {
    reset();
    edited();  // parameters are set without a word
  });
  setExpanded(QSettings().value(kGroup + QStringLiteral("/expanded"), false).toBool());
}

void CalibrateAdvanced::makeFields(QGridLayout* grid) {
  m_microBatch = makeSpin(kMost, tr("from the memory limit"), tr(" at a time"));
  m_firstSample = makeSpin(kMost, tr("the first"), {});
  m_threads = makeSpin(kMostThreads, tr("one per core"), {});
  m_durable = makeDouble(86'400, 0, tr("after every block"), tr(" s apart"));
  m_deviceMemory = makeDouble(100'000, 3, tr("what is free"), tr(" GB"));
  m_precision = new QComboBox;
  m_precision->addItems({tr("fast: 16 bits"), tr("full: float32")});
  keepWheelForForm(m_precision);
  grid->addWidget(field(tr("Micro-batch"), m_microBatch,
                        tr("Samples that pass through a block at once. More are faster and need more memory."), m_box),
                  0, 0);
  grid->addWidget(field(tr("Start at sample"), m_firstSample,
                        tr("Skips so many samples of the source: shards of one run on several machines, put together "
                           "by oscope merge."),
                        m_box),
                  0, 1);
  grid->addWidget(field(tr("Durable states"), m_durable,
                        tr("Least time between two states that a killed run can go on from. Statistics are kept after "
                           "every block; this is about the hidden states of all samples."),
                        m_box),
                  0, 2);
  grid->addWidget(field(tr("CPU threads"), m_threads, tr("The result doesn't depend on it."), m_box), 1, 0);
  grid->addWidget(field(tr("Device memory"), m_deviceMemory, {}, m_box), 1, 1);
  grid->addWidget(field(tr("Products on a GPU"), m_precision, {}, m_box), 1, 2);
  setAccelerator(false);
}

void CalibrateAdvanced::makeObservers(QGridLayout* grid, int row) {
  grid->addWidget(makeLabel(tr("Observe"), "label", m_box), row++, 0, 1, 3);
  auto* boxes = new QGridLayout;
  boxes->setVerticalSpacing(4);
  int index = 0;
  for (const auto& observer : calibration::observers()) {
    auto* box = new QCheckBox(text(observer->title()), m_box);
    box->setToolTip(observer->isDefault() ? text(observer->id())
                                          : tr("%1: costly, for methods that need it").arg(text(observer->id())));
    boxes->addWidget(box, index / 2, index % 2);
    ++index;
    m_observers[observer->id()] = box;
  }
  grid->addLayout(boxes, row, 0, 1, 3);
}

void CalibrateAdvanced::makeObserverParams(QGridLayout* grid, int row) {
  auto* forms = new QGridLayout;
  forms->setHorizontalSpacing(24);
  forms->setVerticalSpacing(4);
  int index = 0;
  for (const auto& observer : calibration::observers()) {
    const ParamSchema schema = observer->params();
    if (schema.empty()) continue;
    auto* form = new ParamForm(schema, m_box);
    const int line = index / 2 * 2, column = index % 2;
    forms->addWidget(makeLabel(text(observer->title()), "section", m_box), line, column);
    forms->addWidget(form, line + 1, column, Qt::AlignTop);
    forms->setColumnStretch(column, 1);
    ++index;
    const QCheckBox* box = m_observers.at(observer->id());
    form->setEnabled(box->isChecked());
    connect(box, &QCheckBox::toggled, form, &QWidget::setEnabled);
    m_params[observer->id()] = form;
  }
  grid->addLayout(forms, row, 0, 1, 3);
}

ParamForm* CalibrateAdvanced::observerParams(const std::string& id) const {
  const auto found = m_params.find(id);
  return found == m_params.end() ? nullptr : found->second;
}

void CalibrateAdvanced::fill(CalibrationRequest& request) const {
  request.data.firstSample = m_firstSample->value();
  request.options.microBatch = m_microBatch->value();
  request.options.durableSeconds = m_durable->value();
  std::vector<std::string> chosen;
  for (const auto& observer : calibration::observers()) {
    if (m_observers.at(observer->id())->isChecked()) chosen.push_back(observer->id());
  }
  for (const std::string& id : chosen) {
    const auto form = m_params.find(id);
    if (form == m_params.end() || form->second->values() == ParamSet(calibration::findObserver(id).params())) continue;
    request.options.observerParams[id] = form->second->values();
  }
  if (chosen != calibration::defaultObservers()) request.options.observers = std::move(chosen);
  request.backend.threads = m_threads->value();
  request.backend.memoryBytes = static_cast<std::uint64_t>(m_deviceMemory->value() * kGigabyte);
  request.backend.precision =
      m_precision->currentIndex() == 0 ? compute::MatmulPrecision::Fast : compute::MatmulPrecision::Full;
}

void CalibrateAdvanced::setFrom(const calibration::DatasetOptions& data, const calibration::CalibrateOptions& options) {
  m_firstSample->setValue(static_cast<int>(data.firstSample));
  const auto& ids = options.observers.empty() ? calibration::defaultObservers() : options.observers;
  for (const auto& [id, box] : m_observers) box->setChecked(std::find(ids.begin(), ids.end(), id) != ids.end());
  for (const auto& [id, form] : m_params) {
    const auto asked = options.observerParams.find(id);
    form->setValues(asked != options.observerParams.end() ? asked->second
                                                          : ParamSet(calibration::findObserver(id).params()));
  }
  refreshHead();
}

void CalibrateAdvanced::setAccelerator(bool accelerator) {
  m_deviceMemory->setEnabled(accelerator);
  m_precision->setEnabled(accelerator);
  m_deviceMemory->setToolTip(accelerator ? tr("Most GPU memory to use.")
                                         : tr("The chosen device is the CPU: the memory budget above is the limit."));
  m_precision->setToolTip(accelerator
                              ? tr("fast rounds activations to the weights' 16 bits, as 16-bit models do; full keeps "
                                   "float32's precision at three times the work.")
                              : tr("The chosen device is the CPU, which keeps float32's precision."));
}

void CalibrateAdvanced::setExpanded(bool expanded) {
  m_box->setVisible(expanded);
  m_toggle->setChecked(expanded);
  QSettings().setValue(kGroup + QStringLiteral("/expanded"), expanded);
  refreshHead();
}

QString CalibrateAdvanced::changes() const {
  QStringList words;
  const calibration::CalibrateOptions defaults;
  if (m_microBatch->value() > 0) words << tr("micro-batch %1").arg(m_microBatch->value());
  if (m_firstSample->value() > 0) words << tr("from sample %1").arg(m_firstSample->value());
  if (m_durable->value() != defaults.durableSeconds) {
    words << (m_durable->value() > 0 ? tr("durable every %1 s").arg(m_durable->value())
                                     : tr("durable after every block"));
  }
  if (m_threads->value() > 0) words << text(app::formatCounted(m_threads->value(), "thread", "threads"));
  if (m_deviceMemory->value() > 0) words << tr("device memory %1 GB").arg(m_deviceMemory->value());
  if (m_precision->currentIndex() > 0) words << tr("full precision");
  CalibrationRequest request;
  fill(request);
  if (!request.options.observers.empty()) words << tr("%1 observers").arg(request.options.observers.size());
  for (const auto& [id, params] : request.options.observerParams) {
    const ParamSchema schema = calibration::findObserver(id).params();
    for (const ParamSpec& spec : schema) {
      if (params.at(spec.key) == spec.defaultValue) continue;
      const std::string value = std::visit([](const auto& v) { return fmt::format("{}", v); }, params.at(spec.key));
      words << QStringLiteral("%1 %2 %3").arg(text(id), text(spec.label).toLower(), text(value));
    }
  }
  return words.join(QStringLiteral(" · "));
}

QString CalibrateAdvanced::whyIncomplete() const {
  const bool any =
      std::any_of(m_observers.begin(), m_observers.end(), [](const auto& item) { return item.second->isChecked(); });
  return any ? QString() : tr("choose what to observe");
}

void CalibrateAdvanced::refreshHead() {
  const QString changed = changes();
  const bool expanded = !m_box->isHidden();
  m_toggle->setIcon(
      themedIcon(expanded ? QStringLiteral("chevron-down") : QStringLiteral("chevron-right"), &Theme::accent));
  m_toggle->setText(changed.isEmpty() || expanded ? tr("Advanced") : tr("Advanced: %1").arg(changed));
  m_defaults->setVisible(!changed.isEmpty());
}

void CalibrateAdvanced::edited() {
  refreshHead();
  store();
  emit changed();
}

void CalibrateAdvanced::reset() {
  const calibration::CalibrateOptions defaults;
  for (QSpinBox* spin : {m_microBatch, m_firstSample, m_threads}) spin->setValue(0);
  m_durable->setValue(defaults.durableSeconds);
  m_deviceMemory->setValue(0);
  m_precision->setCurrentIndex(0);
  setFrom({}, defaults);
}

void CalibrateAdvanced::load() {
  reset();
  QSettings settings;
  settings.beginGroup(kGroup);
  m_microBatch->setValue(settings.value(QStringLiteral("microBatch"), 0).toInt());
  m_threads->setValue(settings.value(QStringLiteral("threads"), 0).toInt());
  m_durable->setValue(settings.value(QStringLiteral("durable"), m_durable->value()).toDouble());
  m_deviceMemory->setValue(settings.value(QStringLiteral("deviceMemory"), 0).toDouble());
  m_precision->setCurrentIndex(std::clamp(settings.value(QStringLiteral("precision"), 0).toInt(), 0, 1));
  for (const auto& [id, form] : m_params) {
    try {
      const std::string kept = settings.value(text(id)).toString().toStdString();
      if (!kept.empty())
        form->setValues(ParamSet::fromJson(calibration::findObserver(id).params(), parseJson(kept, id), id));
    } catch (const Error&) {
      continue;  // of another version: the defaults stay
    }
  }
  if (!settings.contains(QStringLiteral("observers"))) return;
  const QStringList chosen = settings.value(QStringLiteral("observers")).toStringList();
  for (const auto& [id, box] : m_observers) box->setChecked(chosen.contains(text(id)));
}

void CalibrateAdvanced::store() const {
  QSettings settings;
  settings.beginGroup(kGroup);
  settings.setValue(QStringLiteral("microBatch"), m_microBatch->value());
  settings.setValue(QStringLiteral("threads"), m_threads->value());
  settings.setValue(QStringLiteral("durable"), m_durable->value());
  settings.setValue(QStringLiteral("deviceMemory"), m_deviceMemory->value());
  settings.setValue(QStringLiteral("precision"), m_precision->currentIndex());
  QStringList chosen;
  for (const auto& [id, box] : m_observers) {
    if (box->isChecked()) chosen << text(id);
  }
  settings.setValue(QStringLiteral("observers"), chosen);
  for (const auto& [id, form] : m_params) settings.setValue(text(id), text(form->values().toJson().dump()));
}

}  // namespace oscope::gui
