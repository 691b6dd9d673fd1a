#include "app/gui/frame/error_bar.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

#include "app/gui/frame/widgets.h"
#include "app/gui/icons.h"

namespace oscope::gui {

ErrorBar::ErrorBar(QWidget* parent) : QWidget(parent) {
  setProperty("class", "errorBar");
  setAttribute(Qt::WA_StyledBackground);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(16, 8, 12, 8);
  row->setSpacing(10);
  m_text = new QLabel(this);
  m_text->setObjectName(QStringLiteral("errorText"));
  m_text->setWordWrap(true);
  m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  auto* copy = new QPushButton(tr("Copy details"), this);
  auto* close = makeIconButton(QStringLiteral("close"), tr("Close"), {}, this);
  row->addWidget(new IconLabel(QStringLiteral("error"), &Theme::error, 16, this), 0, Qt::AlignTop);
  row->addWidget(m_text, 1);
  row->addWidget(copy, 0, Qt::AlignVCenter);
  row->addWidget(close, 0, Qt::AlignVCenter);
  connect(copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(m_details); });
  connect(close, &QToolButton::clicked, this, &QWidget::hide);
  hide();
}

void ErrorBar::showError(const ErrorBarText& error) {
  QString text = strongText(error.text.toHtmlEscaped());
  if (!error.where.isEmpty()) text += QStringLiteral("<br>%1").arg(error.where.toHtmlEscaped());
  if (!error.remedy.isEmpty()) text += QStringLiteral("<br>%1").arg(error.remedy.toHtmlEscaped());
  m_text->setText(text);
  m_details = QStringLiteral("%1\nwhere: %2\nremedy: %3\n").arg(error.text, error.where, error.remedy);
  show();
}

QString ErrorBar::text() const {
  return m_details;
}

}  // namespace oscope::gui
