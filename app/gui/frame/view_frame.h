// The centre: header (back, title, controls), the view, and what stands in while there is nothing to show.
#pragma once

#include <QStackedWidget>
#include <QWidget>
#include <map>

#include "app/gui/views/view.h"

class QHBoxLayout;
class QLabel;
class QToolButton;

namespace oscope::gui {

/// An error that the user can act on: what, where, how to go on, and "Copy details".
struct ErrorBarText {
  QString text, where, remedy;
};

class ViewFrame : public QWidget {
  Q_OBJECT

 public:
  ViewFrame(const ViewServices& services, QWidget* parent = nullptr);

  /// Shows a view, making it on its first use. Without a snapshot, views that need one show the empty state.
  void show(const QString& id);
  View* current() const { return m_current; }
  /// The made view of this id, null where it was not shown yet.
  View* view(const QString& id) const;
  void showError(const ErrorBarText& error);
  void clearError();
  /// A 2-px line under the header while a job that the view waits for runs.
  void setBusy(bool busy);
  /// Saves picture or table of the current view through a file dialog.
  void saveAs();

 signals:
  void emptyActionRequested();

 private:
  void refreshHeader();

  ViewServices m_services;
  QToolButton *m_back, *m_forward, *m_save;
  QLabel *m_title, *m_subtitle;
  QHBoxLayout* m_controls;
  QWidget *m_busyLine, *m_errorBar;
  QLabel* m_errorText;
  QString m_errorDetails;
  QStackedWidget* m_stack;
  QWidget* m_empty;
  std::map<QString, View*> m_views;
  View* m_current = nullptr;
  QString m_currentId;
};

}  // namespace oscope::gui
