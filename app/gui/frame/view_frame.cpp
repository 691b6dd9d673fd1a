#include "app/gui/frame/view_frame.h"

#include <QApplication>
#include <QClipboard>
#include <QFile>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/gui/document.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/icons.h"
#include "app/gui/theme.h"
#include "app/gui/view_context.h"

namespace oscope::gui {

ViewFrame::ViewFrame(const ViewServices& services, QWidget* parent) : QWidget(parent), m_services(services) {
  setProperty("class", "surface");
  setAttribute(Qt::WA_StyledBackground);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);

  auto* header = new QWidget(this);
  header->setFixedHeight(48);
  auto* row = new QHBoxLayout(header);
  row->setContentsMargins(12, 0, 16, 0);
  row->setSpacing(6);
  m_back = makeIconButton(QStringLiteral("back"), tr("Back"), QKeySequence(Qt::ALT | Qt::Key_Left), header);
  m_forward = makeIconButton(QStringLiteral("forward"), tr("Forward"), QKeySequence(Qt::ALT | Qt::Key_Right), header);
  m_title = makeLabel({}, "title", header);
  m_subtitle = new ElidedLabel("label", header);
  m_save = makeIconButton(QStringLiteral("save"), tr("Save picture or table"),
                          QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E), header);
  row->addWidget(m_back);
  row->addWidget(m_forward);
  row->addSpacing(6);
  row->addWidget(m_title);
  row->addSpacing(4);
  row->addWidget(m_subtitle, 1);
  m_controls = new QHBoxLayout;
  m_controls->setSpacing(12);
  row->addLayout(m_controls);
  row->addWidget(m_save);
  column->addWidget(header);
  column->addWidget(makeRule(Qt::Horizontal, this));

  m_busyLine = new QWidget(this);
  m_busyLine->setFixedHeight(2);
  m_busyLine->setStyleSheet(QStringLiteral("background: palette(highlight)"));
  m_busyLine->hide();
  column->addWidget(m_busyLine);

  m_errorBar = new QWidget(this);
  auto* errorRow = new QHBoxLayout(m_errorBar);
  errorRow->setContentsMargins(16, 8, 12, 8);
  auto* errorIcon = new QLabel(m_errorBar);
  errorIcon->setPixmap(iconPixmap(QStringLiteral("error"), theme().error, 16, devicePixelRatioF()));
  m_errorText = new QLabel(m_errorBar);
  m_errorText->setObjectName(QStringLiteral("errorText"));
  m_errorText->setWordWrap(true);
  m_errorText->setTextInteractionFlags(Qt::TextSelectableByMouse);
  auto* copy = new QPushButton(tr("Copy details"), m_errorBar);
  auto* close = makeIconButton(QStringLiteral("close"), tr("Close"), {}, m_errorBar);
  errorRow->addWidget(errorIcon, 0, Qt::AlignTop);
  errorRow->addWidget(m_errorText, 1);
  errorRow->addWidget(copy);
  errorRow->addWidget(close);
  m_errorBar->hide();
  column->addWidget(m_errorBar);

  m_stack = new QStackedWidget(this);
  auto* empty = new EmptyState(tr("No calibration yet."), tr("Calibrate…"), this);
  m_empty = empty;
  m_stack->addWidget(m_empty);
  column->addWidget(m_stack, 1);

  connect(empty, &EmptyState::actionRequested, this, &ViewFrame::emptyActionRequested);
  connect(copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(m_errorDetails); });
  connect(close, &QToolButton::clicked, this, &ViewFrame::clearError);
  connect(m_back, &QToolButton::clicked, &m_services.context, &ViewContext::goBack);
  connect(m_forward, &QToolButton::clicked, &m_services.context, &ViewContext::goForward);
  connect(m_save, &QToolButton::clicked, this, &ViewFrame::saveAs);
  connect(&m_services.context, &ViewContext::historyChanged, this, &ViewFrame::refreshHeader);
  connect(&m_services.document, &Document::snapshotChanged, this, [this] {
    if (!m_currentId.isEmpty()) show(m_currentId);
  });
}

View* ViewFrame::view(const QString& id) const {
  const auto found = m_views.find(id);
  return found == m_views.end() ? nullptr : found->second;
}

void ViewFrame::show(const QString& id) {
  for (const ViewEntry& entry : views()) {
    if (entry.id != id) continue;
    m_currentId = id;
    m_title->setText(entry.title);
    if (m_current != nullptr && m_current->headerControls() != nullptr) m_current->headerControls()->hide();
    if (entry.needsSnapshot && m_services.document.snapshot() == nullptr) {
      m_current = nullptr;
      m_stack->setCurrentWidget(m_empty);
    } else {
      View*& slot = m_views[id];
      if (slot == nullptr) {
        slot = entry.make(m_services, m_stack);
        m_stack->addWidget(slot);
        if (QWidget* controls = slot->headerControls()) m_controls->addWidget(controls);
        connect(slot, &View::subtitleChanged, this, &ViewFrame::refreshHeader);
      }
      m_current = slot;
      if (QWidget* controls = m_current->headerControls()) controls->show();
      m_stack->setCurrentWidget(m_current);
    }
    refreshHeader();
    return;
  }
}

void ViewFrame::refreshHeader() {
  m_back->setEnabled(m_services.context.canGoBack());
  m_forward->setEnabled(m_services.context.canGoForward());
  m_subtitle->setText(m_current != nullptr ? m_current->subtitle() : QString());
  m_save->setVisible(m_current != nullptr && (m_current->canSavePicture() || !m_current->csv().isEmpty()));
}

void ViewFrame::showError(const ErrorBarText& error) {
  const Theme& t = theme();
  m_errorBar->setStyleSheet(QStringLiteral("background: %1").arg(mixed(t.surface, t.error, 0.10).name()));
  QString text = QStringLiteral("<b>%1</b>").arg(error.text.toHtmlEscaped());
  if (!error.where.isEmpty()) text += QStringLiteral("<br>%1").arg(error.where.toHtmlEscaped());
  if (!error.remedy.isEmpty()) text += QStringLiteral("<br>%1").arg(error.remedy.toHtmlEscaped());
  m_errorText->setText(text);
  m_errorDetails = QStringLiteral("%1\nwhere: %2\nremedy: %3\n").arg(error.text, error.where, error.remedy);
  m_errorBar->show();
}

void ViewFrame::clearError() {
  m_errorBar->hide();
}

void ViewFrame::setBusy(bool busy) {
  m_busyLine->setVisible(busy);
}

void ViewFrame::saveAs() {
  if (m_current == nullptr) return;
  QStringList filters;
  if (m_current->canSavePicture()) filters << tr("PNG picture (*.png)") << tr("SVG picture (*.svg)");
  if (!m_current->csv().isEmpty()) filters << tr("CSV table (*.csv)");
  QString filter;
  QString path =
      QFileDialog::getSaveFileName(this, tr("Save"), m_currentId, filters.join(QStringLiteral(";;")), &filter);
  if (path.isEmpty()) return;
  for (const char* suffix : {".png", ".svg", ".csv"}) {
    const QString wanted = QLatin1String(suffix);
    if (filter.contains(QLatin1Char('*') + wanted) && !path.endsWith(wanted)) path += wanted;
  }
  if (path.endsWith(QLatin1String(".csv"))) {
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(m_current->csv().toUtf8()) < 0) {
      showError({tr("The table could not be saved"), path, file.errorString()});
    }
    return;
  }
  m_current->savePicture(path);
}

}  // namespace oscope::gui
