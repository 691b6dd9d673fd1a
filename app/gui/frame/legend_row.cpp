#include "app/gui/frame/legend_row.h"

#include <QAbstractButton>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QToolButton>

#include "app/gui/frame/widgets.h"
#include "app/gui/theme.h"
#include "app/gui/views/view.h"

namespace oscope::gui {
namespace {

class LegendItem : public QAbstractButton {
 public:
  LegendItem(const QString& text, LegendRow::Swatch swatch, std::function<QColor()> color, bool fixed, QWidget* parent)
      : QAbstractButton(parent), m_swatch(swatch), m_color(std::move(color)) {
    setText(text);
    setCheckable(!fixed);
    setChecked(!fixed);
    setFocusPolicy(fixed ? Qt::NoFocus : Qt::TabFocus);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    if (!fixed) setCursor(Qt::PointingHandCursor);
  }
  QSize sizeHint() const override {
    return {(isLine() ? 20 : 12) + 8 + QFontMetrics(uiFont(12)).horizontalAdvance(text()) + 6, 24};
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    paintItem(painter);
    if (hasFocus()) {
      painter.setPen(QPen(theme().accent, 1.5));
      painter.setBrush(Qt::NoBrush);
      painter.drawRoundedRect(QRectF(rect()).adjusted(0.75, 0.75, -0.75, -0.75), 5, 5);
    }
  }

 public:
  void paintItem(QPainter& painter) {
    const bool on = !isCheckable() || isChecked();
    const QColor color = on ? m_color() : theme().disabled;
    painter.setRenderHint(QPainter::Antialiasing);
    QRectF box(2, (height() - 11) / 2.0, 12, 11);
    if (isLine()) {
      box.setWidth(20);
      QPen pen(color, 1.8);
      if (m_swatch == LegendRow::Swatch::Dashed) pen.setDashPattern({4, 2.5});
      if (m_swatch == LegendRow::Swatch::Dotted) pen.setStyle(Qt::DotLine);
      painter.setPen(pen);
      painter.drawLine(QPointF(box.left(), box.center().y()), QPointF(box.right(), box.center().y()));
    } else {
      painter.setPen(QPen(color, on && m_swatch == LegendRow::Swatch::Fill ? 0 : 1));
      painter.setBrush(m_swatch == LegendRow::Swatch::Hatched ? QBrush(color, Qt::BDiagPattern)
                       : on                                   ? QBrush(color)
                                                              : QBrush(Qt::NoBrush));
      painter.drawRoundedRect(box, 2, 2);
    }
    QFont font = uiFont(12);
    font.setStrikeOut(!on);
    painter.setFont(font);
    painter.setPen(on ? theme().ink2 : theme().ink3);
    painter.drawText(QRectF(box.right() + 6, 0, width(), height()), Qt::AlignLeft | Qt::AlignVCenter, text());
  }

 private:
  bool isLine() const {
    return m_swatch == LegendRow::Swatch::Line || m_swatch == LegendRow::Swatch::Dashed ||
           m_swatch == LegendRow::Swatch::Dotted;
  }
  LegendRow::Swatch m_swatch;
  std::function<QColor()> m_color;
};

}  // namespace

LegendRow::LegendRow(QWidget* parent) : QWidget(parent), m_row(new QHBoxLayout(this)) {
  setFixedHeight(44);
  m_row->setContentsMargins(22, 0, 16, 0);
  m_row->setSpacing(14);
  m_hint = new ElidedLabel("hint", this);
  m_row->addWidget(m_hint, 1);
}

int LegendRow::addItem(const QString& text, Swatch swatch, std::function<QColor()> color, bool fixed) {
  auto* item = new LegendItem(text, swatch, std::move(color), fixed, this);
  const int index = static_cast<int>(m_items.size());
  connect(item, &QAbstractButton::toggled, this, [this, index](bool on) { emit toggled(index, on); });
  m_row->insertWidget(index, item);
  m_items.push_back(item);
  return index;
}

void LegendRow::setText(int item, const QString& text, const QString& tooltip) {
  QAbstractButton* button = m_items.at(static_cast<std::size_t>(item));
  button->setText(text);
  button->setToolTip(tooltip);
  button->updateGeometry();
}

void LegendRow::setShown(int item, bool shown) {
  m_items.at(static_cast<std::size_t>(item))->setVisible(shown);
}

bool LegendRow::isOn(int item) const {
  return m_items.at(static_cast<std::size_t>(item))->isChecked();
}

void LegendRow::setOn(int item, bool on) {
  m_items.at(static_cast<std::size_t>(item))->setChecked(on);
}

Json LegendRow::state() const {
  Json on = Json::array();
  for (const QAbstractButton* item : m_items) on.push_back(item->isChecked());
  return on;
}

void LegendRow::restore(const Json& state) {
  if (!state.is_array()) return;
  for (std::size_t i = 0; i < std::min(m_items.size(), state.size()); ++i) {
    if (m_items[i]->isCheckable() && state[i].is_boolean()) m_items[i]->setChecked(state[i].get<bool>());
  }
}

void LegendRow::setHint(const QString& hint) {
  m_hint->setText(hint);
}

void LegendRow::renderTo(QPainter& painter, int width, const QString& title) {
  for (QAbstractButton* item : m_items) {
    if (!item->isVisibleTo(this) || (item->isCheckable() && !item->isChecked())) continue;
    painter.save();
    painter.translate(item->pos());
    static_cast<LegendItem*>(item)->paintItem(painter);
    painter.restore();
  }
  painter.setFont(uiFont(12, QFont::DemiBold));
  painter.setPen(theme().ink);
  painter.drawText(QRectF(0, 0, width - 16, height()), Qt::AlignRight | Qt::AlignVCenter, title);
}

void LegendRow::addButton(QWidget* button) {
  m_row->addWidget(button);
}

void LegendRow::addTools(View* view) {
  auto* tools = new QHBoxLayout;
  tools->setSpacing(2);
  if (view->canFit()) {
    auto* fit = makeIconButton(QStringLiteral("fit"), tr("Show all"), {}, this);
    connect(fit, &QToolButton::clicked, view, [view] { view->fit(); });
    tools->addWidget(fit);
  }
  auto* save = makeIconButton(QStringLiteral("save"), tr("Save picture or table"), {}, this);
  save->setToolTip(tr("Save picture or table (Ctrl+Shift+E)"));
  auto* more = makeIconButton(QStringLiteral("more"), tr("More"), {}, this);
  connect(save, &QToolButton::clicked, view, &View::saveRequested);
  connect(more, &QToolButton::clicked, view, [view, more] { emit view->moreRequested(more); });
  tools->addWidget(save);
  tools->addWidget(more);
  m_row->addLayout(tools);
}

}  // namespace oscope::gui
