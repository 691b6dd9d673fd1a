// What other thresholds would give: predicted quality against the share of static sites over all pairs; one click
// adopts one.
#pragma once

#include <array>
#include <memory>

#include "app/gui/views/view.h"
#include "quant/policy/plan.h"
#include "quant/policy/sensitivity.h"
#include "quant/policy/what_if.h"

class QLabel;
class QPushButton;
class QStackedWidget;

namespace oscope::gui {

class DataTable;
class FigureStrip;
class FrontPlot;
class FrontTableModel;
class Job;
class ProgressLine;
class SegmentedControl;
class TableSorter;

class SensitivityView : public View {
  Q_OBJECT

 public:
  SensitivityView(const ViewServices& services, QWidget* parent);
  QWidget* headerControls() override { return m_controls; }
  QString subtitle() const override;
  QWidget* firstFocus() const override;
  bool escape() override;
  bool canSavePicture() const override { return true; }
  FileWork savePicture(const QString& path) override;
  QString csv() const override;
  Json state() const override;
  void restore(const Json& state) override;

  FrontPlot* plot() const { return m_plot; }
  DataTable* table() const { return m_table; }
  FrontTableModel* model() const { return m_model; }
  SegmentedControl* qualityControl() const { return m_quality; }
  FigureStrip* figures() const { return m_figures; }
  const std::vector<quant::ThresholdPair>& pairs() const { return m_pairs; }
  bool sweeping() const { return m_sweeping; }

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  using Fronts = std::array<std::vector<quant::ThresholdPair>, 3>;  ///< by Quality
  struct Result;
  struct Fresh;
  QWidget* makeTablePanel();
  quant::Quality quality() const;
  void sweepIfStale();
  void startSweep();
  void take(Result result);
  void refreshNow();
  /// The front found so far, in plot and table; the pair under the cursor stays it.
  void showFront();
  void showQuality();
  void selectRow(std::optional<std::size_t> frontIndex);
  void refreshState();
  void adopt(const quant::ThresholdPair& pair);

  ViewServices m_services;
  QWidget* m_controls;
  SegmentedControl* m_quality;
  FigureStrip* m_figures;
  ProgressLine* m_progress;
  QStackedWidget* m_stack;
  QLabel *m_emptyText, *m_frontCount;
  QPushButton *m_useFptq, *m_adopt;
  FrontPlot* m_plot;
  FrontTableModel* m_model;
  TableSorter* m_sorter;
  DataTable* m_table;

  std::vector<quant::ThresholdPair> m_pairs;
  Fronts m_fronts;
  /// What the pairs were found for; a change of thresholds alone needs no new sweep.
  quant::Recipe m_sweptRecipe;
  std::shared_ptr<const quant::PredictionTable> m_sweptPredictions;
  bool m_sweeping = false;
  Json m_wanted;  ///< zoom that restore() was given, until there are pairs
};

}  // namespace oscope::gui
