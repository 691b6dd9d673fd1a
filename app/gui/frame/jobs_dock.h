// Bottom dock: what runs, what it said, and what is wrong.
#pragma once

#include <QWidget>
#include <vector>

#include "analysis/base/diagnostic.h"

class QLabel;
class QListWidget;
class QPlainTextEdit;
class QTabBar;
class QVBoxLayout;

namespace oscope::gui {

class DockHead;
class Job;
class JobRunner;

class JobsDock : public QWidget {
  Q_OBJECT

 public:
  /// The tabs "Log" and "Problems" stand in the dock's head.
  JobsDock(JobRunner& jobs, DockHead* head, QWidget* parent = nullptr);
  /// A line of the log, with the time in front.
  void log(const QString& text);
  void addProblem(const Diagnostic& diagnostic);
  int problems() const { return m_problemCount; }
  QString problemsText() const;
  QString logText() const;

 signals:
  /// The name of a job was pressed: whoever knows it shows it.
  void jobActivated(oscope::gui::Job* job);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void addJob(Job* job);
  void refreshRunning();

  JobRunner& m_jobs;
  DockHead* m_head;
  QWidget* m_left;
  QLabel* m_running;
  QVBoxLayout* m_rows;
  QTabBar* m_tabs;
  QPlainTextEdit *m_log, *m_problems;
  int m_problemCount = 0;
};

}  // namespace oscope::gui
