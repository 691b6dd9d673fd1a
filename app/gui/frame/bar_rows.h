// Labelled horizontal bars with a figure at the right, on one shared scale.
#pragma once

#include <QColor>
#include <QString>
#include <QWidget>
#include <vector>

namespace oscope::gui {

class BarRows : public QWidget {
  Q_OBJECT

 public:
  struct Row {
    QString label, value;
    double share = 0;  ///< of the bar's width, 0..1
    QColor color;
    int policyMark = -1;   ///< drawn before the label
    bool hatched = false;  ///< can't be had
    bool bold = false;
    QString tooltip;  ///< empty: none
  };
  struct Tick {
    double share = 0;
    QString label;
  };
  using QWidget::QWidget;
  /// Assistive programs read them as the description.
  void setRows(std::vector<Row> rows, std::vector<Tick> ticks = {});
  QSize sizeHint() const override;

 protected:
  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  std::vector<Row> m_rows;
  std::vector<Tick> m_ticks;
};

}  // namespace oscope::gui
