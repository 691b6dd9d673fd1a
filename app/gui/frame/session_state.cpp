#include "app/gui/frame/session_state.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSettings>
#include <QVariantMap>

#include "analysis/base/error.h"

namespace oscope::gui {
namespace {

constexpr std::size_t kMostRecent = 9;
constexpr int kMostSessions = 32;
constexpr const char* kSessionKey = "session";  // in Workspace::view: what the autosaved copy adds

const QString kRecentKey = QStringLiteral("recentFiles"), kPath = QStringLiteral("path"),
              kTitle = QStringLiteral("title"), kKind = QStringLiteral("kind"), kCounts = QStringLiteral("counts"),
              kOpened = QStringLiteral("opened");

void storeRecent(const std::vector<RecentFile>& files) {
  QVariantList list;
  for (const RecentFile& file : files) {
    QStringList counts;
    for (int count : file.counts) counts << QString::number(count);
    list << QVariantMap{{kPath, file.path},
                        {kTitle, file.title},
                        {kKind, file.kind},
                        {kCounts, counts.join(QLatin1Char(' '))},
                        {kOpened, file.opened}};
  }
  QSettings().setValue(kRecentKey, list);
}

}  // namespace

std::vector<RecentFile> recentFiles() {
  std::vector<RecentFile> files;
  for (const QVariant& value : QSettings().value(kRecentKey).toList()) {
    const QVariantMap map = value.toMap();
    RecentFile file{
        map[kPath].toString(), map[kTitle].toString(), map[kKind].toString(), {}, map[kOpened].toDateTime()};
    const QStringList counts = map[kCounts].toString().split(QLatin1Char(' '));
    for (int i = 0; i < 4 && i < counts.size(); ++i) file.counts[static_cast<std::size_t>(i)] = counts[i].toInt();
    if (!file.path.isEmpty()) files.push_back(std::move(file));
  }
  return files;
}

void addRecentFile(RecentFile file) {
  if (file.path.isEmpty()) return;
  file.path = QFileInfo(file.path).absoluteFilePath();
  file.opened = QDateTime::currentDateTime();
  std::vector<RecentFile> files = recentFiles();
  std::erase_if(files, [&](const RecentFile& other) { return other.path == file.path; });
  files.insert(files.begin(), std::move(file));
  if (files.size() > kMostRecent) files.resize(kMostRecent);
  storeRecent(files);
}

void removeRecentFile(const QString& path) {
  std::vector<RecentFile> files = recentFiles();
  std::erase_if(files, [&](const RecentFile& other) { return other.path == path; });
  storeRecent(files);
}

SessionState::SessionState(const QString& folder) : m_folder(folder) {
  QDir().mkpath(folder);
  for (int number = 1; number <= kMostSessions; ++number) {
    const QString path = QStringLiteral("%1/session-%2.oscope").arg(folder).arg(number);
    if (m_lock != nullptr && !QFile::exists(path)) continue;
    auto lock = std::make_unique<QLockFile>(path + QStringLiteral(".lock"));
    lock->setStaleLockTime(0);  // a lock is stale when its process has ended, however long it lives
    if (!lock->tryLock(0)) continue;
    if (QFile::exists(path)) {
      const QString time = QFileInfo(path).lastModified().toString(QStringLiteral("yyyyMMdd-HHmmss-zzz"));
      QFile::rename(path, QStringLiteral("%1/recovered-%2-%3.oscope").arg(folder, time).arg(number));
    }
    if (m_lock == nullptr) {
      m_lock = std::move(lock);
      m_file->path = path;
    }
  }
}

std::function<void()> SessionState::autosaver(const quant::Workspace& workspace, const QString& title,
                                              const QString& original) {
  quant::Workspace copy = workspace;
  if (!copy.view.is_object()) copy.view = Json::object();
  copy.view[kSessionKey] = {{"title", title.toStdString()}, {"original", original.toStdString()}};
  return [file = m_file, copy = std::move(copy), folder = m_folder, forgotten = m_file->forgotten] {
    const std::lock_guard lock(file->mutex);
    if (file->forgotten != forgotten) return;
    if (file->path.isEmpty()) {
      throw Error(ErrorCode::WriteFailed, folder.toStdString(), "no place to autosave", "save the workspace by hand");
    }
    quant::saveWorkspace(copy, file->path.toStdString());
  };
}

void SessionState::forgetAutosave() {
  const std::lock_guard lock(m_file->mutex);
  ++m_file->forgotten;
  QFile::remove(m_file->path);
}

std::optional<Recovery> SessionState::recovery() const {
  const QFileInfoList files =
      QDir(m_folder).entryInfoList({QStringLiteral("recovered-*.oscope")}, QDir::Files, QDir::Name | QDir::Reversed);
  for (const QFileInfo& file : files) {
    try {
      const quant::Workspace workspace = quant::loadWorkspace(file.absoluteFilePath().toStdString());
      const Json session = workspace.view.value(kSessionKey, Json::object());
      return Recovery{file.absoluteFilePath(), QString::fromStdString(session.value("title", std::string())),
                      QString::fromStdString(session.value("original", std::string())), file.lastModified()};
    } catch (const std::exception&) {
      continue;  // of a newer program, say: nothing that this one could offer
    }
  }
  return std::nullopt;
}

void SessionState::dropRecovery(const Recovery& recovery) {
  QFile::remove(recovery.file);
}

}  // namespace oscope::gui
