// Small pieces that every view and dock is made of.
#pragma once

#include <QAbstractButton>
#include <QLabel>
#include <QString>
#include <QWidget>
#include <vector>

class QHBoxLayout;
class QToolButton;

namespace oscope::gui {

/// A label of one of the classes of the style sheet: "hint", "label", "section", "title", "figure", "unit", "error".
QLabel* makeLabel(const QString& text, const char* styleClass, QWidget* parent);
/// HTML in the bundled semi-bold; <b> asks for a weight that is not bundled, and is smeared.
QString strongText(const QString& html);
/// A label that gives way: what doesn't fit ends in "…" and stands whole in a tooltip. `styleClass` as above.
class ElidedLabel : public QLabel {
  Q_OBJECT

 public:
  explicit ElidedLabel(const char* styleClass, QWidget* parent = nullptr);
  QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  bool event(QEvent* event) override;
};

/// A horizontal or vertical 1-px rule.
QWidget* makeRule(Qt::Orientation orientation, QWidget* parent);
/// An icon button of 28 px with tooltip (name and shortcut) and accessible name.
QToolButton* makeIconButton(const QString& icon, const QString& name, const QKeySequence& shortcut, QWidget* parent);

/// The strip under a view's header: figures with a small label above, a unit behind, and a delta while dragging.
class FigureStrip : public QWidget {
  Q_OBJECT

 public:
  explicit FigureStrip(QWidget* parent = nullptr);
  /// Adds a figure; `mark` is an optional pixmap painter name for the label (policy), -1: none.
  int addFigure(const QString& label, const QString& unit = {}, int policyMark = -1);
  void addSeparator();
  void setFigure(int index, const QString& value, const QString& note = {});
  /// The value before a change, grey with an arrow in front of the figure; empty hides it.
  void setBefore(int index, const QString& before);
  /// "+14", "−0.4" beside the figure; empty hides it.
  void setDelta(int index, const QString& delta);
  /// Leaves a figure out, or shows it again.
  void setShown(int index, bool shown);
  QString figure(int index) const;
  QString delta(int index) const;
  QString before(int index) const;

 private:
  void resizeEvent(QResizeEvent* event) override;
  bool event(QEvent* event) override;
  void fitFigures();
  struct Figure {
    QWidget* box;
    QLabel *before, *value, *unit, *delta;
    bool shown = true;
  };
  QHBoxLayout* m_row;
  std::vector<Figure> m_figures;
};

/// A row of exclusive choices on one track ("max |x|", "p99.9", "median").
class SegmentedControl : public QWidget {
  Q_OBJECT

 public:
  explicit SegmentedControl(const QStringList& choices, QWidget* parent = nullptr);
  int current() const { return m_current; }
  void setCurrent(int index);
  void setChoiceEnabled(int index, bool enabled, const QString& reason = {});
  /// Draws this policy's mark in front of choice `index`.
  void setMark(int index, int policy);

 signals:
  void currentChanged(int index);

 private:
  std::vector<QAbstractButton*> m_buttons;
  int m_current = 0;
};

/// What an empty view says: one line what belongs here and one button that gets it.
class EmptyState : public QWidget {
  Q_OBJECT

 public:
  EmptyState(const QString& text, const QString& action, QWidget* parent = nullptr);

 signals:
  void actionRequested();
};

}  // namespace oscope::gui
