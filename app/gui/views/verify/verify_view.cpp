#include "app/gui/views/verify/verify_view.h"

#include <QEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "app/common/number_format.h"
#include "app/gui/document.h"
#include "app/gui/frame/panes.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/jobs/stage_jobs.h"
#include "app/gui/plots/save_picture.h"
#include "app/gui/theme.h"
#include "app/gui/views/verify/agreement_plot.h"
#include "app/gui/views/verify/report_figures.h"
#include "app/gui/views/verify/report_page.h"
#include "app/gui/views/verify/site_bars.h"
#include "app/gui/views/verify/verify_setup.h"

namespace oscope::gui {
namespace {

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

}  // namespace

VerifyView::VerifyView(const ViewServices& services, QWidget* parent) : View(parent), m_services(services) {
  m_controls = new QWidget(this);
  auto* controls = new QHBoxLayout(m_controls);
  controls->setContentsMargins(0, 0, 0, 0);
  controls->setSpacing(12);
  m_badge = new QLabel(m_controls);
  m_badge->setObjectName(QStringLiteral("verifyBadge"));
  m_badge->setContentsMargins(10, 0, 10, 0);
  m_save = new QPushButton(tr("Save report…"), m_controls);
  m_again = new QPushButton(tr("Run again"), m_controls);
  m_badge->setFixedHeight(22);
  controls->addWidget(m_badge, 0, Qt::AlignVCenter);
  controls->addWidget(m_save);
  controls->addWidget(m_again);

  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  m_pages = new QStackedWidget(this);
  column->addWidget(m_pages);
  m_setup = new VerifySetup(services, m_pages);
  m_scroll = new QScrollArea(m_pages);
  m_scroll->setWidgetResizable(true);
  m_scroll->setFrameShape(QFrame::NoFrame);
  m_scroll->setAccessibleName(tr("Report"));
  m_page = new ReportPage(services.context);
  m_scroll->setWidget(m_page);
  m_pages->addWidget(m_setup);
  m_pages->addWidget(m_scroll);

  connect(m_save, &QPushButton::clicked, this, &VerifyView::chooseFile);
  connect(m_again, &QPushButton::clicked, this, [this] {
    m_pages->setCurrentWidget(m_setup);
    m_setup->refresh();
    takeKeyboard(m_setup);  // the button that was pressed stands in the header
    emit subtitleChanged();
  });
  connect(m_setup, &VerifySetup::backRequested, this, &VerifyView::refresh);
  connect(&m_services.document, &Document::reportChanged, this, &VerifyView::refresh);
  refresh();
}

bool VerifyView::showsReport() const {
  return m_pages->currentWidget() == m_scroll;
}

QString VerifyView::badge() const {
  return m_badge->text();
}

QString VerifyView::subtitle() const {
  const auto& report = m_services.document.report();
  if (!report || !showsReport()) return tr("written files against the plan, quantized against float");
  return tr("%1 → %2 · %3 tokens · took %4")
      .arg(text(report->model), QFileInfo(text(report->exported)).fileName(),
           text(app::formatCount(report->windows * report->windowLength)), text(app::formatDuration(report->seconds)));
}

void VerifyView::refresh() {
  const auto& report = m_services.document.report();
  for (QWidget* control : {static_cast<QWidget*>(m_badge), static_cast<QWidget*>(m_save)}) {
    control->setVisible(report.has_value());
  }
  m_again->setVisible(report.has_value());
  showPage(m_pages, report ? static_cast<QWidget*>(m_scroll) : m_setup);
  m_setup->refresh();
  if (report) {
    m_page->setReport(*report);
    const int warnings = warningCount(*report);
    QString words = report->passed() ? tr("✓ Passed") : tr("✕ Failed");
    if (warnings > 0) words += warnings == 1 ? tr(", 1 warning") : tr(", %1 warnings").arg(warnings);
    m_badge->setText(words);
    m_badge->setToolTip(tr("Warnings: findings, and sites measured more than 2 dB away from their prediction"));
    const QColor color = report->passed() ? theme().ok : theme().error;
    m_badge->setStyleSheet(QStringLiteral("background: %1; color: %2; border-radius: 11px; font-weight: 600;")
                               .arg(mixed(theme().surface, color, 0.12).name(), color.name()));
  }
  emit subtitleChanged();
}

void VerifyView::changeEvent(QEvent* event) {
  View::changeEvent(event);
  if (event->type() != QEvent::PaletteChange) return;
  // Badge and icons carry colours. Later: the application goes through all widgets, and these are made anew.
  const auto recolour = [this] {
    if (showsReport()) refresh();
  };
  QMetaObject::invokeMethod(this, recolour, Qt::QueuedConnection);
}

bool VerifyView::canSavePicture() const {
  return showsReport() && !m_services.document.report()->sites.empty();
}

FileWork VerifyView::savePicture(const QString& path) {
  const QSize size(m_page->scatter()->width() + m_page->bars()->width(),
                   std::max(m_page->scatter()->height(), m_page->bars()->height()));
  const QSize left = m_page->scatter()->size();
  return gui::savePicture(path, size, [&](QPainter& painter) {
    m_page->scatter()->renderTo(painter);
    m_page->bars()->renderTo(painter, QRectF(left.width(), 0, m_page->bars()->width(), m_page->bars()->height()));
  });
}

QString VerifyView::csv() const {
  const auto& report = m_services.document.report();
  if (!report || !showsReport()) return {};
  QString table = QStringLiteral("block,site,policy,predicted_db,measured_db,end_to_end_input_db,cosine\n");
  for (const quant::SiteMeasure& site : report->sites) {
    table += QStringLiteral("%1,%2,%3,%4,%5,%6,%7\n")
                 .arg(site.id.block)
                 .arg(QString::fromUtf8(toString(site.id.kind).data()))
                 .arg(QString::fromUtf8(quant::toString(site.policy).data()))
                 .arg(site.predictedDb ? QString::number(*site.predictedDb, 'g', 9) : QString())
                 .arg(site.outputSqnrLocalDb, 0, 'g', 9)
                 .arg(site.inputSqnrDb, 0, 'g', 9)
                 .arg(site.inputCosine, 0, 'g', 9);
  }
  return table;
}

void VerifyView::saveReport(const QString& path) {
  if (!m_services.document.report()) return;
  quant::VerifyReport report = *m_services.document.report();
  report.notes = m_services.document.recipe().notes;  // also those that were written after the export
  try {
    if (path.endsWith(QLatin1String(".json"))) {
      writeJsonFile(path.toStdString(), quant::toJson(report));
    } else {
      quant::saveVerifyHtml(report, path.toStdString());
    }
    emit m_services.stages->noted(tr("report saved: %1").arg(path));
  } catch (const Error& error) {
    JobOutcome outcome;
    outcome.state = JobOutcome::State::Failed;
    outcome.text = text(error.text());
    outcome.where = text(error.where());
    outcome.remedy = text(error.remedy());
    emit m_services.stages->failed(QStringLiteral("verify"), outcome);
  }
}

void VerifyView::chooseFile() {
  QString filter;
  QString path = QFileDialog::getSaveFileName(this, tr("Save report"), QStringLiteral("verify.html"),
                                              tr("Page with plots (*.html);;JSON (*.json)"), &filter);
  if (path.isEmpty()) return;
  if (!path.endsWith(QLatin1String(".html")) && !path.endsWith(QLatin1String(".json"))) {
    path += filter.contains(QLatin1String("json")) ? QStringLiteral(".json") : QStringLiteral(".html");
  }
  saveReport(path);
}

}  // namespace oscope::gui
