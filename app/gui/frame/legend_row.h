// The row above a plot: what its series mean, each a switch that shows or hides it; room for buttons on the right.
#pragma once

#include <QColor>
#include <QString>
#include <QWidget>
#include <functional>
#include <vector>

#include "analysis/base/json.h"

class QAbstractButton;
class QHBoxLayout;
class QLabel;
class QPainter;

namespace oscope::gui {

class View;

class LegendRow : public QWidget {
  Q_OBJECT

 public:
  enum class Swatch { Fill, Line, Dashed, Dotted, Hatched };

  explicit LegendRow(QWidget* parent = nullptr);
  /// `color` is asked when painting, so that it follows the theme. A fixed item explains and can't be switched.
  int addItem(const QString& text, Swatch swatch, std::function<QColor()> color, bool fixed = false);
  void setText(int item, const QString& text, const QString& tooltip = {});
  void setShown(int item, bool shown);  ///< whether the item stands in the row at all
  bool isOn(int item) const;
  void setOn(int item, bool on);
  /// Which items are on, for a view's state; and back. Says toggled() of those that change.
  Json state() const;
  void restore(const Json& state);
  /// A small line after the items (a reason, what a picture assumes); it may wrap away where the row is narrow.
  void setHint(const QString& hint);
  /// The items as they stand, with a title at the right end of `width`: the head of a saved picture.
  void renderTo(QPainter& painter, int width, const QString& title);
  /// To the right end of the row.
  void addButton(QWidget* button);
  /// Fit, save and more at the right end, for a view that hasOwnTools().
  void addTools(View* view);

 signals:
  void toggled(int item, bool on);

 private:
  QHBoxLayout* m_row;
  QLabel* m_hint;
  std::vector<QAbstractButton*> m_items;
};

}  // namespace oscope::gui
