// The centre: header (back, title, controls), the view, and what stands in while there is nothing to show.
#pragma once

#include <QStackedWidget>
#include <QTimer>
#include <QWidget>
#include <map>

#include "app/gui/frame/error_bar.h"
#include "app/gui/views/view.h"

class QHBoxLayout;
class QLabel;
class QToolButton;

namespace oscope::gui {

class Job;
class LoadingVeil;

class ViewFrame : public QWidget {
  Q_OBJECT

 public:
  ViewFrame(const ViewServices& services, QWidget* parent = nullptr);

  /// Shows a view, making it on its first use. Without a snapshot, views that need one show the empty state.
  void show(const QString& id);
  View* current() const { return m_current; }
  /// Moves the keyboard into what is shown.
  void takeFocus();
  /// Where the views are, beneath the header.
  QStackedWidget* viewArea() const { return m_stack; }
  /// The made view of this id, null where it was not shown yet.
  View* view(const QString& id) const;
  void showError(const ErrorBarText& error);
  void clearError();
  /// A 2-px line under the header while a job that the view waits for runs.
  void setBusy(bool busy);
  /// Another workspace is being opened: what is shown is dimmed until it is there.
  void setOpening(bool opening);
  /// Saves picture or table of the current view through a file dialog.
  void saveAs();
  /// The same to a file whose suffix says what: .png, .svg or .csv. The job that writes it; null: nothing to write.
  Job* saveTo(const QString& path);
  void copyTable();
  /// Fit, save, copy and help, as a menu below `widget`.
  void showMore(QWidget* widget);

  /// Zoom, choices and splitters of all views by id, for the workspace; views made later take theirs then.
  Json states() const;
  void setStates(const Json& states);
  /// Splitters alone, likewise, for the next window: they stand so where a workspace says nothing else.
  Json splitters() const;
  void setSplitters(const Json& splitters);

 signals:
  void emptyActionRequested();
  void helpRequested();
  void saved(const QString& path);

 private:
  void orderStops(View* view);
  void refreshHeader();
  void restore(View* view, const Json& state);
  bool canSave() const;
  void sayFailure(Job* job);

  ViewServices m_services;
  QToolButton *m_back, *m_forward, *m_fit, *m_save, *m_more;
  QLabel *m_title, *m_subtitle;
  QHBoxLayout* m_controls;
  QWidget* m_busyLine;
  QTimer m_busyDelay;
  LoadingVeil* m_opening;
  ErrorBar* m_error;
  QStackedWidget* m_stack;
  QWidget* m_empty;
  std::map<QString, View*> m_views;
  View* m_current = nullptr;
  QString m_currentId;
  Json m_waiting = Json::object();  ///< states of views that are not made yet
  Json m_splitters = Json::object();
};

}  // namespace oscope::gui
