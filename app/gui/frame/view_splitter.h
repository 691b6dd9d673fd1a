// The splitter between the parts of a view: where the user put it is kept by workspace and window.
#pragma once

#include <QSplitter>

#include "analysis/base/json.h"

namespace oscope::gui {

/// No part collapses. While the user has not moved it (by mouse, or restore()), it stands where the view puts it.
class ViewSplitter : public QSplitter {
  Q_OBJECT

 public:
  /// `name`: its key in a view's state.
  ViewSplitter(const QString& name, Qt::Orientation orientation, QWidget* parent);
  bool isPlaced() const { return m_placed; }
  /// Shares of the parts, together 1; null where it is not placed.
  Json state() const;
  /// Takes what state() gave, whatever its size is meanwhile; anything else changes nothing.
  void restore(const Json& shares);

 protected:
  void showEvent(QShowEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  void placeAgain();

  bool m_placed = false;
  Json m_restored;  ///< until the user moves it: sizes of a splitter that is not laid out yet say nothing
};

/// State of all splitters of a view by name, those that are not placed left out; and back.
Json splitterStates(const QWidget& view);
void restoreSplitters(const QWidget& view, const Json& states);

}  // namespace oscope::gui
