#include "app/gui/frame/jobs_dock.h"

#include <QApplication>
#include <QClipboard>
#include <QDateTime>
#include <QHBoxLayout>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QScrollArea>
#include <QTabBar>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/gui/frame/dock_head.h"
#include "app/gui/frame/job_row.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/jobs/job_runner.h"
#include "app/gui/jobs/job_text.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr int kKeptRows = 8;
constexpr int kLogLines = 2000;
constexpr int kWorthShowing = 200;  // milliseconds; shorter work shows nothing, unless it fails

}  // namespace

JobsDock::JobsDock(JobRunner& jobs, DockHead* head, QWidget* parent) : QWidget(parent), m_head(head) {
  head->setProperty("class", "surface");
  head->title()->setText(tr("Jobs"));
  m_summary = head->hint();
  m_headBar = new QProgressBar(head);
  m_headBar->setTextVisible(false);
  m_headBar->setFixedWidth(140);
  m_headBar->hide();
  head->addToTitle(m_headBar);
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
  scroll->setAccessibleName(tr("Jobs"));
  auto* content = new QWidget(scroll);
  content->setProperty("class", "surface");
  m_rows = new QVBoxLayout(content);
  m_rows->setContentsMargins(0, 0, 0, 0);
  m_nothing = makeLabel(tr("Nothing is running."), "hint", content);
  m_rows->addWidget(m_nothing);
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
  m_tabs->setAccessibleName(tr("Log or problems"));
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
  m_log->setAccessibleName(tr("Log"));
  m_problems->setAccessibleName(tr("Problems"));
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
  connect(m_tabs, &QTabBar::tabBarClicked, this, [this] {
    if (m_collapsed) emit expandRequested();
  });
  connect(&jobs, &JobRunner::jobStarted, this, [this](Job* job) {
    if (job->quiet()) return;
    QTimer::singleShot(kWorthShowing, job, [this, job] {
      if (job->running()) addRow(job);
    });
    connect(job, &Job::progressed, this, &JobsDock::refreshSummary);
  });
  connect(&jobs, &JobRunner::jobFinished, this, [this](Job* job) {
    const auto rows = this->rows();
    const bool shown = std::any_of(rows.begin(), rows.end(), [job](const JobRow* row) { return row->job() == job; });
    if (!shown && !job->quiet() && job->outcome().state == JobOutcome::State::Failed) addRow(job);
    refreshSummary();
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

std::vector<JobRow*> JobsDock::rows() const {
  std::vector<JobRow*> all;
  for (int i = 0; i < m_rows->count(); ++i) {
    if (auto* row = qobject_cast<JobRow*>(m_rows->itemAt(i)->widget())) all.push_back(row);
  }
  return all;
}

void JobsDock::addRow(Job* job) {
  // What follows the selection or an edit happens again and again: its last time stands for all of them.
  std::vector<JobRow*> known = rows();
  std::erase_if(known, [&](JobRow* row) {
    const bool same = row->title() == job->title() || (!row->channel().isEmpty() && row->channel() == job->channel());
    if (!same || row->running() || row->failed()) return false;
    return removeRow(row), true;
  });
  auto* row = new JobRow(job, this);
  connect(row, &JobRow::activated, this, &JobsDock::jobActivated);
  connect(row, &JobRow::removeRequested, this, [this, row] {
    removeRow(row);
    refreshSummary();
  });
  m_rows->insertWidget(0, row);
  for (std::size_t i = known.size(); i-- > 0 && known.size() >= kKeptRows;) {
    if (known[i]->running()) continue;
    removeRow(known[i]);
    known.erase(known.begin() + static_cast<std::ptrdiff_t>(i));
  }
  refreshSummary();
}

void JobsDock::removeRow(JobRow* row) {
  m_rows->removeWidget(row);
  row->hide();
  row->deleteLater();
}

void JobsDock::setCollapsed(bool collapsed) {
  m_collapsed = collapsed;
  refreshSummary();
}

void JobsDock::refreshSummary() {
  const std::vector<JobRow*> all = rows();
  const auto running = std::count_if(all.begin(), all.end(), [](const JobRow* row) { return row->running(); });
  const auto newest = std::find_if(all.begin(), all.end(), [](const JobRow* row) { return row->running(); });
  m_nothing->setVisible(all.empty());
  QString text = running == 0 ? QString() : tr("%1 running").arg(running);
  m_headBar->setVisible(m_collapsed && running > 0);
  if (m_collapsed && newest != all.end()) {
    const Job* job = (*newest)->job();
    const int permille = progressPermille(job->progress());
    m_headBar->setRange(0, permille < 0 ? 0 : 1000);
    m_headBar->setValue(permille);
    const QString figures = progressText(job->progress());
    text = job->title() + (figures.isEmpty() ? QString() : QStringLiteral(" · ") + figures);
    if (running > 1) text += tr("   and %1 more").arg(running - 1);
  }
  m_summary->setText(text);
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
