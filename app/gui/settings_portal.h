// What a desktop says about dark and light where Qt doesn't ask it (before 6.5): org.freedesktop.portal.Settings.
#pragma once

#include <QDBusConnection>
#include <QDBusVariant>
#include <QObject>
#include <optional>

class QDBusPendingCallWatcher;

namespace oscope::gui {

/// Of `org.freedesktop.appearance`, `color-scheme`: 1 is dark, 2 is light; 0, what is unknown and what is no number are
/// no preference. `Read` answers with a variant in a variant, `ReadOne` and the signal with one: any depth will do.
std::optional<bool> prefersDark(const QVariant& colorScheme);

/// Asks once and listens; the answer arrives when the portal has it. Without a bus or a portal it says nothing.
class SettingsPortal : public QObject {
  Q_OBJECT

 public:
  explicit SettingsPortal(QDBusConnection bus, QObject* parent = nullptr);

 signals:
  void preferenceChanged(std::optional<bool> dark);

 private slots:
  void takeAnswer(QDBusPendingCallWatcher* call);
  void takeChange(const QString& group, const QString& key, const QDBusVariant& value);
};

}  // namespace oscope::gui
