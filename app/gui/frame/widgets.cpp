#include "app/gui/frame/widgets.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QHelpEvent>
#include <QPainter>
#include <QPushButton>
#include <QResizeEvent>
#include <QStyleOption>
#include <QToolButton>
#include <QToolTip>
#include <QVBoxLayout>

#include "app/gui/icons.h"
#include "app/gui/marks.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr int kFigureGap = 36;  // pixels between the figures of a strip

/// One choice of a SegmentedControl, with an optional policy mark.
class Segment : public QAbstractButton {
 public:
  Segment(const QString& text, QWidget* parent) : QAbstractButton(parent) {
    setText(text);
    setCheckable(true);
    setAutoExclusive(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
  }
  void setMark(int policy) {
    m_mark = policy;
    updateGeometry();
  }
  QSize sizeHint() const override {
    const QFontMetrics metrics(uiFont(12, QFont::DemiBold));
    return {metrics.horizontalAdvance(text()) + 20 + (m_mark >= 0 ? 16 : 0), 24};
  }
  QSize minimumSizeHint() const override { return sizeHint() - QSize(14, 0); }  // narrow docks take the air out

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF box = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    if (isChecked()) {
      painter.setPen(QPen(theme().borderStrong, 1));
      painter.setBrush(theme().dark ? theme().borderStrong : theme().surface);
      painter.drawRoundedRect(box, 5, 5);
    }
    if (hasFocus()) {
      painter.setPen(QPen(theme().accent, 1.5));
      painter.setBrush(Qt::NoBrush);
      painter.drawRoundedRect(box, 5, 5);
    }
    QRectF textBox = box;
    if (m_mark >= 0) {
      painter.setOpacity(isEnabled() ? 1.0 : 0.45);
      const double spare = box.width() - (sizeHint().width() - 20);  // on both sides of mark and words
      paintMark(painter, QPointF(box.left() + 4 + spare / 2, box.center().y()), static_cast<quant::Policy>(m_mark),
                0.75);
      painter.setOpacity(1.0);
      textBox.adjust(16, 0, 0, 0);
    }
    painter.setFont(uiFont(12, isChecked() ? QFont::DemiBold : QFont::Medium));
    painter.setPen(!isEnabled() ? theme().disabled : isChecked() ? theme().ink : theme().ink2);
    painter.drawText(textBox, Qt::AlignCenter, text());
  }

 private:
  int m_mark = -1;
};

}  // namespace

QString strongText(const QString& html) {
  return QStringLiteral("<span style=\"font-weight:600\">%1</span>").arg(html);
}

QLabel* makeLabel(const QString& text, const char* styleClass, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  label->setProperty("class", styleClass);
  return label;
}

ElidedLabel::ElidedLabel(const char* styleClass, QWidget* parent) : QLabel(parent) {
  setProperty("class", styleClass);
  setTextFormat(Qt::PlainText);
  setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
}

QSize ElidedLabel::minimumSizeHint() const {
  return {0, QLabel::minimumSizeHint().height()};
}

bool ElidedLabel::event(QEvent* event) {
  if (event->type() == QEvent::ToolTip && toolTip().isEmpty() && sizeHint().width() > width()) {
    QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(), text(), this);
    return true;
  }
  return QLabel::event(event);
}

void ElidedLabel::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setPen(palette().color(foregroundRole()));
  const QRect box = contentsRect();
  const QString cut = fontMetrics().elidedText(text(), Qt::ElideRight, box.width());
  painter.drawText(box, static_cast<int>(alignment()), cut);
}

QWidget* makeRule(Qt::Orientation orientation, QWidget* parent) {
  auto* rule = new QFrame(parent);
  rule->setProperty("class", "rule");
  orientation == Qt::Horizontal ? rule->setFixedHeight(1) : rule->setFixedWidth(1);
  return rule;
}

QToolButton* makeIconButton(const QString& icon, const QString& name, const QKeySequence& shortcut, QWidget* parent) {
  auto* button = new QToolButton(parent);
  button->setIcon(themedIcon(icon));
  button->setIconSize(QSize(16, 16));
  button->setFocusPolicy(Qt::TabFocus);
  button->setFixedSize(28, 28);
  button->setAccessibleName(name);
  button->setToolTip(shortcut.isEmpty() ? name : QStringLiteral("%1 (%2)").arg(name, shortcut.toString()));
  if (!shortcut.isEmpty()) button->setShortcut(shortcut);
  return button;
}

FigureStrip::FigureStrip(QWidget* parent) : QWidget(parent), m_row(new QHBoxLayout(this)) {
  setFixedHeight(72);
  setMinimumWidth(160);  // figures leave where there is no room: they must not keep the window wide
  m_row->setContentsMargins(24, 10, 24, 8);
  m_row->setSpacing(kFigureGap);
  m_row->addStretch(1);
}

int FigureStrip::addFigure(const QString& label, const QString& unit, int policyMark) {
  auto* box = new QWidget(this);
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(2);
  auto* head = new QHBoxLayout;
  head->setSpacing(7);
  if (policyMark >= 0) {
    auto* mark = new QLabel(box);
    QPixmap pixmap(QSize(13, 13) * 2);
    pixmap.setDevicePixelRatio(2);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    paintMark(painter, QPointF(6.5, 6.5), static_cast<quant::Policy>(policyMark));
    painter.end();
    mark->setPixmap(pixmap);
    head->addWidget(mark);
  }
  head->addWidget(makeLabel(label, "label", box));
  head->addStretch(1);
  column->addLayout(head);
  auto* line = new QHBoxLayout;
  line->setSpacing(5);
  Figure figure{box, makeLabel({}, "before", box), makeLabel(QStringLiteral("–"), "figure", box),
                makeLabel(unit, "unit", box), makeLabel({}, "hint", box)};
  figure.delta->setFont(monoFont(11));
  figure.before->hide();
  line->addWidget(figure.before, 0, Qt::AlignBaseline);
  line->addWidget(figure.value, 0, Qt::AlignBaseline);
  line->addWidget(figure.unit, 0, Qt::AlignBaseline);
  line->addWidget(figure.delta, 0, Qt::AlignBaseline);
  line->addStretch(1);
  column->addLayout(line);
  m_row->insertWidget(m_row->count() - 1, box);
  m_figures.push_back(figure);
  return static_cast<int>(m_figures.size()) - 1;
}

void FigureStrip::addSeparator() {
  QWidget* rule = makeRule(Qt::Vertical, this);
  rule->setFixedHeight(40);
  m_row->insertWidget(m_row->count() - 1, rule, 0, Qt::AlignVCenter);
}

void FigureStrip::setFigure(int index, const QString& value, const QString& note) {
  Figure& figure = m_figures.at(static_cast<std::size_t>(index));
  figure.value->setText(value);
  if (!note.isNull()) figure.unit->setText(note);
}

void FigureStrip::setBefore(int index, const QString& before) {
  QLabel* label = m_figures.at(static_cast<std::size_t>(index)).before;
  label->setText(before.isEmpty() ? QString() : before + QStringLiteral(" →"));
  label->setVisible(!before.isEmpty());
}

void FigureStrip::setDelta(int index, const QString& delta) {
  m_figures.at(static_cast<std::size_t>(index)).delta->setText(delta);
}

QString FigureStrip::figure(int index) const {
  return m_figures.at(static_cast<std::size_t>(index)).value->text();
}
QString FigureStrip::before(int index) const {
  return m_figures.at(static_cast<std::size_t>(index)).before->text();
}
QString FigureStrip::delta(int index) const {
  return m_figures.at(static_cast<std::size_t>(index)).delta->text();
}

void FigureStrip::setShown(int index, bool shown) {
  m_figures.at(static_cast<std::size_t>(index)).shown = shown;
  fitFigures();
}

void FigureStrip::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  fitFigures();
}

bool FigureStrip::event(QEvent* event) {
  const bool handled = QWidget::event(event);
  if (event->type() == QEvent::LayoutRequest) fitFigures();
  return handled;
}

void FigureStrip::fitFigures() {
  // Too narrow: first they move closer, then the last figures leave, never the first ones.
  int content = 48, gaps = 0;
  for (const Figure& figure : m_figures) {
    if (!figure.shown) continue;
    content += figure.box->sizeHint().width();
    ++gaps;
  }
  m_row->setSpacing(content + gaps * kFigureGap <= width() ? kFigureGap : kFigureGap / 2);
  int used = 48;
  for (Figure& figure : m_figures) {
    if (figure.shown) used += figure.box->sizeHint().width() + m_row->spacing();
    figure.box->setVisible(figure.shown && (used <= width() + m_row->spacing() || &figure == &m_figures.front()));
  }
}

SegmentedControl::SegmentedControl(const QStringList& choices, QWidget* parent) : QWidget(parent) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(2, 2, 2, 2);
  row->setSpacing(2);
  setFixedHeight(28);
  setAttribute(Qt::WA_StyledBackground);
  for (int i = 0; i < choices.size(); ++i) {
    auto* segment = new Segment(choices[i], this);
    connect(segment, &QAbstractButton::clicked, this, [this, i] {
      m_current = i;
      emit currentChanged(i);
    });
    row->addWidget(segment);
    m_buttons.push_back(segment);
  }
  setCurrent(0);
  setStyleSheet(
      QStringLiteral("oscope--gui--SegmentedControl { background: palette(alternate-base); border-radius: 7px; }"));
}

void SegmentedControl::setCurrent(int index) {
  m_current = index;
  for (std::size_t i = 0; i < m_buttons.size(); ++i) {
    m_buttons[i]->setChecked(static_cast<int>(i) == index);
    // Tab comes to the choice that is made; arrow keys make another.
    m_buttons[i]->setFocusPolicy(static_cast<int>(i) == index ? Qt::StrongFocus : Qt::ClickFocus);
  }
}

void SegmentedControl::setChoiceEnabled(int index, bool enabled, const QString& reason) {
  m_buttons.at(static_cast<std::size_t>(index))->setEnabled(enabled);
  m_buttons.at(static_cast<std::size_t>(index))->setToolTip(enabled ? QString() : reason);
}

void SegmentedControl::setMark(int index, int policy) {
  static_cast<Segment*>(m_buttons.at(static_cast<std::size_t>(index)))->setMark(policy);
}

EmptyState::EmptyState(const QString& text, const QString& action, QWidget* parent) : QWidget(parent) {
  auto* column = new QVBoxLayout(this);
  column->addStretch(1);
  auto* label = makeLabel(text, "label", this);
  label->setAlignment(Qt::AlignCenter);
  column->addWidget(label, 0, Qt::AlignHCenter);
  if (!action.isEmpty()) {
    auto* button = new QPushButton(action, this);
    connect(button, &QPushButton::clicked, this, &EmptyState::actionRequested);
    column->addSpacing(12);
    column->addWidget(button, 0, Qt::AlignHCenter);
  }
  column->addStretch(1);
}

}  // namespace oscope::gui
