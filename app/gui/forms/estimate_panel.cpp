#include "app/gui/forms/estimate_panel.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>
#include <algorithm>

#include "app/common/number_format.h"
#include "app/gui/forms/source_form.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/icons.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr int kHead = 42, kRow = 30, kFewestRows = 5, kFoot = 34;
constexpr int kLeft = 16, kBarLeft = 236, kValueRight = 186, kNoteWidth = 176;

QString bytes(std::uint64_t value) {
  return QString::fromStdString(app::formatBytes(static_cast<double>(value)));
}

double shareOf(std::uint64_t part, std::uint64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

}  // namespace

EstimatePanel::EstimatePanel(QWidget* parent) : QWidget(parent) {
  setFixedHeight(kHead + kFewestRows * kRow + kFoot);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kLeft, 0, kLeft, 0);
  column->setSpacing(0);
  m_head = new QWidget(this);
  m_head->setFixedHeight(kHead);
  auto* row = new QHBoxLayout(m_head);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(8);
  m_icon = new QLabel(m_head);
  m_title = new QLabel(m_head);
  m_title->setObjectName(QStringLiteral("estimateHeadline"));
  m_title->setFont(uiFont(12, QFont::DemiBold));
  m_note = makeLabel({}, "hint", m_head);
  m_note->setWordWrap(true);
  row->addWidget(m_icon);
  row->addWidget(m_title);
  row->addWidget(m_note, 1);
  column->addWidget(m_head);
  column->addStretch(1);
  m_foot = makeLabel({}, "hint", this);
  m_foot->setFixedHeight(kFoot);
  m_foot->setContentsMargins(22, 0, 0, 6);
  column->addWidget(m_foot);
  setIncomplete({});
}

QString EstimatePanel::headline() const {
  return m_title->text();
}

void EstimatePanel::setHead(const char* icon, QColor Theme::*color, const QString& title, const QString& note) {
  m_iconName = QLatin1String(icon);
  m_iconColor = color;
  refreshIcon();
  m_title->setText(title);
  m_note->setText(note);
}

void EstimatePanel::refreshIcon() {
  m_icon->setPixmap(iconPixmap(m_iconName, theme().*m_iconColor, 16, devicePixelRatioF()));
}

void EstimatePanel::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange && !m_iconName.isEmpty()) refreshIcon();
}

void EstimatePanel::setChecking() {
  m_dimmed = true;
  setHead("clock", &Theme::ink3, tr("Checking…"), {});
  update();
}

void EstimatePanel::setIncomplete(const QString& what) {
  m_rows.clear();
  m_dimmed = false;
  m_foot->clear();
  setHead("info", &Theme::ink3, tr("Not yet"), what);
  update();
}

void EstimatePanel::setPreflight(const calibration::Preflight& preflight, std::uint64_t checkpointBytes) {
  m_dimmed = false;
  m_rows.clear();
  m_foot->clear();
  if (preflight.fits()) {
    setHead("check", &Theme::ok, tr("It fits"), tr("estimated from the headers, before anything is read"));
  } else {
    setHead("error", &Theme::error, preflight.data ? tr("It does not fit") : tr("No tokens"),
            problemText(preflight.problems.front()));
  }
  if (preflight.data) {
    const calibration::CalibrateEstimate& e = preflight.estimate;
    const QString time = e.seconds ? QString::fromStdString(app::formatDuration(*e.seconds)) : QStringLiteral("–");
    m_rows.push_back({QStringLiteral("clock"), tr("Time"), time, tr("from the device's measured rate"), {}});
    if (e.deviceBudget > 0) {
      m_rows.push_back({QStringLiteral("chip"), tr("Device memory, peak"), bytes(e.deviceMemory),
                        tr("of %1").arg(bytes(e.deviceBudget)), shareOf(e.deviceMemory, e.deviceBudget)});
    }
    m_rows.push_back({QStringLiteral("memory"), tr("Host memory, peak"), bytes(e.peakMemory),
                      tr("of %1").arg(bytes(e.promisedMemory)), shareOf(e.peakMemory, e.promisedMemory)});
    m_rows.push_back({QStringLiteral("folder"), tr("Checkpoint, read once"), bytes(checkpointBytes), tr("mapped"), {}});
    m_rows.push_back({QStringLiteral("save"), tr("Disk while it runs"), bytes(e.diskBytes),
                      tr("of %1 free").arg(bytes(e.freeDisk)), shareOf(e.diskBytes, e.freeDisk)});
    m_rows.push_back(
        {QStringLiteral("snapshot"), tr("Snapshot, written"), tr("≤ %1").arg(bytes(e.snapshotBytes)), {}, {}});
    if (e.gramBytes > 0) {
      m_rows.push_back({QStringLiteral("heatmap"),
                        tr("Gram matrices"),
                        bytes(e.gramBytes),
                        e.gramSpilled ? tr("spilled to disk") : tr("in memory"),
                        {}});
    }
    m_foot->setText(tr("One block of weights, %1, is in memory at a time; hidden states, %2, %3.")
                        .arg(bytes(e.weightsPerBlock), bytes(e.hiddenBytes),
                             e.spilled ? tr("are spilled to disk") : tr("stay in memory")));
  }
  setFixedHeight(kHead + std::max(kFewestRows, static_cast<int>(m_rows.size())) * kRow + kFoot);
  update();
}

void EstimatePanel::paintEvent(QPaintEvent*) {
  const Theme& t = theme();
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(t.border);
  painter.setBrush(t.surface2);
  painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);
  if (m_dimmed) painter.setOpacity(0.6);
  double y = kHead;
  for (const Row& row : m_rows) {
    const double middle = y + kRow / 2.0;
    painter.drawPixmap(QPointF(kLeft, middle - 7), iconPixmap(row.icon, t.ink2, 14, devicePixelRatioF()));
    painter.setFont(uiFont(12));
    painter.setPen(t.ink);
    painter.drawText(QRectF(kLeft + 22, y, kBarLeft - kLeft - 22, kRow), Qt::AlignVCenter | Qt::AlignLeft, row.label);
    const double valueLeft = width() - kValueRight - 90;
    if (row.share) {
      const QRectF bar(kBarLeft, middle - 3, valueLeft - kBarLeft - 8, 6);
      painter.setPen(Qt::NoPen);
      painter.setBrush(t.border);
      painter.drawRoundedRect(bar, 3, 3);
      QRectF filled = bar;
      filled.setWidth(std::max(3.0, bar.width() * std::clamp(*row.share, 0.0, 1.0)));
      painter.setBrush(*row.share > 1 ? t.error : t.accent);
      painter.drawRoundedRect(filled, 3, 3);
    }
    painter.setFont(monoFont(12));
    painter.setPen(row.share.value_or(0) > 1 ? t.error : t.ink);
    painter.drawText(QRectF(valueLeft, y, 90, kRow), Qt::AlignVCenter | Qt::AlignRight, row.value);
    painter.setFont(uiFont(11));
    painter.setPen(t.ink3);
    painter.drawText(QRectF(width() - kNoteWidth, y, kNoteWidth - 8, kRow), Qt::AlignVCenter | Qt::AlignLeft, row.note);
    y += kRow;
  }
}

}  // namespace oscope::gui
