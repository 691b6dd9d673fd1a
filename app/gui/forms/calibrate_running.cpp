#include "app/gui/forms/calibrate_running.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QVBoxLayout>
#include <algorithm>

#include "app/common/number_format.h"
#include "app/gui/document.h"
#include "app/gui/forms/block_strip.h"
#include "app/gui/forms/ranges_so_far.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

enum Figure { kThroughput, kMemory, kRead };

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

/// "3.1" and "of 8.0 GB": the part alone, the unit once behind the whole.
std::pair<QString, QString> partOf(std::uint64_t part, std::uint64_t whole) {
  const QString of = QObject::tr("of %1").arg(text(app::formatBytes(static_cast<double>(whole))));
  return {text(app::formatBytes(static_cast<double>(part))), of};
}

}  // namespace

CalibrateRunning::CalibrateRunning(Document& document, QWidget* parent) : QWidget(parent), m_document(document) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(24, 16, 24, 12);
  column->setSpacing(8);
  const auto line = [&](QLabel*& left, QLabel*& right, const char* style) {
    auto* row = new QHBoxLayout;
    left = makeLabel({}, style, this);
    right = makeLabel({}, style, this);
    row->addWidget(left);
    row->addStretch(1);
    row->addWidget(right);
    column->addLayout(row);
  };
  line(m_headline, m_left, "figure");
  m_headline->setObjectName(QStringLiteral("runningHeadline"));
  line(m_where, m_elapsed, "label");
  column->addSpacing(4);
  m_strip = new BlockStrip(this);
  column->addWidget(m_strip);
  column->addWidget(makeRule(Qt::Horizontal, this));
  m_figures = new FigureStrip(this);
  m_figures->layout()->setContentsMargins(0, 10, 0, 8);
  m_figures->addFigure(tr("Throughput"), tr("tokens/s"));
  m_figures->addFigure(tr("Host memory"));
  m_figures->addFigure(tr("Read"));
  column->addWidget(m_figures);
  column->addWidget(makeRule(Qt::Horizontal, this));
  auto* head = new QHBoxLayout;
  head->addWidget(makeLabel(tr("Ranges so far"), "section", this));
  head->addStretch(1);
  head->addWidget(makeLabel(tr("log scale"), "hint", this));
  column->addLayout(head);
  m_ranges = new RangesSoFar(this);
  column->addWidget(m_ranges, 1);
  column->addWidget(makeRule(Qt::Horizontal, this));
  m_log = new QPlainTextEdit(this);
  m_log->setReadOnly(true);
  m_log->setFont(monoFont(11));
  m_log->setFixedHeight(74);
  m_log->setFrameShape(QFrame::NoFrame);
  m_log->setStyleSheet(QStringLiteral("QPlainTextEdit { border: none; padding: 0; }"));
  m_log->setAccessibleName(tr("Log"));
  column->addWidget(m_log);
  m_note = makeLabel(tr("Each finished block is on disk. Stop at any time and resume with the identical result."),
                     "label", this);
  m_note->setContentsMargins(12, 7, 12, 7);
  m_note->setStyleSheet(QStringLiteral("background: %1; border-radius: 6px;").arg(theme().accentSoft.name()));
  column->addWidget(m_note);
  m_clock.setInterval(500);
  connect(&m_clock, &QTimer::timeout, this, &CalibrateRunning::refresh);
  connect(&m_document, &Document::rowsChanged, this, &CalibrateRunning::refreshRanges);
}

QString CalibrateRunning::headline() const {
  return m_headline->text();
}

void CalibrateRunning::follow(CalibrationRun* run) {
  if (m_run == run) return;
  if (m_run != nullptr) m_run->disconnect(this);
  m_run = run;
  m_log->setPlainText(run->log().join(QLatin1Char('\n')));
  connect(run, &CalibrationRun::changed, this, &CalibrateRunning::refresh);
  connect(run, &CalibrationRun::blockDone, this, &CalibrateRunning::refreshRanges);
  connect(run, &CalibrationRun::noted, m_log, &QPlainTextEdit::appendPlainText);
  m_clock.start();
  refreshRanges();
  refresh();
}

void CalibrateRunning::refreshRanges() {
  if (m_run == nullptr) return;
  m_ranges->setThresholds(m_document.v0(), m_document.v1());
  m_ranges->setBlocks(m_run->blocks(), m_run->done());
}

void CalibrateRunning::refresh() {
  if (m_run == nullptr) return;
  if (!m_run->running()) m_clock.stop();
  const int blocks = m_run->blocks(), finished = m_run->finishedBlocks();
  m_headline->setText(finished < blocks ? tr("Block %1 of %2").arg(finished + 1).arg(blocks)
                                        : tr("%1 of %2 blocks").arg(finished).arg(blocks));
  m_left->setText(m_run->running() && m_run->secondsLeft()
                      ? tr("%1 left").arg(text(app::formatDuration(*m_run->secondsLeft())))
                      : QString());
  m_where->setText(finished < blocks ? tr("sample %1 of %2")
                                           .arg(text(app::formatCount(m_run->sampleOfBlock())),
                                                text(app::formatCount(m_run->request().data.samples)))
                                     : tr("putting the snapshot together"));
  m_elapsed->setText(tr("%1 elapsed").arg(text(app::formatDuration(m_run->elapsedSeconds()))));
  m_strip->setProgress(blocks, finished, m_run->blockShare());
  const auto rate = m_run->tokensPerSecond();
  m_figures->setFigure(kThroughput, rate ? text(app::formatCount(std::llround(*rate))) : QStringLiteral("–"));
  const auto [memory, ofMemory] = partOf(m_run->residentBytes(), m_run->promisedBytes());
  m_figures->setFigure(kMemory, memory, ofMemory);
  const auto [read, ofRead] = partOf(m_run->bytesRead(), std::max(m_run->bytesRead(), m_run->sourceBytes()));
  m_figures->setFigure(kRead, read, ofRead);
}

}  // namespace oscope::gui
