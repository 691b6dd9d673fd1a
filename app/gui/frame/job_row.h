// One job in the Jobs dock: icon, name, figures, bar, cancel; once it has ended the cross takes the row away.
#pragma once

#include <QPointer>
#include <QWidget>

class QProgressBar;
class QPushButton;
class QToolButton;

namespace oscope::gui {

class ElidedLabel;
class IconLabel;
class Job;
struct JobOutcome;

class JobRow : public QWidget {
  Q_OBJECT

 public:
  explicit JobRow(Job* job, QWidget* parent = nullptr);
  Job* job() const { return m_job; }  ///< null once the runner has dropped it
  const QString& channel() const { return m_channel; }
  QString title() const;
  QString figures() const;
  bool running() const;
  /// Whether it ended as an error: such a row stays until it is removed.
  bool failed() const { return m_failed; }

 signals:
  void activated(oscope::gui::Job* job);
  void removeRequested();

 private:
  void showProgress();
  void showOutcome();

  QPointer<Job> m_job;
  QString m_channel;
  bool m_failed = false;
  IconLabel* m_icon;
  ElidedLabel* m_figures;
  QPushButton* m_title;
  QToolButton* m_cancel;
  QProgressBar* m_bar;
};

}  // namespace oscope::gui
