#include "app/gui/forms/calibrate_dialog.h"

#include <QDir>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "app/gui/document.h"
#include "app/gui/forms/calibrate_form.h"
#include "app/gui/forms/calibrate_running.h"
#include "app/gui/frame/mnemonics.h"
#include "app/gui/frame/panes.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/theme.h"

namespace oscope::gui {

CalibrateDialog::CalibrateDialog(Document& document, StageJobs& stages, JobRunner& jobs, QWidget* parent)
    : QDialog(parent), m_document(document), m_stages(stages) {
  setWindowTitle(tr("Calibrate"));
  setModal(false);
  resize(704, 752);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  auto* body = new QWidget(this);
  body->setProperty("class", "surface");
  auto* bodyColumn = new QVBoxLayout(body);
  bodyColumn->setContentsMargins(0, 0, 0, 0);
  bodyColumn->setSpacing(0);
  column->addWidget(body);

  auto* head = new QHBoxLayout;
  head->setContentsMargins(24, 14, 24, 14);
  head->setSpacing(10);
  head->addWidget(makeLabel(tr("Calibrate"), "title", body));
  m_subject = makeLabel({}, "label", body);
  head->addWidget(m_subject, 1);
  bodyColumn->addLayout(head);
  bodyColumn->addWidget(makeRule(Qt::Horizontal, body));
  m_failure = makeLabel({}, "errorBar", body);
  m_failure->setObjectName(QStringLiteral("calibrateFailure"));
  m_failure->setWordWrap(true);
  m_failure->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_failure->setContentsMargins(24, 8, 24, 8);
  m_failure->hide();
  bodyColumn->addWidget(m_failure);

  m_pages = new QStackedWidget(body);
  m_form = new CalibrateForm(document, stages, jobs);
  auto* scroll = new QScrollArea(m_pages);
  scroll->setWidget(m_form);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setFocusPolicy(Qt::NoFocus);  // its fields scroll themselves into sight
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_running = new CalibrateRunning(document, m_pages);
  m_pages->addWidget(scroll);
  m_pages->addWidget(m_running);
  bodyColumn->addWidget(m_pages, 1);
  bodyColumn->addWidget(makeRule(Qt::Horizontal, body));

  auto* foot = new QHBoxLayout;
  foot->setContentsMargins(24, 12, 24, 14);
  foot->setSpacing(8);
  m_reason = makeLabel({}, "hint", body);
  m_reason->setWordWrap(true);
  m_cancel = new QPushButton(tr("Cancel"), body);
  m_start = new QPushButton(tr("Start calibration"), body);
  m_start->setProperty("class", "primary");
  m_background = new QPushButton(tr("Run in background"), body);
  m_stop = new QPushButton(tr("Stop and keep"), body);
  m_stop->setProperty("class", "danger");
  foot->addWidget(m_reason, 1);
  for (QPushButton* button : {m_cancel, m_start, m_background, m_stop}) {
    button->setMinimumHeight(32);
    button->setAutoDefault(false);
    foot->addWidget(button);
  }
  bodyColumn->addLayout(foot);

  connect(m_cancel, &QPushButton::clicked, this, &QDialog::close);
  connect(m_background, &QPushButton::clicked, this, &QDialog::close);
  connect(m_start, &QPushButton::clicked, this, [this] { start(m_form->request()); });
  connect(m_stop, &QPushButton::clicked, this, [this] {
    if (m_stages.calibration() != nullptr) m_stages.calibration()->stop();
    m_stop->setEnabled(false);
  });
  connect(m_form, &CalibrateForm::whyNotChanged, this, &CalibrateDialog::refreshButtons);
  connect(m_form, &CalibrateForm::resumeRequested, this, &CalibrateDialog::start);
  connect(&m_stages, &StageJobs::calibrationStarted, this, [this](CalibrationRun* run) {
    connect(run, &CalibrationRun::finished, this, &CalibrateDialog::end);
    showRun(run);
  });
  connect(&m_document, &Document::modelChanged, this, &CalibrateDialog::refreshTitle);
  giveMnemonics(this);
  refreshTitle();
  showForm();
}

void CalibrateDialog::refreshTitle() {
  const auto model = m_document.model();
  if (model == nullptr) return m_subject->setText(tr("no checkpoint is open"));
  std::size_t sites = 0;
  for (const model::BlockGraph& block : model->graph.blocks) sites += block.sites.size();
  const QString name = QDir(QDir::cleanPath(QString::fromStdString(model->folder.string()))).dirName();
  m_subject->setText(tr("%1 · %2 blocks · %3 sites").arg(name).arg(model->graph.blocks.size()).arg(sites));
}

bool CalibrateDialog::showsRun() const {
  return m_pages->currentWidget() == m_running;
}

QString CalibrateDialog::reason() const {
  return m_reason->text();
}

QString CalibrateDialog::message() const {
  return m_failure->isHidden() ? QString() : m_failure->text();
}

void CalibrateDialog::bringUp() {
  CalibrationRun* run = m_stages.calibration();
  run != nullptr && run->running() ? showRun(run) : showForm();
  show();
  raise();
  activateWindow();
}

void CalibrateDialog::start(const CalibrationRequest& request) {
  m_failure->hide();
  m_stages.calibrate(request);
}

void CalibrateDialog::showRun(CalibrationRun* run) {
  m_running->follow(run);
  m_pages->setCurrentWidget(m_running);
  m_stop->setEnabled(true);
  refreshButtons();
  m_background->setFocus();
}

void CalibrateDialog::end(const JobOutcome& outcome) {
  if (outcome.state == JobOutcome::State::Failed) {
    QString text = strongText(outcome.text.toHtmlEscaped());
    if (!outcome.where.isEmpty()) text += QStringLiteral("<br>") + outcome.where.toHtmlEscaped();
    if (!outcome.remedy.isEmpty()) text += QStringLiteral("<br>") + outcome.remedy.toHtmlEscaped();
    m_failure->setText(text);
    m_failure->show();
  }
  if (outcome.state == JobOutcome::State::Done) close();  // the views show what came out
  showForm();
}

void CalibrateDialog::showForm() {
  m_pages->setCurrentIndex(0);
  m_form->check();
  refreshButtons();
  takeKeyboard(m_form);
}

void CalibrateDialog::refreshButtons() {
  const bool run = showsRun();
  m_cancel->setVisible(!run);
  m_start->setVisible(!run);
  m_background->setVisible(run);
  m_stop->setVisible(run);
  const QString whyNot = m_form->whyNot();
  m_start->setEnabled(whyNot.isEmpty());
  m_start->setToolTip(whyNot);
  m_reason->setText(run ? tr("Stops within a second") : whyNot.isEmpty() ? tr("Same seed, same bits") : whyNot);
}

}  // namespace oscope::gui
