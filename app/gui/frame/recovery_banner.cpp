#include "app/gui/frame/recovery_banner.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include "app/gui/frame/widgets.h"
#include "app/gui/icons.h"

namespace oscope::gui {

RecoveryBanner::RecoveryBanner(QWidget* parent) : QWidget(parent) {
  auto* outer = new QHBoxLayout(this);
  outer->setContentsMargins(16, 16, 16, 0);
  auto* bar = new QWidget(this);
  bar->setProperty("class", "noteBar");
  bar->setAttribute(Qt::WA_StyledBackground);
  outer->addWidget(bar);
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(16, 5, 10, 5);
  row->setSpacing(10);
  m_text = new ElidedLabel("", bar);
  auto* discard = new QPushButton(tr("Discard"), bar);
  discard->setObjectName(QStringLiteral("discardRecovery"));
  discard->setProperty("class", "quiet");
  auto* restore = new QPushButton(tr("Restore"), bar);
  restore->setObjectName(QStringLiteral("restoreRecovery"));
  row->addWidget(new IconLabel(QStringLiteral("info"), &Theme::warning, 16, bar));
  row->addWidget(m_text, 1);
  row->addWidget(discard);
  row->addWidget(restore);
  connect(discard, &QPushButton::clicked, this, &RecoveryBanner::discardRequested);
  connect(restore, &QPushButton::clicked, this, &RecoveryBanner::restoreRequested);
  hide();
}

void RecoveryBanner::offer(const Recovery& recovery) {
  m_recovery = recovery;
  const bool today = recovery.saved.date() == QDate::currentDate();
  const QString time = recovery.saved.toString(today ? QStringLiteral("HH:mm") : QStringLiteral("d MMM, HH:mm"));
  m_text->setText(
      tr("The last session of %1 ended unexpectedly. Everything up to %2 is saved.").arg(recovery.title, time));
  show();
}

}  // namespace oscope::gui
