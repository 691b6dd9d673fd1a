// Ranges of the blocks that a running calibration has finished, against v0 and v1.
#pragma once

#include <QWidget>
#include <vector>

#include "analysis/calibration/calibrate.h"
#include "app/gui/plots/scale.h"

namespace oscope::gui {

class RangesSoFar : public QWidget {
  Q_OBJECT

 public:
  explicit RangesSoFar(QWidget* parent = nullptr);
  void setThresholds(double v0, double v1);
  void setBlocks(int blocks, const std::vector<calibration::BlockDone>& done);
  std::size_t points() const { return m_ranges.size(); }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  int m_blocks = 0;
  double m_v0 = 15, m_v1 = 150;
  std::vector<calibration::BlockDone::Range> m_ranges;
};

/// A log scale that holds the ranges and both thresholds.
Scale scaleOfRanges(const std::vector<calibration::BlockDone::Range>& ranges, double v0, double v1);

}  // namespace oscope::gui
