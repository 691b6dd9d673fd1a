// Dark and light as the desktop's settings portal says: its values, and a portal on a bus of the test's own.
#include "app/gui/settings_portal.h"

#include <gtest/gtest.h>

#include <QApplication>
#include <QDBusMessage>
#include <QDBusVirtualObject>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTest>

#include "app/gui/theme.h"
#include "tests/support/test_data.h"

namespace oscope::gui {
namespace {

QVariant wrapped(const QVariant& value, int times) {
  return times == 0 ? value : QVariant::fromValue(QDBusVariant(wrapped(value, times - 1)));
}

TEST(SettingsPortalValue, AVariantInAVariantIsRead) {
  for (int depth : {0, 1, 2}) {
    EXPECT_EQ(prefersDark(wrapped(1u, depth)), true) << depth;
    EXPECT_EQ(prefersDark(wrapped(2u, depth)), false) << depth;
    EXPECT_EQ(prefersDark(wrapped(0u, depth)), std::nullopt) << depth;
  }
}

TEST(SettingsPortalValue, WhatIsNoSchemeIsNoPreference) {
  for (const QVariant& value : {QVariant(), QVariant(7u), QVariant(QStringLiteral("1")), QVariant(true), QVariant(1)}) {
    EXPECT_EQ(prefersDark(wrapped(value, 2)), std::nullopt) << value.typeName();
  }
}

/// Answers `Read` as xdg-desktop-portal does, and says what changes.
class FakePortal : public QDBusVirtualObject {
 public:
  FakePortal(QDBusConnection bus, uint scheme) : m_bus(std::move(bus)), m_scheme(scheme) {
    m_bus.registerVirtualObject(kPath, this);
    m_bus.registerService(QStringLiteral("org.freedesktop.portal.Desktop"));
  }
  ~FakePortal() override {
    m_bus.unregisterService(QStringLiteral("org.freedesktop.portal.Desktop"));
    m_bus.unregisterObject(kPath);
  }

  QString introspect(const QString&) const override { return {}; }
  bool handleMessage(const QDBusMessage& message, const QDBusConnection&) override {
    const QVariantList wanted{QStringLiteral("org.freedesktop.appearance"), QStringLiteral("color-scheme")};
    if (message.interface() != kInterface || message.member() != QLatin1String("Read")) return false;
    if (message.arguments() != wanted || m_scheme > 2) {
      return m_bus.send(message.createErrorReply(QStringLiteral("org.freedesktop.portal.Error.NotFound"),
                                                 QStringLiteral("Requested setting not found")));
    }
    return m_bus.send(message.createReply(wrapped(m_scheme, 2)));
  }
  void change(const QString& group, const QString& key, const QVariant& value) {
    QDBusMessage signal = QDBusMessage::createSignal(kPath, kInterface, QStringLiteral("SettingChanged"));
    signal << group << key << wrapped(value, 1);
    m_bus.send(signal);
  }

 private:
  inline static const QString kPath = QStringLiteral("/org/freedesktop/portal/desktop"),
                              kInterface = QStringLiteral("org.freedesktop.portal.Settings");
  QDBusConnection m_bus;
  uint m_scheme;
};

/// A bus that nobody else is on; the application's theme follows the portal as the program's does.
class SettingsPortalOnABus : public ::testing::Test {
 protected:
  void SetUp() override {
    const QString program = QStandardPaths::findExecutable(QStringLiteral("dbus-daemon"));
    if (program.isEmpty()) GTEST_SKIP() << "dbus-daemon is not installed: no bus to put a portal on";
    QFile config(QString::fromStdString((m_scratch.path() / "bus.conf").string()));
    ASSERT_TRUE(config.open(QIODevice::WriteOnly));
    config.write(
        "<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><policy context=\"default\">"
        "<allow send_destination=\"*\"/><allow receive_sender=\"*\"/><allow own=\"*\"/></policy></busconfig>");
    config.close();
    m_daemon.start(program, {QStringLiteral("--config-file=") + config.fileName(), QStringLiteral("--nofork"),
                             QStringLiteral("--print-address=1")});
    ASSERT_TRUE(m_daemon.waitForReadyRead());
    const QString address = QString::fromUtf8(m_daemon.readLine()).trimmed();
    m_desktop = QDBusConnection::connectToBus(address, kDesktopName);
    m_window = QDBusConnection::connectToBus(address, kWindowName);
    ASSERT_TRUE(m_desktop.isConnected() && m_window.isConnected());
    applyTheme(*qApp, ThemeChoice::System);
    ASSERT_FALSE(theme().dark);
  }
  void TearDown() override {
    m_desktop = m_window = QDBusConnection(QString());  // the last to hold a bus must not be a test
    for (const QString& name : {kDesktopName, kWindowName}) QDBusConnection::disconnectFromBus(name);
    m_daemon.kill();
    m_daemon.waitForFinished();
    setDesktopPreference(*qApp, std::nullopt);
    applyTheme(*qApp, ThemeChoice::Light);
  }
  std::unique_ptr<SettingsPortal> follow() {
    auto portal = std::make_unique<SettingsPortal>(m_window);
    QObject::connect(portal.get(), &SettingsPortal::preferenceChanged, qApp, [this](std::optional<bool> dark) {
      ++m_heard;
      setDesktopPreference(*qApp, dark);
    });
    return portal;
  }
  bool hears(int times) {
    return QTest::qWaitFor([&] { return m_heard >= times; }, 10'000);
  }

  inline static const QString kDesktopName = QStringLiteral("desktop"), kWindowName = QStringLiteral("window"),
                              kGroup = QStringLiteral("org.freedesktop.appearance"),
                              kKey = QStringLiteral("color-scheme");
  test::ScratchFolder m_scratch;
  QProcess m_daemon;
  QDBusConnection m_desktop{QString()}, m_window{QString()};
  int m_heard = 0;
};

TEST_F(SettingsPortalOnABus, ADarkDesktopIsHeardAtTheStartAndFollowedAfterwards) {
  FakePortal desktop(m_desktop, 1);
  const auto portal = follow();
  EXPECT_EQ(m_heard, 0) << "the start doesn't wait for the portal";
  ASSERT_TRUE(hears(1));
  EXPECT_TRUE(theme().dark);
  EXPECT_EQ(QApplication::palette().color(QPalette::Window), darkTheme().bg);
  desktop.change(kGroup, kKey, 2u);
  ASSERT_TRUE(hears(2));
  EXPECT_FALSE(theme().dark);
  desktop.change(kGroup, QStringLiteral("accent-color"), 1u);
  desktop.change(QStringLiteral("org.gnome.desktop.interface"), kKey, 1u);
  desktop.change(kGroup, kKey, 1u);
  ASSERT_TRUE(hears(3));
  EXPECT_TRUE(theme().dark);
  desktop.change(kGroup, kKey, 0u);  // no preference: the palette's word, which is light here
  ASSERT_TRUE(hears(4));
  EXPECT_FALSE(theme().dark);
  EXPECT_EQ(m_heard, 4) << "other settings are none of ours";
}

TEST_F(SettingsPortalOnABus, AChosenThemeStays) {
  applyTheme(*qApp, ThemeChoice::Light);
  FakePortal desktop(m_desktop, 1);
  const auto portal = follow();
  ASSERT_TRUE(hears(1));
  EXPECT_FALSE(theme().dark);
  applyTheme(*qApp, ThemeChoice::System);
  EXPECT_TRUE(theme().dark) << "what was heard is remembered";
}

TEST_F(SettingsPortalOnABus, APortalWithoutTheSettingSaysNothingUntilItHasIt) {
  FakePortal desktop(m_desktop, 9);
  const auto portal = follow();
  desktop.change(kGroup, kKey, 1u);
  ASSERT_TRUE(hears(1));
  EXPECT_TRUE(theme().dark);
}

TEST_F(SettingsPortalOnABus, APortalThatComesLaterIsHeard) {
  const auto portal = follow();
  FakePortal desktop(m_desktop, 9);
  desktop.change(kGroup, kKey, 1u);
  ASSERT_TRUE(hears(1));
  EXPECT_TRUE(theme().dark);
}

TEST(SettingsPortal, WithoutABusNothingHappens) {
  SettingsPortal portal{QDBusConnection(QStringLiteral("none"))};
  EXPECT_FALSE(theme().dark);
}

}  // namespace
}  // namespace oscope::gui
