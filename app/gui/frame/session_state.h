// What outlives the window: recent files, the autosaved workspace, and what a crash left behind.
#pragma once

#include <QDateTime>
#include <QLockFile>
#include <QObject>
#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "quant/pipeline/workspace.h"

namespace oscope::gui {

/// One line of the recent list: what it was when it was last open.
struct RecentFile {
  QString path, title;
  QString kind;                 ///< "workspace", "snapshot, no checkpoint", "model folder"
  std::array<int, 4> counts{};  ///< sites of each policy; all 0: not calibrated
  QDateTime opened;
};

/// Most recent first, at most nine.
std::vector<RecentFile> recentFiles();
/// Puts it in front; an entry of the same path goes.
void addRecentFile(RecentFile file);
void removeRecentFile(const QString& path);

/// A workspace that a session left unsaved because it ended unexpectedly.
struct Recovery {
  QString file;      ///< the autosaved copy
  QString title;     ///< "LLaMA-7B · FPTQ W4A8"
  QString original;  ///< where the workspace was saved, empty: nowhere
  QDateTime saved;
};

/// Every running window autosaves into a file of its own, held by a lock. A file whose lock has no living owner is what
/// a crash left: it is set aside, so that the new session can't overwrite it before the user has decided.
class SessionState {
 public:
  /// `folder` is made where it is missing.
  explicit SessionState(const QString& folder);

  /// Work for any thread, also when this has gone: writes the workspace under this session's name, which takes as long
  /// as the disk likes. Errors are Error.
  std::function<void()> autosaver(const quant::Workspace& workspace, const QString& title, const QString& original);
  /// An orderly end, or a save: nothing to recover. What was asked for before and is not written yet never will be.
  void forgetAutosave();
  QString autosavePath() const { return m_file->path; }

  /// The newest of what was left behind; nullopt where there is nothing. Stays until it is dropped.
  std::optional<Recovery> recovery() const;
  void dropRecovery(const Recovery& recovery);

 private:
  struct File {
    QString path;
    std::mutex mutex;  ///< of all below, and held while it is written
    int forgotten = 0;
  };
  QString m_folder;
  std::shared_ptr<File> m_file = std::make_shared<File>();
  std::unique_ptr<QLockFile> m_lock;
};

}  // namespace oscope::gui
