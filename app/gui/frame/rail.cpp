#include "app/gui/frame/rail.h"

#include <QButtonGroup>
#include <QFrame>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/gui/icons.h"
#include "app/gui/theme.h"
#include "app/gui/views/view.h"

namespace oscope::gui {
namespace {

constexpr int kRailWidth = 76;
constexpr int kButtonHeight = 52;

}  // namespace

QKeySequence Rail::shortcutOf(int index) {
  return index < 10 ? QKeySequence(QStringLiteral("Ctrl+%1").arg((index + 1) % 10)) : QKeySequence();
}

Rail::Rail(QWidget* parent) : QToolBar(parent) {
  setObjectName(QStringLiteral("rail"));
  setWindowTitle(tr("Views"));
  setMovable(false);
  setFloatable(false);
  setFixedWidth(kRailWidth);
  layout()->setContentsMargins(0, 0, 0, 0);
  layout()->setSpacing(0);
  auto* content = new QWidget(this);
  auto* column = new QVBoxLayout(content);
  column->setContentsMargins(3, 8, 3, 8);
  column->setSpacing(2);
  m_group = new QButtonGroup(this);
  m_group->setExclusive(true);

  int index = 0;
  ViewGroup last = ViewGroup::See;
  for (const ViewEntry& entry : views()) {
    if (entry.group != last) {
      auto* rule = new QFrame(content);
      rule->setProperty("class", "rule");
      rule->setFixedSize(32, 1);
      column->addSpacing(6);
      column->addWidget(rule, 0, Qt::AlignHCenter);
      column->addSpacing(6);
      last = entry.group;
    }
    auto* button = new QToolButton(content);
    button->setObjectName(QStringLiteral("rail.") + entry.id);
    button->setText(entry.title);
    button->setIcon(themedIcon(entry.icon));
    button->setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
    button->setIconSize(QSize(20, 20));
    button->setCheckable(true);
    button->setFixedSize(kRailWidth - 8, kButtonHeight);
    button->setFont(uiFont(10.5, QFont::Medium));
    button->setShortcut(shortcutOf(index++));
    button->setAccessibleName(entry.title);
    connect(button, &QToolButton::clicked, this, [this, id = entry.id] { emit viewRequested(id); });
    m_group->addButton(button);
    column->addWidget(button, 0, Qt::AlignHCenter);
    m_buttons[entry.id] = button;
  }
  column->addStretch(1);
  addWidget(content);
}

void Rail::setCurrent(const QString& view) {
  if (view.isEmpty() && m_group->checkedButton() != nullptr) {
    m_group->setExclusive(false);
    m_group->checkedButton()->setChecked(false);
    m_group->setExclusive(true);
  }
  const auto found = m_buttons.find(view);
  if (found != m_buttons.end()) found->second->setChecked(true);
}

void Rail::setViewEnabled(const QString& view, bool enabled, const QString& reason) {
  QToolButton* button = m_buttons.at(view);
  button->setEnabled(enabled);
  const QString name = button->text();
  button->setToolTip(enabled ? QStringLiteral("%1 (%2)").arg(name, button->shortcut().toString()) : reason);
}

}  // namespace oscope::gui
