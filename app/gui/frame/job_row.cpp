#include "app/gui/frame/job_row.h"

#include <QHBoxLayout>
#include <QProgressBar>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/gui/frame/widgets.h"
#include "app/gui/icons.h"
#include "app/gui/jobs/job_runner.h"
#include "app/gui/jobs/job_text.h"
#include "app/gui/theme.h"

namespace oscope::gui {

JobRow::JobRow(Job* job, QWidget* parent) : QWidget(parent), m_job(job), m_channel(job->channel()) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 2, 0, 4);
  column->setSpacing(4);
  auto* row = new QHBoxLayout;
  row->setSpacing(8);
  m_icon = new IconLabel(QStringLiteral("clock"), &Theme::ink2, 14, this);
  m_title = new QPushButton(job->title(), this);
  m_title->setFlat(true);
  m_title->setCursor(Qt::PointingHandCursor);
  m_title->setStyleSheet(QStringLiteral(
      "QPushButton { border: none; padding: 0; min-height: 20px; font-weight: 600; background: transparent; }"
      "QPushButton:hover, QPushButton:focus { text-decoration: underline; }"));
  m_figures = new ElidedLabel("hint", this);
  m_figures->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  m_cancel = makeIconButton(QStringLiteral("close"), tr("Cancel"), {}, this);
  m_cancel->setFixedSize(22, 22);
  row->addWidget(m_icon);
  row->addWidget(m_title);
  row->addWidget(m_figures, 1);
  row->addWidget(m_cancel);
  column->addLayout(row);
  m_bar = new QProgressBar(this);
  m_bar->setTextVisible(false);
  m_bar->setRange(0, 0);
  column->addWidget(m_bar);
  connect(m_title, &QPushButton::clicked, this, [this] {
    if (m_job != nullptr) emit activated(m_job);
  });
  connect(m_cancel, &QToolButton::clicked, this, [this] { running() ? m_job->cancel() : removeRequested(); });
  connect(job, &Job::progressed, this, &JobRow::showProgress);
  connect(job, &Job::finished, this, &JobRow::showOutcome);
  job->running() ? showProgress() : showOutcome();
}

bool JobRow::running() const {
  return m_job != nullptr && m_job->running();
}

QString JobRow::title() const {
  return m_title->text();
}

QString JobRow::figures() const {
  return m_figures->text();
}

void JobRow::showProgress() {
  const int permille = progressPermille(m_job->progress());
  if (permille >= 0) m_bar->setRange(0, 1000);
  m_bar->setValue(permille);
  m_figures->setText(progressText(m_job->progress()));
}

void JobRow::showOutcome() {
  m_bar->hide();
  m_cancel->setToolTip(tr("Remove from the list"));
  m_cancel->setAccessibleName(tr("Remove from the list"));
  m_failed = m_job->outcome().state == JobOutcome::State::Failed;
  m_figures->setText(endText(*m_job));
  switch (m_job->outcome().state) {
    case JobOutcome::State::Done:
      return m_icon->setIcon(QStringLiteral("check"), &Theme::ok);
    case JobOutcome::State::Cancelled:
      return m_icon->setIcon(QStringLiteral("info"), &Theme::ink3);
    case JobOutcome::State::Failed:
      m_icon->setIcon(QStringLiteral("error"), &Theme::error);
      m_figures->setToolTip(m_job->outcome().message);
      break;
  }
}

}  // namespace oscope::gui
