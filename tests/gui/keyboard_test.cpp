// The whole job without a mouse: key events only, to what has the keyboard.
#include <gtest/gtest.h>

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QApplication>
#include <QDockWidget>
#include <QFileDialog>
#include <QInputDialog>
#include <QLineEdit>
#include <QPushButton>
#include <QStatusBar>
#include <QTimer>
#include <fstream>

#include "app/gui/forms/calibrate_dialog.h"
#include "app/gui/forms/start_page.h"
#include "app/gui/frame/docks.h"
#include "app/gui/frame/focus_ring.h"
#include "app/gui/frame/help_window.h"
#include "app/gui/frame/rail.h"
#include "app/gui/frame/run_actions.h"
#include "app/gui/theme.h"
#include "app/gui/views/policy/policy_view.h"
#include "app/gui/views/sensitivity/front_plot.h"
#include "app/gui/views/sensitivity/sensitivity_view.h"
#include "app/gui/views/verify/verify_setup.h"
#include "app/gui/views/verify/verify_view.h"
#include "tests/gui/sample_window.h"

namespace oscope::gui {
namespace {

constexpr int kMostStops = 120;  // presses of Tab after which there is no way, or no way out

/// What a person who can't see the widget would call it.
QString nameOf(const QWidget& widget) {
  if (!widget.accessibleName().isEmpty()) return widget.accessibleName();
  const auto* button = qobject_cast<const QAbstractButton*>(&widget);
  return button != nullptr ? QString(button->text()).remove(QLatin1Char('&')) : QString();
}

QString describe(const QWidget& widget) {
  QString words = QString::fromLatin1(widget.metaObject()->className());
  for (const QWidget* at = &widget; at != nullptr && !at->isWindow(); at = at->parentWidget()) {
    if (!at->objectName().isEmpty()) words += QStringLiteral(" in ") + at->objectName();
  }
  return words + QStringLiteral(" \"%1\"").arg(nameOf(widget));
}

template <typename Fixture>
class WithKeys : public Fixture {
 protected:
  void SetUp() override {
    Fixture::SetUp();
    backToWindow();
  }

  /// What a window manager does when a dialog has gone.
  void backToWindow() {
    this->m_window.activateWindow();
    ASSERT_TRUE(QTest::qWaitFor([this] { return this->m_window.isActiveWindow(); }, kPatience));
  }
  static QWidget* keyboard() {
    QWidget* window = QApplication::activePopupWidget();
    if (window == nullptr) window = QApplication::activeWindow();
    if (window == nullptr) return nullptr;
    return window->focusWidget() != nullptr ? window->focusWidget() : window;
  }
  static void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
    QWidget* to = keyboard();
    ASSERT_NE(to, nullptr) << "no window is active";
    QTest::keyClick(to, key, modifiers);
  }
  static void type(const QString& text) {
    press(Qt::Key_A, Qt::ControlModifier);
    QTest::keyClicks(keyboard(), text);
  }
  /// Tab until what is called so has the keyboard.
  static bool tabTo(const QString& name) {
    QStringList seen;
    for (int i = 0; i < kMostStops && (seen.isEmpty() || describe(*keyboard()) != seen.front()); ++i) {
      if (nameOf(*keyboard()) == name && keyboard()->isVisible()) return true;
      seen << describe(*keyboard());
      press(Qt::Key_Tab);
    }
    ADD_FAILURE() << "Tab doesn't lead to " << name.toStdString() << " but to\n" << seen.join(u'\n').toStdString();
    return false;
  }
  /// Presses keys once the next window that blocks the others is there.
  template <typename T>
  static void inNextDialog(std::function<void(T&)> act) {
    auto* timer = new QTimer(qApp);
    QObject::connect(timer, &QTimer::timeout, timer, [timer, act = std::move(act)] {
      auto* dialog = qobject_cast<T*>(QApplication::activeModalWidget());
      if (dialog == nullptr || !dialog->isActiveWindow()) return;
      timer->deleteLater();
      timer->stop();
      act(*dialog);
    });
    timer->start(20);
  }
  void showByKey(int index) {
    static constexpr Qt::Key kDigits[] = {Qt::Key_1, Qt::Key_2, Qt::Key_3, Qt::Key_4, Qt::Key_5,
                                          Qt::Key_6, Qt::Key_7, Qt::Key_8, Qt::Key_9, Qt::Key_0};
    const QString& id = views()[static_cast<std::size_t>(index)].id;
    press(kDigits[index], Qt::ControlModifier);
    ASSERT_TRUE(QTest::qWaitFor([&] { return this->context().view() == id; }, kPatience)) << qPrintable(id);
    const auto inView = [&] {
      const QWidget* has = this->m_window.focusWidget();
      return has != nullptr && has->isVisible() && this->m_window.frame()->current()->isAncestorOf(has);
    };
    EXPECT_TRUE(QTest::qWaitFor(inView, kPatience))  // once it has something to show
        << qPrintable(id + QStringLiteral(": the keyboard is at ") + describe(*keyboard()));
  }
  void showByKey(const char* id) {
    for (std::size_t i = 0; i < views().size(); ++i) {
      if (views()[i].id == QLatin1String(id)) showByKey(static_cast<int>(i));
    }
  }
};

using KeyboardOnly = WithKeys<ShownWindow>;
using KeyboardOnSample = WithKeys<SampleWindow>;

TEST_F(KeyboardOnly, DoesTheWholeJob) {
  // Open the bundled sample.
  ASSERT_TRUE(tabTo(QStringLiteral("Open the sample")));
  QSignalSpy opened(&document(), &Document::opened);
  press(Qt::Key_Space);
  ASSERT_TRUE(opened.wait(kPatience));
  ASSERT_TRUE(QTest::qWaitFor([&] { return document().predictions() != nullptr; }, kPatience));
  ASSERT_EQ(context().view(), QStringLiteral("ranges"));

  // Calibrate it from the form.
  press(Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
  CalibrateDialog* dialog = m_window.run()->dialog();
  ASSERT_TRUE(QTest::qWaitFor([&] { return dialog->isActiveWindow(); }, kPatience));
  ASSERT_TRUE(tabTo(QStringLiteral("Random tokens")));
  for (int i = 0; i < 3; ++i) press(Qt::Key_Left);
  ASSERT_TRUE(tabTo(QStringLiteral("File")));
  type(QStringLiteral("resources/sample/calib.txt"));
  ASSERT_TRUE(tabTo(QStringLiteral("Samples")));
  type(QStringLiteral("8"));
  ASSERT_TRUE(tabTo(QStringLiteral("Length")));
  type(QStringLiteral("32"));
  ASSERT_TRUE(tabTo(QStringLiteral("Snapshot")));
  type(text(m_scratch / "mine.oscope.h5"));
  ASSERT_TRUE(QTest::qWaitFor([&] { return dialog->startButton()->isEnabled(); }, kPatience))
      << dialog->reason().toStdString();
  ASSERT_TRUE(tabTo(QStringLiteral("Start calibration")));
  QSignalSpy calibrated(&document(), &Document::snapshotChanged);
  press(Qt::Key_Space);
  ASSERT_TRUE(calibrated.wait(kPatience));
  ASSERT_EQ(document().snapshot()->provenance().samples, 8);
  ASSERT_EQ(document().snapshot()->provenance().length, 32);
  ASSERT_EQ(document().snapshot()->provenance().dataSource, "text");
  ASSERT_TRUE(QTest::qWaitFor([&] { return document().predictions() != nullptr; }, kPatience));
  ASSERT_FALSE(dialog->isVisible());
  backToWindow();

  for (int i = 0; i < static_cast<int>(views().size()); ++i) showByKey(i);

  // Move both thresholds until a site changes its policy; undo and redo.
  showByKey("ranges");
  const auto first = document().outlook().counts;
  for (const auto& [key, policy] : {std::pair(Qt::Key_PageUp, 0), std::pair(Qt::Key_PageDown, 2)}) {
    press(Qt::Key_T);  // v0, then v1
    const auto before = document().outlook().counts;
    for (int i = 0; i < 40 && document().outlook().counts[static_cast<std::size_t>(policy)] <=
                                  before[static_cast<std::size_t>(policy)];
         ++i) {
      press(key);
    }
    EXPECT_GT(document().outlook().counts[static_cast<std::size_t>(policy)], before[static_cast<std::size_t>(policy)]);
  }
  EXPECT_GT(document().recipe().v0, 15);
  EXPECT_LT(document().recipe().v1, 150);
  const auto moved = document().outlook().counts;
  const int steps = document().undoStack().index();
  for (int i = 0; i < steps; ++i) press(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_EQ(document().outlook().counts, first);
  EXPECT_EQ(document().recipe().v0, 15);
  for (int i = 0; i < steps; ++i) press(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
  EXPECT_EQ(document().outlook().counts, moved);
  inNextDialog<QInputDialog>([&](QInputDialog&) {
    type(QStringLiteral("120"));
    press(Qt::Key_Return);
  });
  press(Qt::Key_Return);  // the value of v1 is typed
  backToWindow();
  EXPECT_EQ(document().recipe().v1, 120);

  // One site by hand; the filter shows it alone.
  showByKey("policy");
  press(Qt::Key_Home);
  press(Qt::Key_Down);
  ASSERT_TRUE(context().selection().current.has_value());
  const SiteId site = *context().selection().current;
  press(Qt::Key_0);
  EXPECT_EQ(document().recipe().overrides, (std::map<SiteId, quant::Policy>{{site, quant::Policy::None}}));
  press(Qt::Key_F, Qt::ControlModifier);
  type(QStringLiteral("hand"));
  const auto* table = m_window.frame()->current()->findChild<QAbstractItemView*>();
  EXPECT_EQ(table->model()->rowCount(), 1);
  press(Qt::Key_Escape);
  EXPECT_EQ(table->model()->rowCount(), 32);

  // Adopt the pair with the most static sites.
  showByKey("sensitivity");
  auto* sensitivity = qobject_cast<SensitivityView*>(m_window.frame()->current());
  ASSERT_TRUE(
      QTest::qWaitFor([&] { return !sensitivity->sweeping() && !sensitivity->plot()->front().empty(); }, kPatience));
  press(Qt::Key_End);
  press(Qt::Key_Return);
  EXPECT_EQ(document().recipe().v0, sensitivity->plot()->front().back().v0);
  EXPECT_EQ(document().recipe().v1, sensitivity->plot()->front().back().v1);

  // Export, and verify what was written.
  press(Qt::Key_X, Qt::ControlModifier | Qt::ShiftModifier);
  ASSERT_EQ(context().view(), QStringLiteral("export"));
  ASSERT_TRUE(tabTo(QStringLiteral("Output folder")));
  type(text(m_scratch / "out"));
  ASSERT_TRUE(tabTo(QStringLiteral("Start export")));
  QSignalSpy exported(&m_window.stages(), &StageJobs::exported);
  press(Qt::Key_Space);
  ASSERT_TRUE(exported.wait(kPatience));
  ASSERT_TRUE(QTest::qWaitFor([&] { return m_window.jobs().runningCount() == 0; }, kPatience));
  EXPECT_EQ(nameOf(*keyboard()), QStringLiteral("Verify it")) << "the next step is at hand";
  press(Qt::Key_Space);
  ASSERT_EQ(context().view(), QStringLiteral("verify"));
  ASSERT_TRUE(tabTo(QStringLiteral("Windows")));
  type(QStringLiteral("2"));
  ASSERT_TRUE(tabTo(QStringLiteral("Length")));
  type(QStringLiteral("64"));
  press(Qt::Key_Tab);
  auto* verify = qobject_cast<VerifyView*>(m_window.frame()->current());
  ASSERT_TRUE(QTest::qWaitFor([&] { return verify->setup()->startButton()->isEnabled(); }, kPatience));
  ASSERT_TRUE(tabTo(QStringLiteral("Start verification")));
  QSignalSpy verified(&m_window.stages(), &StageJobs::verified);
  press(Qt::Key_Space);
  ASSERT_TRUE(verified.wait(kPatience));
  ASSERT_TRUE(verify->showsReport());
  EXPECT_TRUE(verify->badge().startsWith(QStringLiteral("✓ Passed"))) << verify->badge().toStdString();
  EXPECT_EQ(nameOf(*keyboard()), QStringLiteral("Report"));

  // Save the report and the workspace.
  const QString report = text(m_scratch / "report.html");
  ASSERT_TRUE(tabTo(QStringLiteral("Save report…")));
  inNextDialog<QFileDialog>([&](QFileDialog& asked) {
    type(report);
    for (int i = 0; i < 3 && asked.isVisible(); ++i) press(Qt::Key_Return);  // the first may only close a completion
    if (asked.isVisible()) asked.reject();
  });
  press(Qt::Key_Space);
  backToWindow();
  EXPECT_TRUE(QFile::exists(report));
  press(Qt::Key_S, Qt::ControlModifier);
  ASSERT_TRUE(QTest::qWaitFor([&] { return !document().isEdited(); }, kPatience));
  const quant::Workspace saved = quant::loadWorkspace(document().filePath().toStdString());
  EXPECT_EQ(saved.exported, m_scratch / "out");
  EXPECT_EQ(saved.recipe.overrides.count(site), 1u);
}

TEST_F(KeyboardOnSample, EveryStopOfTheTabKeyHasANameShowsThatItIsReachedAndLetsGo) {
  for (int view = 0; view < static_cast<int>(views().size()); ++view) {
    const QString id = views()[static_cast<std::size_t>(view)].id;
    context().selectSite({1, SiteKind::FfnMid});
    showByKey(view);
    ASSERT_TRUE(QTest::qWaitFor([&] { return m_window.jobs().runningCount() == 0; }, kPatience));
    QTest::qWait(20);
    const QWidget* const start = keyboard();
    int stops = 0;
    for (; stops < kMostStops && (stops == 0 || keyboard() != start); ++stops) {
      QWidget* const at = keyboard();
      const std::string name = (id + QStringLiteral(": ") + describe(*at)).toStdString();
      EXPECT_TRUE(at->isVisible()) << name;
      EXPECT_FALSE(nameOf(*at).isEmpty()) << name;
      const QRect box(at->mapTo(&m_window, QPoint(-4, -4)), at->size() + QSize(8, 8));
      const QImage with = m_window.grab(box).toImage();
      press(Qt::Key_Tab);
      EXPECT_NE(keyboard(), at) << name << " holds the keyboard";
      if (at->isVisible()) {
        EXPECT_NE(m_window.grab(box).toImage(), with) << name << " doesn't show the focus";
      }
    }
    EXPECT_LT(stops, kMostStops) << id.toStdString() << ": Tab doesn't come around";
    EXPECT_GT(stops, 10) << id.toStdString();
  }
}

TEST_F(KeyboardOnSample, F6GoesThroughThePartsOfTheWindowAndBackToWhereItWas) {
  showByKey("ranges");
  QWidget* const start = keyboard();
  const std::vector<QWidget*> parts{m_window.docks()->dock(Docks::Inspector), m_window.docks()->dock(Docks::Jobs),
                                    m_window.menuWidget(), m_window.findChild<Rail*>(),
                                    m_window.docks()->dock(Docks::Sites)};
  for (QWidget* part : parts) {
    press(Qt::Key_F6);
    EXPECT_TRUE(part->isAncestorOf(keyboard())) << qPrintable(describe(*keyboard()));
  }
  press(Qt::Key_Tab);
  QWidget* const inSites = keyboard();
  press(Qt::Key_F6);
  EXPECT_EQ(keyboard(), start);
  press(Qt::Key_F6, Qt::ShiftModifier);
  EXPECT_EQ(keyboard(), inSites);
}

TEST_F(KeyboardOnSample, TheRingStandsAroundATableReachedByKeyAndTheMouseHidesIt) {
  auto* ring = m_window.findChild<FocusRing*>();
  ASSERT_NE(ring, nullptr);
  showByKey("policy");
  EXPECT_EQ(ring->target(), keyboard());
  EXPECT_EQ(nameOf(*ring->target()), QStringLiteral("Policies of all sites"));
  QTest::mouseClick(m_window.statusBar(), Qt::LeftButton);
  EXPECT_EQ(ring->target(), nullptr);
}

TEST_F(KeyboardOnSample, F1ExplainsTheViewAndEscGoesBack) {
  showByKey("memory");
  press(Qt::Key_F1);
  ASSERT_TRUE(QTest::qWaitFor([&] { return m_window.help()->isActiveWindow(); }, kPatience));
  EXPECT_EQ(m_window.help()->page(), QStringLiteral("memory"));
  press(Qt::Key_Escape);
  EXPECT_FALSE(m_window.help()->isVisible());
}

}  // namespace
}  // namespace oscope::gui
