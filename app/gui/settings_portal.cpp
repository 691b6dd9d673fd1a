#include "app/gui/settings_portal.h"

#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>

namespace oscope::gui {
namespace {

constexpr uint kDark = 1, kLight = 2;
const QString kService = QStringLiteral("org.freedesktop.portal.Desktop"),
              kPath = QStringLiteral("/org/freedesktop/portal/desktop"),
              kInterface = QStringLiteral("org.freedesktop.portal.Settings"),
              kGroup = QStringLiteral("org.freedesktop.appearance"), kKey = QStringLiteral("color-scheme");

}  // namespace

std::optional<bool> prefersDark(const QVariant& colorScheme) {
  QVariant value = colorScheme;
  while (value.metaType() == QMetaType::fromType<QDBusVariant>()) value = value.value<QDBusVariant>().variant();
  if (value.metaType() != QMetaType::fromType<uint>()) return std::nullopt;
  const uint scheme = value.toUInt();
  return scheme == kDark || scheme == kLight ? std::optional(scheme == kDark) : std::nullopt;
}

SettingsPortal::SettingsPortal(QDBusConnection bus, QObject* parent) : QObject(parent) {
  if (!bus.isConnected()) return;
  qRegisterMetaType<QDBusVariant>();  // the slot is looked up by the names of its types
  bus.connect(kService, kPath, kInterface, QStringLiteral("SettingChanged"), this,
              SLOT(takeChange(QString, QString, QDBusVariant)));
  QDBusMessage read = QDBusMessage::createMethodCall(kService, kPath, kInterface, QStringLiteral("Read"));
  read << kGroup << kKey;
  auto* call = new QDBusPendingCallWatcher(bus.asyncCall(read), this);
  connect(call, &QDBusPendingCallWatcher::finished, this, &SettingsPortal::takeAnswer);
}

void SettingsPortal::takeAnswer(QDBusPendingCallWatcher* call) {
  const QDBusPendingReply<QDBusVariant> reply = *call;
  call->deleteLater();
  if (reply.isValid()) emit preferenceChanged(prefersDark(QVariant::fromValue(reply.value())));
}

void SettingsPortal::takeChange(const QString& group, const QString& key, const QDBusVariant& value) {
  if (group == kGroup && key == kKey) emit preferenceChanged(prefersDark(value.variant()));
}

}  // namespace oscope::gui
