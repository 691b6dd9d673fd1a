// Bottom dock: what runs, what it said, and what is wrong.
#pragma once

#include <QWidget>
#include <vector>

#include "analysis/base/diagnostic.h"

class QLabel;
class QPlainTextEdit;
class QProgressBar;
class QTabBar;
class QVBoxLayout;

namespace oscope::gui {

class DockHead;
class ElidedLabel;
class Job;
class JobRow;
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
  /// Jobs that last, or failed; the newest first. Of those that replace each other, only the last one.
  std::vector<JobRow*> rows() const;
  /// Only the head is seen: it says what runs, and how far it is.
  void setCollapsed(bool collapsed);

 signals:
  /// The name of a job was pressed: whoever knows it shows it.
  void jobActivated(oscope::gui::Job* job);
  /// A tab was pressed while the dock is collapsed.
  void expandRequested();

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void addRow(Job* job);
  void removeRow(JobRow* row);
  void refreshSummary();

  DockHead* m_head;
  QWidget* m_left;
  ElidedLabel* m_summary;
  QProgressBar* m_headBar;
  QLabel* m_nothing;  ///< stands in while there is no row
  QVBoxLayout* m_rows;
  QTabBar* m_tabs;
  QPlainTextEdit *m_log, *m_problems;
  int m_problemCount = 0;
  bool m_collapsed = false;
};

}  // namespace oscope::gui
