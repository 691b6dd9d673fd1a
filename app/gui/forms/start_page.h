// No workspace: three ways in, the drop zone, the recent list.
#pragma once

#include <QWidget>

class QVBoxLayout;

namespace oscope::gui {

class StartPage : public QWidget {
  Q_OBJECT

 public:
  explicit StartPage(QWidget* parent = nullptr);
  /// Most recent first; entries whose path has vanished stay, grey, with "Locate…".
  void setRecent(const QStringList& paths);
  /// After a crash: offers the autosaved workspace.
  void offerRecovery(const QString& name);

 signals:
  void openFolderRequested();
  void openSnapshotRequested();
  void sampleRequested();
  void pathRequested(const QString& path);
  void locateRequested(const QString& path);
  void restoreRequested();
  void discardRequested();

 private:
  QWidget* m_banner = nullptr;
  QVBoxLayout *m_column, *m_recent;
  QWidget* m_recentBox;
};

}  // namespace oscope::gui
