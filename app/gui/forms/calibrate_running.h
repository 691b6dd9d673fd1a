// The calibrate dialog while it runs: blocks, time left, throughput, memory, ranges as they come, log.
#pragma once

#include <QPointer>
#include <QTimer>
#include <QWidget>

#include "app/gui/jobs/calibration_run.h"

class QLabel;
class QPlainTextEdit;

namespace oscope::gui {

class BlockStrip;
class Document;
class FigureStrip;
class RangesSoFar;

class CalibrateRunning : public QWidget {
  Q_OBJECT

 public:
  explicit CalibrateRunning(Document& document, QWidget* parent = nullptr);
  void follow(CalibrationRun* run);
  RangesSoFar* ranges() const { return m_ranges; }
  QString headline() const;

 private:
  void refresh();
  void refreshRanges();

  Document& m_document;
  QPointer<CalibrationRun> m_run;
  QLabel *m_headline, *m_left, *m_where, *m_elapsed, *m_note;
  BlockStrip* m_strip;
  FigureStrip* m_figures;
  RangesSoFar* m_ranges;
  QPlainTextEdit* m_log;
  QTimer m_clock;
};

}  // namespace oscope::gui
