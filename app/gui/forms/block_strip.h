// One box per block: finished, running (filled as far as it is), to come.
#pragma once

#include <QWidget>

namespace oscope::gui {

class BlockStrip : public QWidget {
  Q_OBJECT

 public:
  explicit BlockStrip(QWidget* parent = nullptr);
  void setProgress(int blocks, int finished, double share);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  int m_blocks = 0, m_finished = 0;
  double m_share = 0;
};

}  // namespace oscope::gui
