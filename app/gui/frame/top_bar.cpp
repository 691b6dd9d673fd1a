#include "app/gui/frame/top_bar.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenuBar>
#include <QPushButton>
#include <QToolButton>
#include <QUndoStack>

#include "app/gui/frame/widgets.h"
#include "app/gui/icons.h"
#include "app/gui/theme.h"

namespace oscope::gui {

TopBar::TopBar(QUndoStack& undo, QWidget* parent) : QWidget(parent) {
  setProperty("class", "surface");
  setAttribute(Qt::WA_StyledBackground);
  setFixedHeight(48);
  auto* row = m_row = new QHBoxLayout(this);
  row->setContentsMargins(24, 0, 16, 0);
  row->setSpacing(8);

  row->addWidget(new IconLabel(QStringLiteral("outlierscope"), &Theme::accent, 26, this));
  row->addSpacing(20);
  m_menus = new QMenuBar(this);
  m_menus->setNativeMenuBar(false);
  m_menus->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred);  // names give way, menus don't
  row->addWidget(m_menus, 0, Qt::AlignVCenter);
  row->addStretch(1);
  m_name = new ElidedLabel("name", this);
  m_name->setText(QStringLiteral("Outlierscope"));
  m_name->setObjectName(QStringLiteral("workspaceName"));
  m_name->setFont(uiFont(12, QFont::DemiBold));
  m_file = new ElidedLabel("label", this);
  for (QLabel* label : {m_name, m_file}) label->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Preferred);
  row->addWidget(m_name);
  row->addWidget(m_file);
  row->addStretch(1);

  m_device = new QToolButton(this);
  m_device->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  m_device->setPopupMode(QToolButton::InstantPopup);
  m_device->setAccessibleName(tr("Device"));
  row->addWidget(m_device);
  QWidget* rule = makeRule(Qt::Vertical, this);
  rule->setFixedHeight(24);
  row->addWidget(rule, 0, Qt::AlignVCenter);

  for (const auto& [action, icon, keys] :
       {std::tuple(m_undo = undo.createUndoAction(this, tr("Undo")), "undo", QKeySequence(Qt::CTRL | Qt::Key_Z)),
        std::tuple(m_redo = undo.createRedoAction(this, tr("Redo")), "redo",
        QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z))}) {
    action->setShortcut(keys);
    action->setIcon(themedIcon(QLatin1String(icon)));
    auto* button = new QToolButton(this);
    button->setDefaultAction(action);
    button->setToolButtonStyle(Qt::ToolButtonIconOnly);
    button->setFixedSize(28, 28);
    row->addWidget(button);
  }
  setDevice(tr("CPU"), false);
}

void TopBar::setWorkspace(const QString& name, const QString& file, bool dirty) {
  m_name->setText(name.isEmpty() ? QStringLiteral("Outlierscope") : name);
  m_file->setText(dirty ? tr("%1 — edited").arg(file) : file);
}

void TopBar::setDevice(const QString& text, bool accelerator) {
  m_device->setText(text);
  m_device->setIcon(themedIcon(QStringLiteral("chip"), accelerator ? &Theme::ok : &Theme::ink2));
}

void TopBar::addRunButton(QAction* action, const QString& icon, bool filled) {
  if (!m_hasButtons) {
    m_row->addSpacing(4);
    QWidget* rule = makeRule(Qt::Vertical, this);
    rule->setFixedHeight(24);
    m_row->addWidget(rule, 0, Qt::AlignVCenter);
    m_row->addSpacing(4);
  }
  auto* button = new QPushButton(this);
  if (filled) button->setProperty("class", "primary");
  const auto follow = [button, action] {
    button->setText(action->iconText());  // without the mnemonic of the menu
    button->setEnabled(action->isEnabled());
    button->setToolTip(action->toolTip());
  };
  connect(action, &QAction::changed, button, follow);
  connect(button, &QPushButton::clicked, action, &QAction::trigger);
  follow();
  button->setObjectName(QStringLiteral("run.") + icon);
  button->setIcon(themedIcon(icon, filled ? &Theme::onAccent : &Theme::ink2));
  m_row->addWidget(button);
  m_hasButtons = true;
}

}  // namespace oscope::gui
