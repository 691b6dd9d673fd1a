// What the deployed model needs over batch × sequence × scheme, what moving it costs, and the RPTQ slide's table.
#pragma once

#include "app/gui/views/memory/memory_grid.h"
#include "app/gui/views/view.h"

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QStackedWidget;

namespace oscope::gui {

class DataTable;
class MemoryChart;
class MemoryTotalsModel;
class SegmentedControl;

class MemoryView : public View {
  Q_OBJECT

 public:
  MemoryView(const ViewServices& services, QWidget* parent);
  QWidget* headerControls() override { return m_controls; }
  QString subtitle() const override;
  QWidget* firstFocus() const override;
  bool canSavePicture() const override;
  FileWork savePicture(const QString& path) override;
  QString csv() const override;
  Json state() const override;
  void restore(const Json& state) override;

  MemoryChart* chart() const { return m_chart; }
  DataTable* totals() const { return m_totals; }
  DataTable* slide() const { return m_slide; }

 private:
  QWidget* makeInputs();
  QWidget* makeSide();
  void refreshShapes();
  void refreshGrid();
  void refreshRow();
  void refreshSide();

  ViewServices m_services;
  QWidget* m_controls;
  SegmentedControl* m_mode;
  QStackedWidget* m_pages;
  QComboBox* m_shape;
  QLineEdit *m_batches, *m_sequences, *m_schemes;
  QLabel *m_problem, *m_caption, *m_sideTitle, *m_bytes, *m_step;
  QDoubleSpinBox *m_device, *m_gpu, *m_host, *m_disk;
  QLabel *m_gpuTime, *m_hostTime, *m_diskTime, *m_stages;
  MemoryChart* m_chart;
  MemoryTotalsModel* m_model;
  DataTable *m_totals, *m_slide;
  model::ModelGraph m_graph;
  MemoryGrid m_grid;
  int m_row = 0;  ///< batch and sequence that the chart shows
};

}  // namespace oscope::gui
