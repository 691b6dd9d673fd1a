// A switch with its words beside it, for what is on or off at once.
#pragma once

#include <QAbstractButton>

namespace oscope::gui {

class ToggleSwitch : public QAbstractButton {
  Q_OBJECT

 public:
  explicit ToggleSwitch(const QString& text, QWidget* parent = nullptr);
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
};

}  // namespace oscope::gui
