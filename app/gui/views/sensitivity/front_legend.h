// What the Sensitivity view is made of beside its plot: the legend, and the line that shows a sweep's progress.
#pragma once

#include <QWidget>
#include <optional>

namespace oscope::gui {

/// "a threshold pair", "Pareto front", "now", drawn as in the plot.
class FrontLegend : public QWidget {
  Q_OBJECT

 public:
  explicit FrontLegend(QWidget* parent = nullptr);

 protected:
  void paintEvent(QPaintEvent* event) override;
};

/// Two pixels under the header; empty where nothing runs, so that nothing moves.
class ProgressLine : public QWidget {
  Q_OBJECT

 public:
  explicit ProgressLine(QWidget* parent = nullptr);
  void setShare(std::optional<double> share);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  std::optional<double> m_share;
};

}  // namespace oscope::gui
