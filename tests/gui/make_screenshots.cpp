// Pictures of the window: every registered view in both themes, and the start page. packaging/screenshots.sh runs it.
#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QFileInfo>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cstdio>

#include "analysis/base/error.h"
#include "app/gui/forms/calibrate_dialog.h"
#include "app/gui/frame/main_window.h"
#include "app/gui/frame/run_actions.h"
#include "app/gui/frame/view_frame.h"
#include "app/gui/jobs/sample_workspace.h"
#include "app/gui/theme.h"
#include "app/gui/views/compare/compare_view.h"
#include "app/gui/views/compare/snapshots_page.h"

namespace oscope::gui {
namespace {

constexpr int kPatience = 300'000;    // milliseconds until a job must have ended
constexpr int kQuiet = 300;           // no job for so long: the picture stands still
constexpr qint64 kLargest = 200'000;  // bytes of one picture

struct Shots {
  QString path;  ///< what is opened
  QString folder, prefix, site;
  QStringList views;
  QSize size;
  QString other;  ///< snapshot B of the Compare view
  bool startPage = false, calibrateDialog = false;
};

void settle(MainWindow& window) {
  int quiet = 0;
  const bool ended = QTest::qWaitFor(
      [&] {
        QTest::qWait(50);
        quiet = window.jobs().runningCount() == 0 ? quiet + 50 : 0;
        return quiet >= kQuiet;
      },
      kPatience);
  if (!ended) throw Error(ErrorCode::Internal, "jobs", "still running", "give them longer");
}

/// The picture with the 256 colours that it uses most: a third of the bytes, and no difference that one could see.
QImage withFewColours(const QImage& image) {
  struct Bucket {
    qint64 count = 0, red = 0, green = 0, blue = 0;
  };
  std::vector<Bucket> buckets(1 << 15);  // 5 bits of each channel
  for (int y = 0; y < image.height(); ++y) {
    const auto* line = reinterpret_cast<const QRgb*>(image.constScanLine(y));
    for (int x = 0; x < image.width(); ++x) {
      const int r = qRed(line[x]), g = qGreen(line[x]), b = qBlue(line[x]);
      Bucket& bucket = buckets[static_cast<std::size_t>((r >> 3) << 10 | (g >> 3) << 5 | b >> 3)];
      ++bucket.count;
      bucket.red += r, bucket.green += g, bucket.blue += b;
    }
  }
  std::sort(buckets.begin(), buckets.end(), [](const Bucket& a, const Bucket& b) { return a.count > b.count; });
  QList<QRgb> table;
  for (const Bucket& bucket : buckets) {
    if (bucket.count == 0 || table.size() == 256) break;
    table << qRgb(static_cast<int>(bucket.red / bucket.count), static_cast<int>(bucket.green / bucket.count),
                  static_cast<int>(bucket.blue / bucket.count));
  }
  return image.convertToFormat(QImage::Format_Indexed8, table, Qt::ThresholdDither);
}

void save(QWidget& window, const Shots& shots, const QString& name, ThemeChoice choice) {
  const QString path = QStringLiteral("%1/%2%3-%4.png")
                           .arg(shots.folder, shots.prefix, name,
                                choice == ThemeChoice::Dark ? QStringLiteral("dark") : QStringLiteral("light"));
  const QImage image = withFewColours(window.grab().toImage().convertToFormat(QImage::Format_RGB32));
  if (!image.save(path, "PNG", 0)) {
    throw Error(ErrorCode::WriteFailed, path.toStdString(), "the picture could not be saved", "choose another folder");
  }
  const qint64 bytes = QFileInfo(path).size();
  std::printf("%s (%lld kB%s)\n", qPrintable(path), static_cast<long long>(bytes / 1000),
              bytes > kLargest ? ", LARGE" : "");
}

/// The site that a person would look at first: of `name` ("blocks.1.ffn_mid"), else that of the largest range.
std::optional<SiteId> siteToShow(const Document& document, const QString& name) {
  const auto& rows = document.rows();
  for (const SiteRow& row : rows) {
    if (QString::fromStdString(toString(row.id)) == name) return row.id;
  }
  if (rows.empty()) return std::nullopt;
  return std::max_element(rows.begin(), rows.end(),
                          [](const SiteRow& a, const SiteRow& b) { return a.range < b.range; })
      ->id;
}

void shoot(QApplication& app, const Shots& shots, ThemeChoice choice) {
  applyTheme(app, choice);
  QSettings().clear();  // recent files, docks
  MainWindow window;
  window.resize(shots.size);
  window.show();
  if (!QTest::qWaitForWindowExposed(&window)) throw Error(ErrorCode::Internal, "window", "not shown", "check DISPLAY");
  window.resize(shots.size);  // a remembered or adjusted geometry must not change the pictures
  settle(window);
  if (shots.startPage) save(window, shots, QStringLiteral("start"), choice);
  if (shots.views.isEmpty() && !shots.calibrateDialog) {
    window.close();
    return;
  }

  QString failure;
  QObject::connect(&window.document(), &Document::openFailed, &window,
                   [&](const QString& text, const QString& where) { failure = where + QStringLiteral(": ") + text; });
  window.open(shots.path);
  settle(window);
  if (!failure.isEmpty()) throw Error(ErrorCode::FileNotFound, failure.toStdString(), "could not be opened", "");
  if (const auto site = siteToShow(window.document(), shots.site)) window.context().selectSite(*site);
  for (const QString& view : shots.views) {
    window.context().show(view);
    auto* compare = qobject_cast<CompareView*>(window.frame()->current());
    if (compare != nullptr && !shots.other.isEmpty()) compare->snapshots()->openOther(shots.other);
    settle(window);
    save(window, shots, view, choice);
  }
  if (shots.calibrateDialog && window.document().model()) {
    window.run()->calibrate();
    settle(window);
    save(*window.run()->dialog(), shots, QStringLiteral("calibrate"), choice);
    window.run()->dialog()->hide();
  }
  window.close();  // an orderly end: nothing to recover in the next window
}

int run(QApplication& app) {
  QCommandLineParser parser;
  parser.setApplicationDescription(QStringLiteral(
      "Saves pictures of the window as <view>-<theme>.png. One view in one theme:\n"
      "  make_screenshots --view heatmap --theme dark --out FOLDER\n"
      "Needs a display (xvfb-run -a -s '-screen 0 1600x1000x24' make_screenshots ...) or QT_QPA_PLATFORM=offscreen.\n"
      "At 200 %: QT_SCALE_FACTOR=2."));
  parser.addHelpOption();
  parser.addPositionalArgument(QStringLiteral("path"),
                               QStringLiteral("workspace, snapshot or model folder; default: the bundled sample"));
  const QCommandLineOption out({QStringLiteral("o"), QStringLiteral("out")}, QStringLiteral("where pictures go"),
                               QStringLiteral("folder"), QStringLiteral("."));
  const QCommandLineOption view(QStringLiteral("view"),
                                QStringLiteral("id of a view, 'start' or 'calibrate'; may be repeated"),
                                QStringLiteral("id"));
  const QCommandLineOption themeOption(QStringLiteral("theme"), QStringLiteral("light or dark; default: both"),
                                       QStringLiteral("theme"));
  const QCommandLineOption size(QStringLiteral("size"), QStringLiteral("of the window, default 1600x1000"),
                                QStringLiteral("WxH"), QStringLiteral("1600x1000"));
  const QCommandLineOption site(QStringLiteral("site"),
                                QStringLiteral("site to select; default: the one of the largest range"),
                                QStringLiteral("blocks.1.ffn_mid"));
  const QCommandLineOption prefix(QStringLiteral("prefix"), QStringLiteral("put before every file name"),
                                  QStringLiteral("text"));
  const QCommandLineOption other(QStringLiteral("other"), QStringLiteral("snapshot B of the Compare view"),
                                 QStringLiteral("file"));
  const QCommandLineOption list(QStringLiteral("list"), QStringLiteral("list the ids of all views"));
  parser.addOptions({out, view, themeOption, size, site, prefix, other, list});
  parser.process(app);

  QStringList known;
  for (const ViewEntry& entry : views()) known << entry.id;
  if (parser.isSet(list)) {
    std::printf("%s\n", qPrintable(known.join(QLatin1Char('\n'))));
    return 0;
  }
  Shots shots;
  shots.folder = parser.value(out);
  shots.prefix = parser.value(prefix);
  shots.site = parser.value(site);
  shots.views = parser.isSet(view) ? parser.values(view)
                                   : known + QStringList{QStringLiteral("start"), QStringLiteral("calibrate")};
  shots.other = parser.value(other);
  shots.calibrateDialog = shots.views.removeAll(QStringLiteral("calibrate")) > 0;
  shots.startPage = shots.views.removeAll(QStringLiteral("start")) > 0;
  for (const QString& id : shots.views) {
    if (!known.contains(id)) throw Error(ErrorCode::InvalidArgument, id.toStdString(), "no such view", "see --list");
  }
  const QStringList edges = parser.value(size).split(QLatin1Char('x'));
  if (edges.size() != 2) throw Error(ErrorCode::InvalidArgument, "--size", "can't be read", "write 1280x800");
  shots.size = QSize(edges[0].toInt(), edges[1].toInt());
  QDir().mkpath(shots.folder);
  const QString folder = QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
  shots.path = parser.positionalArguments().isEmpty()
                   ? QString::fromStdString(makeSampleWorkspace(folder.toStdString(), JobContext{}).string())
                   : parser.positionalArguments().constFirst();

  const QString theme = parser.value(themeOption);
  if (theme != QLatin1String("dark")) shoot(app, shots, ThemeChoice::Light);
  if (theme != QLatin1String("light")) shoot(app, shots, ThemeChoice::Dark);
  return 0;
}

}  // namespace
}  // namespace oscope::gui

int main(int argc, char** argv) {
  // Settings and data of a person stay untouched.
  const QTemporaryDir home;
  qputenv("XDG_DATA_HOME", home.path().toUtf8());
  QSettings::setDefaultFormat(QSettings::IniFormat);
  QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, home.path());
  QApplication app(argc, argv);
  QApplication::setApplicationName(QStringLiteral("outlierscope-screenshots"));
  try {
    return oscope::gui::run(app);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
