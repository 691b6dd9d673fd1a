// What lies over a picture that is about to be replaced: it stays, at 60 % of its strength.
#pragma once

#include <QTimer>
#include <QWidget>

namespace oscope::gui {

class LoadingVeil : public QWidget {
  Q_OBJECT

 public:
  /// Covers `over`, whose child it becomes; it takes neither mouse nor focus.
  explicit LoadingVeil(QWidget* over);
  /// Shown 200 ms later: short work changes nothing.
  void setLoading(bool loading);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  QTimer m_delay;
};

}  // namespace oscope::gui
