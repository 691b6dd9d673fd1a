#include "app/gui/frame/jobs_dock.h"

#include <QApplication>
#include <QClipboard>
#include <QDateTime>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QTabBar>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/common/number_format.h"
#include "app/gui/frame/dock_head.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/icons.h"
#include "app/gui/jobs/job_runner.h"
#include "app/gui/jobs/job_text.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr int kKeptRows = 8;
constexpr int kLogLines = 2000;

/// One job: icon, title, figures, bar, cancel; once it has ended the cross takes the row away.
class JobRow : public QWidget {
 public:
  JobRow(Job* job, QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 2, 0, 4);
    column->setSpacing(4);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    m_icon = new IconLabel(QStringLiteral("clock"), &Theme::ink2, 14, this);
    auto* title = m_title = new QPushButton(job->title(), this);
    title->setFlat(true);
    title->setCursor(Qt::PointingHandCursor);
    title->setStyleSheet(QStringLiteral(
        "QPushButton { border: none; padding: 0; min-height: 20px; font-weight: 600; background: transparent; }"
        "QPushButton:hover, QPushButton:focus { text-decoration: underline; }"));
    m_figures = new ElidedLabel("hint", this);
    m_figures->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_cancel = makeIconButton(QStringLiteral("close"), QObject::tr("Cancel"), {}, this);
    m_cancel->setFixedSize(22, 22);
    row->addWidget(m_icon);
    row->addWidget(title);
    row->addWidget(m_figures, 1);
    row->addWidget(m_cancel);
    column->addLayout(row);
    m_bar = new QProgressBar(this);
    m_bar->setTextVisible(false);
    m_bar->setRange(0, 0);
    column->addWidget(m_bar);
    connect(m_cancel, &QToolButton::clicked, this, [this, job] { job->running() ? job->cancel() : deleteLater(); });
    connect(job, &Job::progressed, this, [this](const Progress& progress) {
      m_bar->setRange(0, 1000);
      m_bar->setValue(progress.total > 0 ? static_cast<int>(1000 * progress.done / progress.total) : 0);
      m_figures->setText(progressText(progress));
    });
    connect(job, &Job::finished, this, [this, job](const JobOutcome& outcome) {
      m_bar->hide();
      m_cancel->setToolTip(QObject::tr("Remove from the list"));
      m_cancel->setAccessibleName(QObject::tr("Remove from the list"));
      const QString time = QString::fromStdString(app::formatDuration(job->seconds()));
      switch (outcome.state) {
        case JobOutcome::State::Done:
          m_icon->setIcon(QStringLiteral("check"), &Theme::ok);
          m_figures->setText(QObject::tr("done in %1").arg(time));
          break;
        case JobOutcome::State::Cancelled:
          m_icon->setIcon(QStringLiteral("info"), &Theme::ink3);
          m_figures->setText(QObject::tr("cancelled after %1").arg(time));
          break;
        case JobOutcome::State::Failed:
          m_icon->setIcon(QStringLiteral("error"), &Theme::error);
          m_figures->setText(QObject::tr("failed: %1").arg(outcome.text));
          m_figures->setToolTip(outcome.message);
          break;
      }
    });
  }

  QPushButton* title() const { return m_title; }

 private:
  IconLabel* m_icon;
  ElidedLabel* m_figures;
  QPushButton* m_title;
  QToolButton* m_cancel;
  QProgressBar* m_bar;
};

}  // namespace

JobsDock::JobsDock(JobRunner& jobs, DockHead* head, QWidget* parent) : QWidget(parent), m_jobs(jobs), m_head(head) {
  head->setProperty("class", "surface");
  head->title()->setText(tr("Jobs"));
  m_running = head->hint();
  setProperty("class", "surface");
  setAttribute(Qt::WA_StyledBackground);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(0);

  auto* left = m_left = new QWidget(this);
  auto* leftColumn = new QVBoxLayout(left);
  leftColumn->setContentsMargins(16, 0, 12, 4);
  auto* scroll = new QScrollArea(left);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* content = new QWidget(scroll);
  content->setProperty("class", "surface");
  m_rows = new QVBoxLayout(content);
  m_rows->setContentsMargins(0, 0, 0, 0);
  m_rows->addStretch(1);
  scroll->setWidget(content);
  leftColumn->addWidget(scroll, 1);
  row->addWidget(left, 1);
  row->addWidget(makeRule(Qt::Vertical, this));

  auto* right = new QWidget(this);
  auto* rightColumn = new QVBoxLayout(right);
  rightColumn->setContentsMargins(16, 0, 12, 4);
  m_tabs = new QTabBar(head);
  m_tabs->setDrawBase(false);
  m_tabs->setExpanding(false);
  m_tabs->addTab(tr("Log"));
  m_tabs->addTab(tr("Problems"));
  auto* copy = makeIconButton(QStringLiteral("copy"), tr("Copy the log"), {}, head);
  copy->setFixedSize(24, 24);
  head->add(m_tabs, 1);
  head->add(copy);
  for (QPlainTextEdit** edit : {&m_log, &m_problems}) {
    *edit = new QPlainTextEdit(right);
    (*edit)->setReadOnly(true);
    (*edit)->setFont(monoFont(11));
    (*edit)->setMaximumBlockCount(kLogLines);
    (*edit)->setFrameShape(QFrame::NoFrame);
    (*edit)->setStyleSheet(QStringLiteral("QPlainTextEdit { border: none; padding: 0; }"));
    rightColumn->addWidget(*edit, 1);
  }
  m_problems->hide();
  row->addWidget(right, 1);

  connect(m_tabs, &QTabBar::currentChanged, this, [this, copy](int tab) {
    m_log->setVisible(tab == 0);
    m_problems->setVisible(tab == 1);
    copy->setToolTip(tab == 0 ? tr("Copy the log") : tr("Copy the problems"));
    copy->setAccessibleName(copy->toolTip());
  });
  connect(copy, &QToolButton::clicked, this, [this] {
    QApplication::clipboard()->setText((m_tabs->currentIndex() == 0 ? m_log : m_problems)->toPlainText());
  });
  connect(&jobs, &JobRunner::jobStarted, this, &JobsDock::addJob);
  connect(&jobs, &JobRunner::jobFinished, this, [this](Job* job) {
    refreshRunning();
    if (job->outcome().state == JobOutcome::State::Failed) {
      addProblem({Severity::Error, "job.failed", job->outcome().where.toStdString(), job->outcome().text.toStdString(),
                  job->outcome().remedy.toStdString()});
    }
  });
  connect(&jobs, &JobRunner::diagnosed, this, &JobsDock::addProblem);
}

void JobsDock::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  m_head->setTitleWidth(m_left->geometry().right() + 17);  // the tabs stand above their column
}

void JobsDock::addJob(Job* job) {
  if (job->quiet()) return;
  refreshRunning();
  auto* row = new JobRow(job, this);
  connect(row->title(), &QPushButton::clicked, job, [this, job] { emit jobActivated(job); });
  m_rows->insertWidget(0, row);
  while (m_rows->count() > kKeptRows + 1) {
    QLayoutItem* oldest = m_rows->takeAt(m_rows->count() - 2);
    delete oldest->widget();
    delete oldest;
  }
}

void JobsDock::refreshRunning() {
  const auto jobs = m_jobs.jobs();
  const auto running =
      std::count_if(jobs.begin(), jobs.end(), [](const Job* job) { return job->running() && !job->quiet(); });
  m_running->setText(running == 0 ? QString() : tr("%1 running").arg(running));
}

QString JobsDock::problemsText() const {
  return m_problems->toPlainText();
}

QString JobsDock::logText() const {
  return m_log->toPlainText();
}

void JobsDock::log(const QString& text) {
  m_log->appendPlainText(QDateTime::currentDateTime().toString(QStringLiteral("HH:mm:ss  ")) + text);
}

void JobsDock::addProblem(const Diagnostic& diagnostic) {
  if (diagnostic.severity == Severity::Info) {
    log(QString::fromStdString(diagnostic.where + ": " + diagnostic.text));
    return;
  }
  ++m_problemCount;
  m_tabs->setTabText(1, tr("Problems %1").arg(m_problemCount));
  QString text = QString::fromUtf8(diagnostic.severity == Severity::Error ? "✕ " : "△! ");
  text += QString::fromStdString(diagnostic.text);
  if (!diagnostic.where.empty()) text += QStringLiteral("  [%1]").arg(QString::fromStdString(diagnostic.where));
  if (!diagnostic.remedy.empty()) text += QStringLiteral("  → %1").arg(QString::fromStdString(diagnostic.remedy));
  m_problems->appendPlainText(text);
}

}  // namespace oscope::gui
