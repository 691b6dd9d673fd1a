// What a calibration can be told beyond the everyday: observers and their parameters, micro-batch, shards, threads,
// precision, device memory.
#pragma once

#include <QWidget>
#include <map>

#include "app/gui/jobs/calibration_run.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QGridLayout;
class QPushButton;
class QSpinBox;

namespace oscope::gui {

class ParamForm;

/// Collapsed until asked for; while collapsed its head names what differs from the defaults. What is chosen is
/// remembered, but for the shard.
class CalibrateAdvanced : public QWidget {
  Q_OBJECT

 public:
  explicit CalibrateAdvanced(QWidget* parent = nullptr);

  /// Puts its choices into a request.
  void fill(CalibrationRequest& request) const;
  /// Takes over what an interrupted run was asked for.
  void setFrom(const calibration::DatasetOptions& data, const calibration::CalibrateOptions& options);
  /// Limits of a GPU mean nothing on a CPU.
  void setAccelerator(bool accelerator);
  void setExpanded(bool expanded);
  /// "micro-batch 4 · 2 threads"; empty: all defaults.
  QString changes() const;
  /// What can't be; empty: nothing.
  QString whyIncomplete() const;

  QPushButton* toggle() const { return m_toggle; }
  QPushButton* defaultsButton() const { return m_defaults; }
  QSpinBox* microBatch() const { return m_microBatch; }
  QSpinBox* firstSample() const { return m_firstSample; }
  QSpinBox* threads() const { return m_threads; }
  QDoubleSpinBox* durable() const { return m_durable; }
  QDoubleSpinBox* deviceMemory() const { return m_deviceMemory; }
  QComboBox* precision() const { return m_precision; }
  QCheckBox* observer(const std::string& id) const { return m_observers.at(id); }
  /// Null: this observer declares none.
  ParamForm* observerParams(const std::string& id) const;

 signals:
  void changed();

 private:
  void makeFields(QGridLayout* grid);
  void makeObservers(QGridLayout* grid, int row);
  void makeObserverParams(QGridLayout* grid, int row);
  void refreshHead();
  void edited();
  void reset();
  void load();
  void store() const;

  QPushButton *m_toggle, *m_defaults;
  QWidget* m_box;
  QSpinBox *m_microBatch, *m_firstSample, *m_threads;
  QDoubleSpinBox *m_durable, *m_deviceMemory;
  QComboBox* m_precision;
  std::map<std::string, QCheckBox*> m_observers;
  std::map<std::string, ParamForm*> m_params;  ///< of observers that declare some
};

}  // namespace oscope::gui
