// The rail: the views in working order, in three groups, reached by mouse and Ctrl+1 ... Ctrl+0.
#pragma once

#include <QToolBar>
#include <map>

class QButtonGroup;
class QToolButton;

namespace oscope::gui {

class Rail : public QToolBar {
  Q_OBJECT

 public:
  explicit Rail(QWidget* parent = nullptr);
  /// Ctrl+1 … Ctrl+0 for the first ten views.
  static QKeySequence shortcutOf(int index);
  /// Empty: none is shown.
  void setCurrent(const QString& view);
  /// Greys out what can't be shown now, with the reason as tooltip.
  void setViewEnabled(const QString& view, bool enabled, const QString& reason);

 signals:
  void viewRequested(const QString& view);

 private:
  QButtonGroup* m_group;
  std::map<QString, QToolButton*> m_buttons;
};

}  // namespace oscope::gui
