// Before a verification: which export, on which held-out tokens, how much.
#pragma once

#include <QTimer>
#include <QWidget>

#include "app/gui/jobs/stage_jobs.h"
#include "app/gui/views/view.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace oscope::gui {

class FormField;
class PathField;
class SourceForm;

class VerifySetup : public QWidget {
  Q_OBJECT

 public:
  VerifySetup(const ViewServices& services, QWidget* parent = nullptr);
  QComboBox* divisor() const { return m_divisor; }
  PathField* exported() const { return m_exported; }
  SourceForm* source() const { return m_source; }
  QPushButton* startButton() const { return m_start; }
  QPushButton* backButton() const { return m_back; }
  QString reason() const;   ///< beside the button: why it can't start
  QString message() const;  ///< how the last one failed
  void start();

 public slots:
  void refresh();

 signals:
  /// Back to the report that is there.
  void backRequested();

 private:
  QString whyNot() const;
  void suggest();
  void checkTokens();
  void refreshJob();

  ViewServices m_services;
  PathField* m_exported;
  SourceForm* m_source;
  QSpinBox* m_siteWindows;
  QComboBox* m_divisor;
  QDoubleSpinBox* m_memory;
  QCheckBox *m_baseline, *m_integers;
  QPushButton *m_start, *m_stop, *m_back;
  QLabel *m_reason, *m_progressText, *m_message;
  QProgressBar* m_progress;
  QTimer m_typing;
  QString m_tokens;  ///< what is wrong with the tokens, or that they are being looked at; empty: nothing
};

}  // namespace oscope::gui
