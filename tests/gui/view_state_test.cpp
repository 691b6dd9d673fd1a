// What the way back and the workspace keep of the views, what is seen while something is read, and a desktop that turns
// dark while the window is shown.
#include <gtest/gtest.h>

#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QSettings>
#include <atomic>
#include <thread>

#include "app/gui/frame/docks.h"
#include "app/gui/frame/legend_row.h"
#include "app/gui/frame/loading_veil.h"
#include "app/gui/frame/view_splitter.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/plots/zoom_state.h"
#include "app/gui/theme.h"
#include "app/gui/views/channels/channel_order_plot.h"
#include "app/gui/views/channels/channel_tables.h"
#include "app/gui/views/channels/channels_view.h"
#include "app/gui/views/compare/compare_view.h"
#include "app/gui/views/compare/recipes_page.h"
#include "app/gui/views/distribution/distribution_view.h"
#include "app/gui/views/distribution/histogram_plot.h"
#include "app/gui/views/heatmap/heatmap_view.h"
#include "app/gui/views/sensitivity/front_plot.h"
#include "app/gui/views/sensitivity/sensitivity_view.h"
#include "tests/gui/sample_window.h"

namespace oscope::gui {
namespace {

const SiteId kSite{2, SiteKind::FfnMid}, kOther{5, SiteKind::AttnIn};

class ViewState : public SampleWindow {
 protected:
  template <typename T>
  T* shown(const char* id, const std::function<bool(T*)>& ready) {
    T* view = showView<T>(id);
    EXPECT_TRUE(QTest::qWaitFor([&] { return ready(view) && m_window.jobs().runningCount() == 0; }, kPatience)) << id;
    return view;
  }
  ChannelsView* channels() {
    return shown<ChannelsView>("channels", [](ChannelsView* view) { return view->series() != nullptr; });
  }
  DistributionView* distribution() {
    return shown<DistributionView>("distribution", [](DistributionView* view) { return view->isComplete(); });
  }
  HeatmapView* heatmap() {
    return shown<HeatmapView>("heatmap", [](HeatmapView* view) {
      return !view->modelPlot()->bands().empty() && !view->sitePlot()->bands().empty();
    });
  }
  /// A corner of what the plot shows, by the zoom that a user would make.
  static Json zoomIn(PlotWidget& plot) {
    Scale x = plot.wholeX(), y = plot.wholeY();
    x.zoom(0.3, 0.5, plot.wholeX());
    y.zoom(0.6, 0.5, plot.wholeY());
    plot.setVisible(x, y);
    return zoomOf(plot);
  }
};

TEST_F(ViewState, TheWayBackBringsZoomAndChoicesOfEveryViewOfASite) {
  context().selectSite(kSite);
  ChannelsView* channels = this->channels();
  const Json channelZoom = zoomIn(*channels->orderPlot());
  channels->tables()->threshold()->setValue(7);
  DistributionView* distribution = this->distribution();
  distribution->setClip(0.4);
  const Json valueZoom = zoomIn(*distribution->histogram());
  HeatmapView* heatmap = this->heatmap();
  heatmap->sitePlot()->setWindow({0.25, 0.5, 2, 9});
  heatmap->modelPlot()->setWindow({0.5, 0.75, 1, 7});
  showView<View>("ranges");

  // Everything is changed on the way, at another site.
  context().selectSite(kOther);
  this->channels()->orderPlot()->fit();
  this->distribution()->setClip(1);
  distribution->histogram()->fit();
  this->heatmap()->modelPlot()->fit();
  heatmap->sitePlot()->fit();

  for (int i = 0; i < 4; ++i) context().goBack();  // to the heat map of the first site
  EXPECT_EQ(context().view(), QStringLiteral("heatmap"));
  EXPECT_EQ(context().selection().current, kSite);
  ASSERT_TRUE(QTest::qWaitFor([&] { return zoomOf(*heatmap->sitePlot()) == Json({0.25, 0.5, 2.0, 9.0}); }, kPatience));
  EXPECT_EQ(zoomOf(*heatmap->modelPlot()), Json({0.5, 0.75, 1.0, 7.0}));
  context().goBack();
  ASSERT_TRUE(QTest::qWaitFor([&] { return distribution->clip() == 0.4; }, kPatience));
  EXPECT_EQ(zoomOf(*distribution->histogram()), valueZoom);
  context().goBack();
  EXPECT_EQ(zoomOf(*channels->orderPlot()), channelZoom);
  EXPECT_EQ(channels->tables()->threshold()->value(), 7);
}

TEST_F(ViewState, AWorkspaceOpensAsItWasLeft) {
  context().selectSite(kSite);
  const Json channelZoom = zoomIn(*channels()->orderPlot());
  const Json valueZoom = zoomIn(*distribution()->histogram());
  distribution()->scope()->setCurrent(1);
  HeatmapView* heat = heatmap();
  heat->sitePlot()->setWindow({0.25, 0.5, 2, 9});
  heat->fold()->setCurrent(1);
  auto* compare = showView<CompareView>("compare");
  compare->setMode(CompareView::kRecipes);
  compare->showEqual()->setChecked(true);
  auto* sensitivity = shown<SensitivityView>(
      "sensitivity", [](SensitivityView* view) { return !view->pairs().empty() && !view->sweeping(); });
  sensitivity->qualityControl()->setCurrent(1);
  emit sensitivity->qualityControl()->currentChanged(1);
  const Json frontZoom = zoomIn(*sensitivity->plot());
  context().selectSite(kSite);
  saveWorkspaceAndWait(m_window, text(m_workspace));
  document().close();

  MainWindow next;
  next.resize(m_window.size());
  next.show();
  QSignalSpy opened(&next.document(), &Document::opened);
  next.open(text(m_workspace));
  ASSERT_TRUE(opened.wait(kPatience));
  const auto view = [&](const char* id) {
    next.context().show(QString::fromLatin1(id));
    return next.frame()->current();
  };
  auto* channels = qobject_cast<ChannelsView*>(view("channels"));
  EXPECT_EQ(zoomOf(*channels->orderPlot()), channelZoom);
  auto* distribution = qobject_cast<DistributionView*>(view("distribution"));
  ASSERT_TRUE(QTest::qWaitFor([&] { return distribution->isComplete(); }, kPatience));
  EXPECT_EQ(zoomOf(*distribution->histogram()), valueZoom);
  EXPECT_EQ(distribution->scope()->current(), 1);
  auto* heatmap = qobject_cast<HeatmapView*>(view("heatmap"));
  ASSERT_TRUE(QTest::qWaitFor([&] { return !heatmap->sitePlot()->bands().empty(); }, kPatience));
  EXPECT_EQ(zoomOf(*heatmap->sitePlot()), Json({0.25, 0.5, 2.0, 9.0}));
  EXPECT_EQ(heatmap->fold()->current(), 1);
  auto* front = qobject_cast<SensitivityView*>(view("sensitivity"));
  ASSERT_TRUE(QTest::qWaitFor([&] { return !front->pairs().empty() && !front->sweeping(); }, kPatience));
  EXPECT_EQ(front->qualityControl()->current(), 1);
  EXPECT_EQ(zoomOf(*front->plot()), frontZoom);
  auto* again = qobject_cast<CompareView*>(view("compare"));
  EXPECT_TRUE(again->showEqual()->isChecked());
  EXPECT_TRUE(again->recipes()->isVisible());
}

/// Drags the handle after the first part by so many pixels.
void dragHandle(ViewSplitter* splitter, QPoint by) {
  QWidget* handle = splitter->handle(1);
  const QPoint from = handle->rect().center();
  QTest::mousePress(handle, Qt::LeftButton, {}, from);
  QTest::mouseMove(handle, from + by);
  QTest::mouseRelease(handle, Qt::LeftButton, {}, from + by);
}

ViewSplitter* splitterOf(QWidget* view, const char* name) {
  return view->findChild<ViewSplitter*>(QString::fromLatin1(name));
}

TEST_F(ViewState, SplittersStandWhereTheyWereLeft) {
  context().selectSite(kSite);
  EXPECT_TRUE(splitterStates(*channels()).empty()) << "nothing was moved yet";
  ViewSplitter* plots = splitterOf(channels(), "plots");
  const int before = plots->sizes()[0];
  dragHandle(plots, {0, -70});
  ASSERT_LT(plots->sizes()[0], before - 60);
  dragHandle(splitterOf(channels(), "tables"), {60, 0});
  const QList<int> places = plots->sizes(), tables = splitterOf(channels(), "tables")->sizes();
  distribution();
  context().goBack();
  EXPECT_EQ(plots->sizes(), places);
  dragHandle(splitterOf(distribution(), "plots"), {0, 50});
  const QList<int> positions = splitterOf(distribution(), "plots")->sizes();
  saveWorkspaceAndWait(m_window, text(m_workspace));
  const auto near = [](const QList<int>& is, const QList<int>& was) {
    return std::abs(is[0] - was[0]) <= 1 && std::abs(is[1] - was[1]) <= 1;
  };
  const auto check = [&](MainWindow& window, const QString& path) {
    QSignalSpy opened(&window.document(), &Document::opened);
    window.open(path);
    ASSERT_TRUE(opened.wait(kPatience));
    window.context().selectSite(kSite);
    window.context().show(QStringLiteral("channels"));
    QWidget* channels = window.frame()->current();
    QTest::qWait(20);
    EXPECT_TRUE(near(splitterOf(channels, "plots")->sizes(), places));
    EXPECT_TRUE(near(splitterOf(channels, "tables")->sizes(), tables));
    window.context().show(QStringLiteral("distribution"));
    QTest::qWait(20);
    EXPECT_TRUE(near(splitterOf(window.frame()->current(), "plots")->sizes(), positions));
  };
  MainWindow byWorkspace;
  byWorkspace.resize(m_window.size());
  byWorkspace.show();
  check(byWorkspace, text(m_workspace));
  // A snapshot says nothing of them: the next window takes what the last one closed with.
  m_window.close();
  MainWindow bySettings;
  bySettings.resize(m_window.size());
  bySettings.show();
  check(bySettings, text(m_scratch / "sample.oscope.h5"));
  QSettings().remove(QStringLiteral("window"));
}

TEST_F(ViewState, WhatIsNoPlaceOfASplitterMovesNothing) {
  context().selectSite(kSite);
  ViewSplitter* splitter = splitterOf(channels(), "plots");
  const QList<int> before = splitter->sizes();
  for (const Json& wrong : {Json(), Json("half"), Json({0.5}), Json({0.2, 0.2}), Json({-1, 2}), Json({"a", "b"}),
                            Json({0.2, 0.3, 0.5}), Json({1e308, 1e308})}) {
    splitter->restore(wrong);
    EXPECT_EQ(splitter->sizes(), before) << wrong.dump();
    EXPECT_FALSE(splitter->isPlaced());
  }
  splitter->restore({0.0, 1.0});
  EXPECT_GE(splitter->sizes()[0], splitter->widget(0)->minimumSizeHint().height()) << "no part vanishes";
}

TEST_F(ViewState, WhatIsNoZoomShowsAll) {
  context().selectSite(kSite);
  ChannelOrderPlot& plot = *channels()->orderPlot();
  for (const Json& wrong :
       {Json("zoom"), Json({1, 2, 3}), Json({5, 1, 0.1, 1}), Json({-1e9, 1e9, 1e-9, 1e9}), Json({nullptr, 1, 2, 3})}) {
    zoomIn(plot);
    zoomTo(plot, wrong);
    EXPECT_FALSE(plot.isZoomed()) << wrong.dump();
  }
  channels()->restore({{"panes", 99}, {"log", "yes"}, {"shown", 3}});
  heatmap()->restore({{"layout", -4}, {"zoom", {0, 9, 0, 9}}});
  EXPECT_FALSE(heatmap()->modelPlot()->isZoomed());
}

TEST_F(ViewState, WhatIsShownIsDimmedWhileAnotherWorkspaceIsOpened) {
  const auto picture = [&] {
    QWidget* view = m_window.frame()->current();
    return m_window.grab(QRect(view->mapTo(&m_window, QPoint(0, 0)), view->size())).toImage();
  };
  const QImage before = picture();
  auto held = std::make_shared<std::atomic<bool>>(true);
  m_window.jobs().start<int>(
      QStringLiteral("Open"),
      [held](const JobContext& context) {
        while (*held) {
          context.checkCancelled();
          std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        return 0;
      },
      [](int) {}, Document::kOpenChannel);
  LoadingVeil* veil = nullptr;
  for (LoadingVeil* candidate : m_window.frame()->findChildren<LoadingVeil*>()) {
    if (candidate->parentWidget()->inherits("QStackedWidget")) veil = candidate;
  }
  ASSERT_NE(veil, nullptr);
  ASSERT_TRUE(QTest::qWaitFor([&] { return veil->isVisible(); }, kPatience));
  const QImage dimmed = picture();
  const QColor ground = theme().surface;
  // The darkest pixel of the picture shows 60 % of its distance to the ground.
  QPoint darkest;
  for (int y = 0; y < before.height(); y += 3) {
    for (int x = 0; x < before.width(); x += 3) {
      if (qGray(before.pixel(x, y)) < qGray(before.pixel(darkest))) darkest = {x, y};
    }
  }
  const double ink = ground.red() - qRed(before.pixel(darkest)), left = ground.red() - qRed(dimmed.pixel(darkest));
  ASSERT_GT(ink, 100);
  EXPECT_NEAR(left / ink, 0.6, 0.03);
  *held = false;
  EXPECT_TRUE(QTest::qWaitFor([&] { return !veil->isVisible(); }, kPatience));
}

/// The window on the system's choice; the desktop starts light, as the offscreen platform is.
class FollowedTheme : public ViewState {
 protected:
  void SetUp() override {
    applyTheme(*qApp, ThemeChoice::System);
    ViewState::SetUp();
    context().selectSite(kSite);
  }
  void TearDown() override {
    setDesktopPreference(*qApp, std::nullopt);
    applyTheme(*qApp, ThemeChoice::Light);
  }

  QImage picture(MainWindow& window, const QString& view) {
    window.docks()->setAllHidden(true);  // they take what width they like
    window.context().show(view);
    int quiet = 0;
    EXPECT_TRUE(QTest::qWaitFor(
        [&] {
          QTest::qWait(20);
          quiet = window.jobs().runningCount() == 0 ? quiet + 1 : 0;
          return quiet > 10;
        },
        kPatience));
    return window.frame()->grab().toImage();
  }
};

TEST_F(FollowedTheme, ViewsThatAreShownLookAsIfTheyWereMadeInTheNewTheme) {
  ASSERT_FALSE(theme().dark);
  for (const ViewEntry& entry : views()) picture(m_window, entry.id);
  saveWorkspaceAndWait(m_window, text(m_workspace));
  setDesktopPreference(*qApp, true);
  ASSERT_TRUE(theme().dark);
  MainWindow made;
  made.resize(m_window.size());
  made.show();
  QSignalSpy opened(&made.document(), &Document::opened);
  made.open(text(m_workspace));
  ASSERT_TRUE(opened.wait(kPatience));
  for (const char* id : {"ranges", "channels", "distribution", "heatmap", "memory", "compare"}) {
    const QImage turned = picture(m_window, QString::fromLatin1(id)), fresh = picture(made, QString::fromLatin1(id));
    ASSERT_EQ(turned.size(), fresh.size()) << id;
    int differ = 0;
    for (int y = 0; y < fresh.height(); ++y) {
      for (int x = 0; x < fresh.width(); ++x)
        differ += std::abs(qGray(fresh.pixel(x, y)) - qGray(turned.pixel(x, y))) > 40;
    }
    EXPECT_LE(differ, fresh.width() * fresh.height() / 500) << id;
  }
}

TEST_F(FollowedTheme, TheWindowAsksTheDesktopWhenItsColoursChange) {
  setDesktopPreference(*qApp, true);
  ASSERT_TRUE(theme().dark);
  setDesktopPreference(*qApp, std::nullopt);
  EXPECT_FALSE(theme().dark) << "the offscreen desktop's palette is light";
  EXPECT_EQ(QApplication::palette().color(QPalette::Window), lightTheme().bg) << "asking leaves no other palette";
  QApplication::setPalette(QPalette(Qt::darkRed));
  QEvent change(QEvent::ThemeChange);
  QApplication::sendEvent(&m_window, &change);
  EXPECT_EQ(QApplication::palette().color(QPalette::Window), lightTheme().bg);
}

}  // namespace
}  // namespace oscope::gui
