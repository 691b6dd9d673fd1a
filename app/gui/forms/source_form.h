// Where tokens come from, how many and how long: for calibration and for verification.
#pragma once

#include <QWidget>

#include "analysis/calibration/preflight.h"

class QLineEdit;
class QSpinBox;

namespace oscope::gui {

class FormField;
class PathField;
class SegmentedControl;

class SourceForm : public QWidget {
  Q_OBJECT

 public:
  /// `count`: what windows are called here ("Samples", "Windows").
  explicit SourceForm(const QString& count, QWidget* parent = nullptr);

  calibration::DatasetOptions options() const;
  void setOptions(const calibration::DatasetOptions& options);
  /// Errors under their fields; a field's fix takes the value that fits. True where one of `problems` is ours.
  bool showProblems(const std::vector<calibration::RunProblem>& problems);
  /// What is known about the tokens ("10.9 MB, enough for 128 samples of 512").
  void setHint(const QString& text);
  /// What is missing at a glance, without reading anything; empty: nothing.
  QString whyIncomplete() const;

  PathField* file() const { return m_file; }
  FormField* samplesField() const { return m_samplesField; }
  FormField* lengthField() const { return m_lengthField; }
  QSpinBox* samples() const { return m_samples; }
  QSpinBox* length() const { return m_length; }
  QSpinBox* seed() const { return m_seed; }
  SegmentedControl* source() const { return m_source; }

 signals:
  void changed();

 private:
  void refreshSource();
  /// A file that is named as JSON lines is taken as such, and a text as text.
  void followSuffix();

  SegmentedControl* m_source;
  PathField* m_file;
  QLineEdit* m_key;
  FormField *m_keyField, *m_samplesField, *m_lengthField, *m_seedField;
  QSpinBox *m_samples, *m_length, *m_seed;
  std::uint64_t m_fittingSamples = 0, m_fittingLength = 0;
};

/// "holds 37 windows of 512 tokens ... · ask for fewer": a refusal in one line under a field.
QString problemText(const calibration::RunProblem& problem);

}  // namespace oscope::gui
