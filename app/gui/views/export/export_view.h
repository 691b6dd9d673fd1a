// Export: targets with what each runtime really runs, what the format changes, where to, and the way there.
#pragma once

#include <QPointer>

#include "app/gui/jobs/stage_jobs.h"
#include "app/gui/views/view.h"

class QButtonGroup;
class QCheckBox;
class QDoubleSpinBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QVBoxLayout;

namespace oscope::gui {

class DataTable;
class ParamForm;
class PathField;
class RuntimeTableModel;

class ExportView : public View {
  Q_OBJECT

 public:
  ExportView(const ViewServices& services, QWidget* parent);
  QString subtitle() const override;
  QString csv() const override;

  PathField* output() const { return m_output; }
  QCheckBox* replace() const { return m_replace; }
  QDoubleSpinBox* largestFile() const { return m_shard; }
  QPushButton* startButton() const { return m_start; }
  QString reason() const;  ///< beside the button: why it can't start
  QString result() const;  ///< what the last export made, or how it failed
  QString size() const;    ///< what it will take, and what is free there
  QStringList findings() const { return m_findingTexts; }
  RuntimeTableModel* runtimes() const { return m_runtimes; }

 protected:
  void showEvent(QShowEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void refresh();
  void refreshReason();
  void refreshSize();
  void predict();
  void refreshJob();
  void suggestOutput();
  void start();
  QString whyNot() const;

  ViewServices m_services;
  const quant::ExportFormat* m_format = nullptr;
  QButtonGroup* m_targets;
  ParamForm* m_params;
  DataTable* m_table;
  RuntimeTableModel* m_runtimes;
  QVBoxLayout* m_findings;
  QStringList m_findingTexts;
  std::uint64_t m_predicted = 0;  ///< bytes of the files; 0: unknown
  bool m_refused = false;         ///< the format says that it can't carry the plan
  PathField* m_output;
  QCheckBox* m_replace;
  QDoubleSpinBox* m_shard;
  QPushButton *m_start, *m_stop, *m_verifyNow;
  QLabel *m_reason, *m_result, *m_progressText, *m_size;
  QProgressBar* m_progress;
};

}  // namespace oscope::gui
