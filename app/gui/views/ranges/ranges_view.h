// Home: all sites over depth, v0 and v1 to drag; counts, predictions and colours follow the mouse.
#pragma once

#include "analysis/stats/outlier.h"
#include "app/gui/views/view.h"

namespace oscope::gui {

class FigureStrip;
class RangesChart;
class SegmentedControl;
class ToggleSwitch;

class RangesView : public View {
  Q_OBJECT

 public:
  RangesView(const ViewServices& services, QWidget* parent);
  QWidget* headerControls() override { return m_controls; }
  QString subtitle() const override;
  QWidget* firstFocus() const override;
  bool escape() override;
  bool canSavePicture() const override { return true; }
  FileWork savePicture(const QString& path) override;
  QString csv() const override;
  bool hasTable() const override { return true; }
  bool canFit() const override { return true; }
  void fit() override;
  bool hasOwnTools() const override { return true; }
  Json state() const override;
  void restore(const Json& state) override;

  RangesChart* chart() const { return m_chart; }
  FigureStrip* figures() const { return m_figures; }

 private:
  void refresh();
  void refreshFigures();
  void gatherSpreads();
  void typeThreshold(int which);

  ViewServices m_services;
  QWidget* m_controls;
  SegmentedControl* m_measure;
  ToggleSwitch* m_firstToken;
  FigureStrip* m_figures;
  RangesChart* m_chart;
  /// By site of the snapshot; gathered when they are first shown.
  std::vector<stats::ChannelSpread> m_spreads;
};

}  // namespace oscope::gui
