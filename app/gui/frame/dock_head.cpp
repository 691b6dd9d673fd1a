#include "app/gui/frame/dock_head.h"

#include <QAction>
#include <QDockWidget>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

#include "app/gui/frame/widgets.h"
#include "app/gui/icons.h"
#include "app/gui/theme.h"

namespace oscope::gui {

DockHead::DockHead(QDockWidget* dock, int height) : QWidget(dock) {
  setProperty("class", "surface2");
  setAttribute(Qt::WA_StyledBackground);
  setFixedHeight(height);
  m_row = new QHBoxLayout(this);
  m_row->setContentsMargins(16, 0, 8, 0);
  m_row->setSpacing(2);
  m_titleBox = new QWidget(this);
  auto* titleRow = new QHBoxLayout(m_titleBox);
  titleRow->setContentsMargins(0, 0, 0, 0);
  titleRow->setSpacing(8);
  m_title = new QLabel(dock->windowTitle(), m_titleBox);
  m_title->setFont(uiFont(13, QFont::DemiBold));
  m_hint = new ElidedLabel("hint", m_titleBox);
  titleRow->addWidget(m_title);
  titleRow->addWidget(m_hint, 1);
  m_row->addWidget(m_titleBox, 1);
  const QString name = dock->windowTitle();
  m_float = makeIconButton(QStringLiteral("float"), tr("Float %1").arg(name), {}, this);
  auto* close = makeIconButton(QStringLiteral("close"), tr("Close %1").arg(name), {}, this);
  m_row->addWidget(m_float);
  m_row->addWidget(close);
  for (QToolButton* button : {m_float, close}) button->setFixedSize(24, 24);
  connect(m_float, &QToolButton::clicked, dock, [dock] { dock->setFloating(!dock->isFloating()); });
  connect(dock, &QDockWidget::topLevelChanged, this, [this, name](bool floating) {
    m_float->setToolTip(floating ? tr("Dock %1").arg(name) : tr("Float %1").arg(name));
    m_float->setAccessibleName(m_float->toolTip());
  });
  connect(close, &QToolButton::clicked, this, &DockHead::closeRequested);
  dock->setTitleBarWidget(this);
}

void DockHead::add(QWidget* widget, int stretch) {
  m_row->insertWidget(m_row->count() - m_own, widget, stretch);
}

void DockHead::addToTitle(QWidget* widget) {
  m_titleBox->layout()->addWidget(widget);
}

void DockHead::addCollapse(QAction* action) {
  auto* button = makeIconButton(QStringLiteral("chevron-down"), action->text(), {}, this);
  button->setFixedSize(24, 24);
  add(button);
  ++m_own;
  const auto refresh = [button, action] {
    const bool collapsed = action->isChecked();
    const QString name = collapsed ? tr("Expand Jobs and log") : tr("Collapse Jobs and log");
    button->setIcon(themedIcon(collapsed ? QStringLiteral("chevron-up") : QStringLiteral("chevron-down")));
    button->setToolTip(QStringLiteral("%1 (%2)").arg(name, action->shortcut().toString(QKeySequence::NativeText)));
    button->setAccessibleName(name);
  };
  refresh();
  connect(button, &QToolButton::clicked, action, &QAction::trigger);
  connect(action, &QAction::toggled, button, refresh);
}

void DockHead::setTitleWidth(int pixels) {
  m_titleBox->setFixedWidth(std::max(0, pixels - m_row->contentsMargins().left()));
}

QSize DockHead::sizeHint() const {
  return {QWidget::sizeHint().width(), minimumHeight()};  // the dock asks for this height, whatever the fixed one is
}

}  // namespace oscope::gui
