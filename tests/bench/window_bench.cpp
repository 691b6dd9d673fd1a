// What the window takes on the snapshot of a 70B model: opening, a step of a threshold drag, a frame of the heat map,
// the Pareto front, memory. Real widgets, offscreen; a figure is the time from the event until everything it caused is
// painted. Prints median and 99th percentile beside the bars, and the median of the CPU time of all threads: on a busy
// machine that is what to compare.
//
// usage: window_bench FILE.oscope.h5     (written by make_snapshot; run with QT_QPA_PLATFORM=offscreen)
#include <fmt/format.h>

#include <QApplication>
#include <QElapsedTimer>
#include <QMouseEvent>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTest>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <ctime>
#include <fstream>

#include "app/gui/charts/ranges_chart.h"
#include "app/gui/document.h"
#include "app/gui/frame/main_window.h"
#include "app/gui/frame/view_frame.h"
#include "app/gui/theme.h"
#include "app/gui/views/heatmap/heatmap_view.h"
#include "app/gui/views/ranges/ranges_view.h"

namespace oscope::gui {
namespace {

constexpr int kPatience = 600'000;  // milliseconds
constexpr int kSteps = 300, kOpens = 5;

double milliseconds(const QElapsedTimer& clock) {
  return static_cast<double>(clock.nsecsElapsed()) * 1e-6;
}

/// Everything that waits: layouts, queued signals, paint events.
void finishFrame() {
  QCoreApplication::sendPostedEvents();
  QCoreApplication::processEvents();
}

/// Of all threads of the process (or of the calling one), in milliseconds: what a busy machine does not change.
double cpuMilliseconds(clockid_t clock = CLOCK_PROCESS_CPUTIME_ID) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) * 1e-6;
}

/// Wall and CPU time of the repetitions of one thing.
class Times {
 public:
  void start() {
    m_cpuAtStart = cpuMilliseconds();
    m_clock.start();
  }
  void stop() {
    wall.push_back(milliseconds(m_clock));
    cpu.push_back(cpuMilliseconds() - m_cpuAtStart);
  }
  std::vector<double> wall, cpu;

 private:
  QElapsedTimer m_clock;
  double m_cpuAtStart = 0;
};

double medianOf(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

void report(const std::string& what, const Times& measured, double medianBar, double p99Bar = 0) {
  std::vector<double> times = measured.wall;
  std::sort(times.begin(), times.end());
  const double median = medianOf(times);
  const double p99 =
      times[std::min(times.size() - 1, static_cast<std::size_t>(0.99 * static_cast<double>(times.size())))];
  std::string bars = medianBar > 0 ? fmt::format("bar {:g}", medianBar) : "";
  if (p99Bar > 0) bars += fmt::format(" / {:g}", p99Bar);
  const bool good = (medianBar <= 0 || median <= medianBar) && (p99Bar <= 0 || p99 <= p99Bar);
  const char* verdict = bars.empty() ? "" : good ? "ok" : "MISSED";
  fmt::print("{:<44} median {:8.1f}  p99 {:8.1f}  CPU {:8.1f} ms  {:<13} {}\n", what, median, p99,
             medianOf(measured.cpu), bars, verdict);
  std::fflush(stdout);
}

double megabytes(const char* key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(key, 0) == 0) return std::stod(line.substr(line.find(':') + 1)) / 1000;
  }
  return 0;
}

/// Longest time that the GUI thread was away from its event loop, and the most that it computed in one go.
class Watchdog : public QObject {
 public:
  Watchdog() {
    startTimer(1, Qt::PreciseTimer);
    m_clock.start();
    m_cpu = cpuMilliseconds(CLOCK_THREAD_CPUTIME_ID);
  }
  double away = 0, computed = 0;

 protected:
  void timerEvent(QTimerEvent*) override {
    const double cpu = cpuMilliseconds(CLOCK_THREAD_CPUTIME_ID);
    away = std::max(away, milliseconds(m_clock));
    computed = std::max(computed, cpu - m_cpu);
    m_cpu = cpu;
    m_clock.restart();
  }

 private:
  QElapsedTimer m_clock;
  double m_cpu = 0;
};

void benchOpen(const QString& path) {
  Times times;
  std::vector<double> away, computed;
  for (int i = 0; i < kOpens; ++i) {
    MainWindow window;
    window.resize(1600, 1000);
    window.show();
    finishFrame();
    Watchdog watchdog;
    QSignalSpy opened(&window.document(), &Document::opened);
    times.start();
    window.open(path);
    if (!opened.wait(kPatience)) std::exit(1);
    finishFrame();
    times.stop();
    QTest::qWait(20);
    away.push_back(watchdog.away);
    computed.push_back(watchdog.computed);
  }
  report("open a snapshot until painted", times, 1000);
  fmt::print("  GUI thread away from its loop {:.0f} ms, of it computing {:.0f} ms (medians; aim 50)\n", medianOf(away),
             medianOf(computed));
}

void benchDrag(MainWindow& window) {
  auto* view = qobject_cast<RangesView*>(window.frame()->view(QStringLiteral("ranges")));
  RangesChart* chart = view->chart();
  QWidget* port = chart->viewport();
  const QPointF from = chart->handleOf(0);
  const auto send = [&](QEvent::Type type, QPointF at, Qt::MouseButton button, Qt::MouseButtons buttons) {
    QMouseEvent event(type, at, port->mapToGlobal(at), button, buttons, Qt::NoModifier);
    QApplication::sendEvent(port, &event);
  };
  send(QEvent::MouseMove, from, Qt::NoButton, Qt::NoButton);
  send(QEvent::MouseButtonPress, from, Qt::LeftButton, Qt::LeftButton);
  Times steps, release;
  for (int i = 1; i <= kSteps; ++i) {
    const QPointF at = from + QPointF(0, 70 * std::sin(i * 0.07));
    steps.start();
    send(QEvent::MouseMove, at, Qt::NoButton, Qt::LeftButton);
    finishFrame();
    steps.stop();
  }
  release.start();
  send(QEvent::MouseButtonRelease, from, Qt::LeftButton, Qt::NoButton);
  finishFrame();
  release.stop();
  report("threshold drag step", steps, 16, 33);
  report("  letting go (plan of the new recipe)", release, 0);
}

void benchHeatmap(MainWindow& window) {
  window.context().show(QStringLiteral("heatmap"));
  auto* view = qobject_cast<HeatmapView*>(window.frame()->view(QStringLiteral("heatmap")));
  HeatPlot* plot = view->modelPlot();
  const auto settled = [&] { return !plot->bands().empty() && plot->isSettled(); };
  Times first, zoom, pan, gui;
  first.start();
  if (!QTest::qWaitFor(settled, kPatience)) std::exit(1);
  finishFrame();
  first.stop();
  report("heat map, first picture", first, 0);
  window.context().selectSite({40, SiteKind::FfnMid});
  if (!QTest::qWaitFor([&] { return !view->sitePlot()->bands().empty(); }, kPatience)) std::exit(1);
  const auto frame = [&](const std::function<void()>& act, Times& times) {
    times.start();
    gui.start();
    act();
    finishFrame();
    gui.stop();
    while (!plot->isSettled()) QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    finishFrame();
    times.stop();
  };
  const QPointF at = plot->boxOf(3).center() + QPointF(37, 11);
  for (int i = 0; i < kSteps; ++i) {
    const int notches = (i / 15) % 2 == 0 ? 1 : -1;
    frame(
        [&] {
          QWheelEvent event(at, plot->mapToGlobal(at), {}, {0, 120 * notches}, Qt::NoButton, Qt::NoModifier,
                            Qt::NoScrollPhase, false);
          QApplication::sendEvent(plot, &event);
        },
        zoom);
  }
  for (const double width : {0.5, 0.1}) {
    plot->setWindow({0.3, 0.3 + width, 0, 80});
    while (!plot->isSettled()) QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    for (int i = 0; i < kSteps / 2; ++i) {
      frame(
          [&] {
            HeatWindow next = plot->window();
            next.pan(i % 40 < 20 ? 0.02 : -0.02, 0, 80);
            plot->setWindow(next);
          },
          pan);
    }
  }
  report("heat map, zoom frame", zoom, 16);
  report("heat map, pan frame", pan, 16);
  report("  until the old picture stands at its place", gui, 0);
}

void benchFront(MainWindow& window) {
  Times times;
  std::size_t pairs = 0, front = 0;
  for (int i = 0; i < 20; ++i) {
    times.start();
    auto all = window.document().thresholds()->sweep(static_cast<int>(window.document().rows().size()) + 1, {});
    pairs = all.size();
    front = quant::paretoFront(std::move(all)).size();
    times.stop();
  }
  report(fmt::format("Pareto front of {} pairs ({} on it)", pairs, front), times, 200);
}

int run(const QString& path) {
  benchOpen(path);
  MainWindow window;
  window.resize(1600, 1000);
  window.show();
  QSignalSpy opened(&window.document(), &Document::opened);
  window.open(path);
  if (!opened.wait(kPatience)) return 1;
  Times predictions;
  predictions.start();
  if (!QTest::qWaitFor([&] { return window.document().predictions() != nullptr; }, kPatience)) return 1;
  predictions.stop();
  report("predictions of all sites (a job)", predictions, 0);
  benchDrag(window);
  benchHeatmap(window);
  benchFront(window);
  fmt::print("resident memory {:.0f} MB now, {:.0f} MB at most, bar 1000\n", megabytes("VmRSS"), megabytes("VmHWM"));
  std::ifstream load("/proc/loadavg");
  std::string figures;
  std::getline(load, figures);
  fmt::print("load of the machine {}\n", figures);
  return 0;
}

}  // namespace
}  // namespace oscope::gui

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: window_bench FILE.oscope.h5\n");
    return 2;
  }
  QStandardPaths::setTestModeEnabled(true);
  QApplication app(argc, argv);
  QApplication::setOrganizationName(QStringLiteral("outlierscope-bench"));
  QApplication::setApplicationName(QStringLiteral("window_bench"));
  QSettings().clear();
  oscope::gui::loadFonts();
  oscope::gui::applyTheme(app, oscope::gui::ThemeChoice::Dark);
  return oscope::gui::run(QString::fromLocal8Bit(argv[1]));
}
