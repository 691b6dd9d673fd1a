// Drives the calibrate dialog of the real window on the bundled sample.
#include "app/gui/forms/calibrate_dialog.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <QAction>
#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>
#include <csignal>
#include <fstream>

#include "analysis/calibration/observer_registry.h"
#include "analysis/compute/backend_registry.h"
#include "app/gui/forms/calibrate_advanced.h"
#include "app/gui/forms/calibrate_form.h"
#include "app/gui/forms/calibrate_running.h"
#include "app/gui/forms/estimate_panel.h"
#include "app/gui/forms/form_field.h"
#include "app/gui/forms/param_form.h"
#include "app/gui/forms/ranges_so_far.h"
#include "app/gui/forms/source_form.h"
#include "app/gui/frame/main_window.h"
#include "app/gui/frame/run_actions.h"
#include "app/gui/frame/widgets.h"
#include "tests/gui/support/event_watch.h"
#include "tests/support/test_data.h"

namespace oscope::gui {
namespace {

constexpr int kPatience = 90'000;     // milliseconds until a job must have ended
constexpr double kLongestEvent = 50;  // milliseconds that the GUI thread may be kept busy while a job runs

class CalibrateDialogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    m_window.resize(1280, 800);
    m_window.show();
    open(QStringLiteral("resources/sample/model"));
    ASSERT_NE(m_window.document().model(), nullptr);
    m_window.run()->calibrate();
    m_dialog = m_window.run()->dialog();
    m_form = m_dialog->form();
    m_output = m_scratch / "run.oscope.h5";
    m_form->output()->setPath(QString::fromStdString(m_output.string()));
  }

  void open(const QString& path) {
    QSignalSpy opened(&m_window.document(), &Document::opened);
    m_window.open(path);
    ASSERT_TRUE(opened.wait(kPatience));
  }

  /// The sample's text, so much of it.
  void ask(std::int64_t samples, std::int64_t length) {
    m_form->source()->file()->setPath(QStringLiteral("resources/sample/calib.txt"));
    m_form->source()->source()->setCurrent(0);
    m_form->source()->samples()->setValue(static_cast<int>(samples));
    m_form->source()->length()->setValue(static_cast<int>(length));
  }
  bool waitStartable() {
    return QTest::qWaitFor([this] { return m_dialog->startButton()->isEnabled(); }, kPatience);
  }
  bool waitReason(const char* words) {
    return QTest::qWaitFor([&] { return m_dialog->reason().contains(QLatin1String(words)); }, kPatience);
  }
  CalibrationRun* run() { return m_window.stages().calibration(); }

  /// Starts, and waits until so many blocks are durable.
  void startAndWait(int blocks) {
    ASSERT_TRUE(waitStartable()) << m_dialog->reason().toStdString();
    QTest::mouseClick(m_dialog->startButton(), Qt::LeftButton);
    ASSERT_NE(run(), nullptr);
    ASSERT_TRUE(QTest::qWaitFor([&] { return run()->finishedBlocks() >= blocks; }, kPatience));
  }

  const test::ScratchFolder m_scratch;
  MainWindow m_window;
  CalibrateDialog* m_dialog = nullptr;
  CalibrateForm* m_form = nullptr;
  std::filesystem::path m_output;
};

TEST_F(CalibrateDialogTest, CalibratesTheSampleAndNeverBlocksTheWindow) {
  ask(16, 64);
  ASSERT_TRUE(waitStartable()) << m_dialog->reason().toStdString();
  EXPECT_EQ(m_form->estimate()->headline(), QStringLiteral("It fits"));

  // A plain event loop, as in the program: waiting in the test must not count.
  QEventLoop loop;
  QObject::connect(&m_window.document(), &Document::predictionsChanged, &loop, [&] {
    if (m_window.document().predictions() != nullptr) loop.quit();
  });
  test::WatchedApplication::instance()->startWatch();
  QTest::mouseClick(m_dialog->startButton(), Qt::LeftButton);
  EXPECT_TRUE(m_dialog->showsRun());
  loop.exec();
  const test::LongestEvent longest = test::WatchedApplication::instance()->stopWatch();
  RecordProperty("busy_ms", std::to_string(longest.busyMilliseconds));
  std::printf("longest event while calibrating: %.1f ms busy (%s), %.1f ms by the wall\n", longest.busyMilliseconds,
              qPrintable(longest.what), longest.wallMilliseconds);
  EXPECT_LE(longest.busyMilliseconds, kLongestEvent) << longest.what.toStdString();

  const auto snapshot = m_window.document().snapshot();
  ASSERT_NE(snapshot, nullptr);
  EXPECT_EQ(snapshot->provenance().samples, 16);
  EXPECT_EQ(snapshot->provenance().length, 64);
  EXPECT_EQ(snapshot->provenance().dataSource, "text");
  EXPECT_TRUE(std::filesystem::exists(m_output));
  EXPECT_EQ(m_window.document().workspace().snapshot, m_output);
  EXPECT_EQ(m_window.document().rows().size(), 32u);
  EXPECT_EQ(m_dialog->running()->ranges()->points(), 32u);
  EXPECT_FALSE(m_dialog->isVisible());
}

TEST_F(CalibrateDialogTest, StopsAndKeepsAndResumesWithTheIdenticalResult) {
  ask(96, 128);
  startAndWait(2);
  const std::int64_t before = run()->job()->progress().done;
  QElapsedTimer clock;
  clock.start();
  QTest::mouseClick(m_dialog->stopButton(), Qt::LeftButton);
  ASSERT_TRUE(QTest::qWaitFor([&] { return !run()->running(); }, kPatience));
  std::printf("stopped after %lld ms\n", static_cast<long long>(clock.elapsed()));
  EXPECT_EQ(run()->job()->outcome().state, JobOutcome::State::Cancelled);
  EXPECT_LE(run()->job()->progress().done - before, 96) << "it must not go on for a block";
  EXPECT_EQ(m_window.document().snapshot(), nullptr);
  EXPECT_FALSE(std::filesystem::exists(m_output));
  const int kept = run()->finishedBlocks();

  // The form is back and offers to go on; a start from anew would need a word about what is there.
  EXPECT_FALSE(m_dialog->showsRun());
  ASSERT_TRUE(m_form->interrupted().has_value());
  EXPECT_EQ(m_form->interrupted()->finishedBlocks, kept);
  ASSERT_TRUE(waitReason("resume or discard"));
  EXPECT_FALSE(m_dialog->startButton()->isEnabled());

  QSignalSpy changed(&m_window.document(), &Document::snapshotChanged);
  QTest::mouseClick(m_form->resumeButton(), Qt::LeftButton);
  ASSERT_TRUE(changed.wait(kPatience));
  EXPECT_TRUE(run()->log().first().contains(QStringLiteral("taken over"))) << run()->log().first().toStdString();

  const auto model = m_window.document().model();
  const auto data = calibration::loadData(run()->request().data, model->folder, model->graph.vocabulary);
  calibration::CalibrateOptions options;
  options.output = m_scratch / "reference.oscope.h5";
  const auto backend = compute::cpuBackendFactory().create("cpu", {});
  const auto reference = calibration::calibrate(*model, data.dataset, data.tokenizer.get(), options, *backend, {});
  EXPECT_EQ(m_window.document().snapshot()->contentHash(), reference.contentHash);
}

TEST_F(CalibrateDialogTest, GoesToTheBackgroundAndComesBack) {
  ask(96, 128);
  startAndWait(1);
  QTest::mouseClick(m_dialog->backgroundButton(), Qt::LeftButton);
  EXPECT_FALSE(m_dialog->isVisible());
  EXPECT_TRUE(run()->running());
  m_window.run()->calibrate();
  EXPECT_TRUE(m_dialog->isVisible());
  EXPECT_TRUE(m_dialog->showsRun());
  EXPECT_TRUE(m_dialog->running()->headline().startsWith(QStringLiteral("Block")));
  run()->stop();
  ASSERT_TRUE(QTest::qWaitFor([&] { return !run()->running(); }, kPatience));
}

TEST_F(CalibrateDialogTest, ErrorsStandUnderTheirFieldWithTheValueThatFits) {
  ask(100'000, 512);
  FormField* samples = m_form->source()->samplesField();
  ASSERT_TRUE(QTest::qWaitFor([&] { return samples->hasError(); }, kPatience));
  EXPECT_TRUE(samples->error().contains(QStringLiteral("windows of 512"))) << samples->error().toStdString();
  EXPECT_FALSE(m_dialog->startButton()->isEnabled());
  QTest::mouseClick(samples->fixButton(), Qt::LeftButton);
  EXPECT_LT(m_form->source()->samples()->value(), 100'000);
  ASSERT_TRUE(waitStartable());
  EXPECT_FALSE(samples->hasError());

  m_form->memory()->setValue(0.001);
  ASSERT_TRUE(QTest::qWaitFor([&] { return m_form->memoryField()->hasError(); }, kPatience));
  EXPECT_EQ(m_form->estimate()->headline(), QStringLiteral("It does not fit"));
  QTest::mouseClick(m_form->memoryField()->fixButton(), Qt::LeftButton);
  EXPECT_GT(m_form->memory()->value(), 0.05);
  ASSERT_TRUE(waitStartable()) << m_dialog->reason().toStdString();

  m_form->source()->file()->setPath(QStringLiteral("/nowhere/text.txt"));
  ASSERT_TRUE(QTest::qWaitFor([&] { return m_form->source()->file()->hasError(); }, kPatience));
  m_form->source()->file()->setPath({});
  EXPECT_TRUE(m_dialog->reason().contains(QStringLiteral("choose a text")));
}

TEST_F(CalibrateDialogTest, AFolderThatGoesAwayIsAMessageAndTheWorkspaceStays) {
  ask(8, 64);
  const std::filesystem::path folder = m_scratch / "gone";
  std::filesystem::create_directory(folder);
  m_form->output()->setPath(QString::fromStdString((folder / "run.oscope.h5").string()));
  ASSERT_TRUE(waitStartable());
  std::filesystem::remove(folder);
  const auto model = m_window.document().model();
  QTest::mouseClick(m_dialog->startButton(), Qt::LeftButton);
  ASSERT_TRUE(QTest::qWaitFor([&] { return !run()->running(); }, kPatience));
  EXPECT_TRUE(m_dialog->message().contains(QString::fromStdString(folder.string())));
  EXPECT_TRUE(m_dialog->message().contains(QStringLiteral("choose another output")));
  EXPECT_FALSE(m_dialog->showsRun());
  EXPECT_EQ(m_window.document().model(), model);
}

TEST_F(CalibrateDialogTest, AFullDiskIsAMessageAndWhatWasFinishedIsKept) {
  ask(8, 64);
  ASSERT_TRUE(waitStartable());
  // A limit on file sizes fails writes as a full disk does.
  const auto oldHandler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  const rlimit small{20'000, old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  QTest::mouseClick(m_dialog->startButton(), Qt::LeftButton);
  const bool ended = QTest::qWaitFor([&] { return !run()->running(); }, kPatience);
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, oldHandler);
  ASSERT_TRUE(ended);
  EXPECT_EQ(run()->job()->outcome().state, JobOutcome::State::Failed);
  EXPECT_TRUE(m_dialog->message().contains(QStringLiteral("run.oscope.h5"))) << m_dialog->message().toStdString();
  EXPECT_FALSE(std::filesystem::exists(m_output));
  ASSERT_TRUE(m_form->interrupted().has_value()) << "the work folder goes on where there is room again";
}

TEST_F(CalibrateDialogTest, WithoutItsCheckpointASnapshotSaysWhatIsMissing) {
  ask(4, 32);
  ASSERT_TRUE(waitStartable());
  QSignalSpy changed(&m_window.document(), &Document::snapshotChanged);
  QTest::mouseClick(m_dialog->startButton(), Qt::LeftButton);
  ASSERT_TRUE(changed.wait(kPatience));
  m_window.document().close();
  open(QString::fromStdString(m_output.string()));
  ASSERT_EQ(m_window.document().model(), nullptr);
  EXPECT_EQ(m_window.document().rows().size(), 32u);
  EXPECT_FALSE(m_window.run()->calibrateAction()->isEnabled());
  EXPECT_EQ(m_window.run()->calibrateAction()->toolTip(), QStringLiteral("open the checkpoint to calibrate"));
  EXPECT_EQ(m_window.run()->exportAction()->toolTip(), QStringLiteral("open the checkpoint to export"));
  EXPECT_EQ(m_window.run()->verifyAction()->toolTip(), QStringLiteral("open the checkpoint to verify"));
  m_form->check();
  EXPECT_EQ(m_form->whyNot(), QStringLiteral("open the checkpoint to calibrate"));
}

TEST_F(CalibrateDialogTest, AdvancedOptionsReachTheRunAndAreSaidWhileClosed) {
  CalibrateAdvanced* advanced = m_form->advanced();
  advanced->setExpanded(false);
  EXPECT_FALSE(advanced->microBatch()->isVisible());
  EXPECT_TRUE(advanced->changes().isEmpty());
  QTest::mouseClick(advanced->toggle(), Qt::LeftButton);
  EXPECT_TRUE(advanced->microBatch()->isVisible());
  advanced->microBatch()->setValue(2);
  advanced->firstSample()->setValue(4);
  advanced->threads()->setValue(1);
  advanced->durable()->setValue(0);
  advanced->observer("extremes")->setChecked(false);
  EXPECT_FALSE(advanced->deviceMemory()->isEnabled()) << "the device is the CPU";
  advanced->setExpanded(false);
  EXPECT_TRUE(advanced->toggle()->text().contains(QStringLiteral("micro-batch 2"))) << qPrintable(advanced->changes());
  ask(8, 64);
  const CalibrationRequest request = m_form->request();
  EXPECT_EQ(request.options.microBatch, 2);
  EXPECT_EQ(request.options.durableSeconds, 0);
  EXPECT_EQ(request.backend.threads, 1);
  EXPECT_TRUE(request.options.observerParams.empty());
  ASSERT_TRUE(waitStartable()) << m_dialog->reason().toStdString();
  QSignalSpy changed(&m_window.document(), &Document::snapshotChanged);
  QTest::mouseClick(m_dialog->startButton(), Qt::LeftButton);
  ASSERT_TRUE(changed.wait(kPatience));
  const stats::Provenance& made = m_window.document().snapshot()->provenance();
  EXPECT_EQ(made.firstSample, 4);
  EXPECT_EQ(std::count(made.observers.begin(), made.observers.end(), "extremes"), 0);
  EXPECT_EQ(std::count(made.observers.begin(), made.observers.end(), "range"), 1);
  // The next form remembers all but the shard; one click brings the defaults back.
  const CalibrateAdvanced next;
  EXPECT_EQ(next.microBatch()->value(), 2);
  EXPECT_EQ(next.firstSample()->value(), 0);
  EXPECT_FALSE(next.observer("extremes")->isChecked());
  advanced->defaultsButton()->click();
  EXPECT_TRUE(advanced->changes().isEmpty());
  EXPECT_TRUE(m_form->request().options.observers.empty());
}

TEST_F(CalibrateDialogTest, WhatObserversDeclareStandsInTheFormAndReachesTheSnapshot) {
  CalibrateAdvanced* advanced = m_form->advanced();
  advanced->setExpanded(true);
  for (const auto& observer : calibration::observers()) {
    const ParamForm* form = advanced->observerParams(observer->id());
    ASSERT_EQ(form != nullptr, !observer->params().empty()) << observer->id();
    for (const ParamSpec& spec : observer->params()) {
      ASSERT_NE(form->control(spec.key), nullptr) << observer->id() << '.' << spec.key;
      EXPECT_TRUE(form->control(spec.key)->isVisible());
    }
  }
  auto* rows = qobject_cast<QSpinBox*>(advanced->observerParams("rows")->control("count"));
  ASSERT_NE(rows, nullptr);
  advanced->observer("rows")->setChecked(false);
  EXPECT_FALSE(rows->isEnabled()) << "of what is not observed";
  advanced->observer("rows")->setChecked(true);
  rows->setValue(5);
  EXPECT_EQ(advanced->changes(), QStringLiteral("rows tokens 5"));
  ask(8, 64);
  ASSERT_TRUE(waitStartable()) << m_dialog->reason().toStdString();
  QSignalSpy changed(&m_window.document(), &Document::snapshotChanged);
  QTest::mouseClick(m_dialog->startButton(), Qt::LeftButton);
  ASSERT_TRUE(changed.wait(kPatience));
  const auto snapshot = m_window.document().snapshot();
  EXPECT_EQ(snapshot->detail({0, SiteKind::FfnMid}).rowTokens.size(), 5u);
  const CalibrateAdvanced next;
  EXPECT_EQ(next.observerParams("rows")->values().integer("count"), 5) << "remembered";
  advanced->defaultsButton()->click();
  EXPECT_EQ(rows->value(), 64);
  EXPECT_TRUE(m_form->request().options.observerParams.empty());
}

TEST_F(CalibrateDialogTest, AnInterruptedRunOverJsonLinesIsShownAsSuchWhateverItsFileIsCalled) {
  const std::filesystem::path lines = m_scratch / "lines.txt";
  {
    std::ifstream text("resources/sample/calib.txt");
    std::ofstream out(lines);
    std::string line;
    while (std::getline(text, line)) out << Json{{"body", line + "\n"}}.dump() << '\n';
  }
  SourceForm* source = m_form->source();
  source->source()->setCurrent(1);
  source->file()->setPath(QString::fromStdString(lines.string()));
  EXPECT_EQ(source->source()->current(), 0) << "a .txt is taken as text";
  source->source()->setCurrent(1);
  emit source->source()->currentChanged(1);
  source->findChild<QLineEdit*>(QStringLiteral("jsonKey"))->setText(QStringLiteral("body"));
  source->samples()->setValue(48);
  source->length()->setValue(128);
  startAndWait(1);
  QTest::mouseClick(m_dialog->stopButton(), Qt::LeftButton);
  ASSERT_TRUE(QTest::qWaitFor([&] { return !run()->running(); }, kPatience));
  if (!m_form->interrupted()) GTEST_SKIP() << "it was through before it was stopped";
  source->source()->setCurrent(0);
  QSignalSpy changed(&m_window.document(), &Document::snapshotChanged);
  QTest::mouseClick(m_form->resumeButton(), Qt::LeftButton);
  EXPECT_EQ(source->options().source, calibration::DatasetOptions::Source::Jsonl);
  EXPECT_EQ(source->options().jsonKey, "body");
  ASSERT_TRUE(changed.wait(kPatience));
  EXPECT_EQ(m_window.document().snapshot()->provenance().dataSource, "jsonl");
}

}  // namespace
}  // namespace oscope::gui
