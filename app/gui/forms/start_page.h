// No workspace: three ways in, the drop zone, the recent list.
#pragma once

#include <QWidget>
#include <vector>

#include "app/gui/frame/session_state.h"

class QVBoxLayout;

namespace oscope::gui {

class DropZone;
class ErrorBar;

class StartPage : public QWidget {
  Q_OBJECT

 public:
  explicit StartPage(QWidget* parent = nullptr);
  /// Most recent first; entries whose path has vanished stay, grey, with "Locate…".
  void setRecent(const std::vector<RecentFile>& files);
  DropZone* dropZone() const { return m_dropZone; }
  ErrorBar* errorBar() const { return m_error; }

 signals:
  void openFolderRequested();
  void openSnapshotRequested();
  void sampleRequested();
  void pathRequested(const QString& path);
  void locateRequested(const QString& path);
  void helpRequested();

 private:
  QWidget* makeRow(const RecentFile& file, int number);

  QVBoxLayout* m_recent;
  QWidget* m_recentBox;
  DropZone* m_dropZone;
  ErrorBar* m_error;
};

}  // namespace oscope::gui
