// Exports and verifies the bundled sample from the real window.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QEventLoop>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>
#include <csignal>
#include <fstream>

#include "app/gui/forms/form_field.h"
#include "app/gui/forms/source_form.h"
#include "app/gui/frame/jobs_dock.h"
#include "app/gui/frame/main_window.h"
#include "app/gui/frame/view_frame.h"
#include "app/gui/jobs/sample_workspace.h"
#include "app/gui/models/runtime_table_model.h"
#include "app/gui/theme.h"
#include "app/gui/views/export/export_view.h"
#include "app/gui/views/verify/agreement_plot.h"
#include "app/gui/views/verify/report_page.h"
#include "app/gui/views/verify/verify_setup.h"
#include "app/gui/views/verify/verify_view.h"
#include "tests/gui/support/event_watch.h"
#include "tests/support/random_checkpoint.h"
#include "tests/support/test_data.h"

namespace oscope::gui {
namespace {

namespace fs = std::filesystem;

constexpr int kPatience = 90'000;     // milliseconds until a job must have ended
constexpr double kLongestEvent = 50;  // milliseconds that the GUI thread may be kept busy while a job runs

QString path(const fs::path& file) {
  return QString::fromStdString(file.string());
}

class ExportVerify : public ::testing::Test {
 protected:
  void SetUp() override {
    m_workspace = makeSampleWorkspace(m_scratch.path(), JobContext{});
    m_window.resize(1600, 1000);
    m_window.show();
    open(m_workspace);
    ASSERT_TRUE(QTest::qWaitFor([this] { return m_window.document().predictions() != nullptr; }, kPatience));
    m_window.context().show(QStringLiteral("export"));
    m_export = qobject_cast<ExportView*>(m_window.frame()->view(QStringLiteral("export")));
    ASSERT_NE(m_export, nullptr);
    m_out = m_scratch / "out";
    m_export->output()->setPath(path(m_out));
  }

  void open(const fs::path& file) {
    QSignalSpy opened(&m_window.document(), &Document::opened);
    m_window.open(path(file));
    ASSERT_TRUE(opened.wait(kPatience));
  }

  void exportIt() {
    ASSERT_TRUE(m_export->startButton()->isEnabled()) << m_export->reason().toStdString();
    QSignalSpy exported(&m_window.stages(), &StageJobs::exported);
    QTest::mouseClick(m_export->startButton(), Qt::LeftButton);
    ASSERT_TRUE(exported.wait(kPatience));
  }

  /// Waits for the job that a button started.
  template <typename Press>
  void untilEnded(Press&& press) {
    QSignalSpy ended(&m_window.jobs(), &JobRunner::jobFinished);
    press();
    ASSERT_TRUE(ended.wait(kPatience));
  }

  VerifyView* verifyView() {
    m_window.context().show(QStringLiteral("verify"));
    auto* view = qobject_cast<VerifyView*>(m_window.frame()->view(QStringLiteral("verify")));
    SourceForm* source = view->setup()->source();
    source->file()->setPath(QStringLiteral("resources/sample/eval.txt"));
    source->samples()->setValue(4);
    source->length()->setValue(64);
    return view;
  }
  bool waitStartable(VerifyView* view) {
    return QTest::qWaitFor([&] { return view->setup()->startButton()->isEnabled(); }, kPatience);
  }

  const test::ScratchFolder m_scratch;
  MainWindow m_window;
  fs::path m_workspace, m_out;
  ExportView* m_export = nullptr;
};

TEST_F(ExportVerify, ExportsAndVerifiesToTheEndAndTheReportStays) {
  const QAbstractItemModelTester tester(m_export->runtimes(), QAbstractItemModelTester::FailureReportingMode::Fatal);
  EXPECT_GE(m_export->runtimes()->rowCount(), 2);
  exportIt();
  EXPECT_TRUE(fs::exists(m_out / "deploy.json"));
  EXPECT_TRUE(m_export->result().contains(QStringLiteral("56 linears quantized"))) << m_export->result().toStdString();
  EXPECT_EQ(m_window.document().workspace().exported, m_out);

  VerifyView* view = verifyView();
  EXPECT_EQ(view->setup()->exported()->path(), path(m_out));
  ASSERT_TRUE(waitStartable(view)) << view->setup()->reason().toStdString();
  QEventLoop loop;
  QObject::connect(&m_window.stages(), &StageJobs::verified, &loop, &QEventLoop::quit, Qt::QueuedConnection);
  test::WatchedApplication::instance()->startWatch();
  QTest::mouseClick(view->setup()->startButton(), Qt::LeftButton);
  loop.exec();
  const test::LongestEvent longest = test::WatchedApplication::instance()->stopWatch();
  std::printf("longest event while verifying: %.1f ms busy (%s), %.1f ms by the wall\n", longest.busyMilliseconds,
              qPrintable(longest.what), longest.wallMilliseconds);
  EXPECT_LE(longest.busyMilliseconds, kLongestEvent) << longest.what.toStdString();

  ASSERT_TRUE(view->showsReport());
  EXPECT_TRUE(view->badge().startsWith(QStringLiteral("✓ Passed")));
  const QAbstractItemModelTester reportTester(view->page()->runtimes(),
                                              QAbstractItemModelTester::FailureReportingMode::Fatal);
  // Measured figures stand beside the predicted ones, for the policy that was measured.
  const SiteRow first = m_window.document().rows().front();
  ASSERT_TRUE(first.measuredDb.has_value());
  EXPECT_NEAR(*first.measuredDb, *first.predictedDb, 3);
  m_window.document().setPolicy({first.id}, quant::Policy::Dynamic);
  EXPECT_FALSE(m_window.document().row(first.id)->measuredDb.has_value());
  m_window.document().undoStack().undo();
  // A click on a mark selects its site everywhere.
  AgreementPlot* scatter = view->page()->scatter();
  QTest::mouseMove(scatter, scatter->placeOf(first.id).toPoint());
  QTest::mouseClick(scatter, Qt::LeftButton, {}, scatter->placeOf(first.id).toPoint());
  ASSERT_TRUE(m_window.context().selection().current.has_value());
  EXPECT_EQ(m_window.context().selection().current, scatter->siteAt(scatter->placeOf(first.id)));

  view->saveReport(path(m_scratch / "report.html"));
  std::ifstream page(m_scratch / "report.html");
  const std::string html(std::istreambuf_iterator<char>(page), {});
  EXPECT_NE(html.find("<svg"), std::string::npos);
  view->saveReport(path(m_scratch / "report.json"));
  EXPECT_EQ(quant::loadVerifyReport(m_scratch / "report.json").sites.size(), 32u);

  // Saved and opened again, the workspace still knows what was measured.
  bool saved = false;
  m_window.document().save(path(m_workspace), [&] { saved = true; });
  ASSERT_TRUE(QTest::qWaitFor([&] { return saved; }, kPatience));
  m_window.document().close();
  EXPECT_FALSE(m_window.document().report().has_value());
  open(m_workspace);
  ASSERT_TRUE(m_window.document().report().has_value());
  EXPECT_TRUE(m_window.document().rows().front().measuredDb.has_value());
}

TEST_F(ExportVerify, WritesFilesOfTheWantedSizeAndVerifiesWithTheDivisorOfARuntime) {
  m_export->largestFile()->setValue(0.001);
  exportIt();
  EXPECT_TRUE(fs::exists(m_out / "model.safetensors.index.json")) << "more than one file";
  VerifyView* view = verifyView();
  view->setup()->divisor()->setCurrentIndex(2);
  ASSERT_TRUE(waitStartable(view)) << view->setup()->reason().toStdString();
  const auto measured = [&] {
    QSignalSpy verified(&m_window.stages(), &StageJobs::verified);
    view->setup()->startButton()->click();
    if (!verified.wait(kPatience)) return 0.0;
    const auto& sites = m_window.document().report()->sites;
    return std::find_if(sites.begin(), sites.end(),
                        [](const auto& site) { return site.policy == quant::Policy::Dynamic; })
        ->outputSqnrLocalDb;
  };
  const double other = measured();
  view->setup()->divisor()->setCurrentIndex(0);
  const double planned = measured();
  EXPECT_NE(other, planned);
  EXPECT_NEAR(other, planned, 1);
}

TEST_F(ExportVerify, BothViewsLiveThroughAChangeOfTheTheme) {
  ASSERT_FALSE(m_export->findings().isEmpty());
  const auto icon = [this] {
    for (const QLabel* label : m_export->findChildren<QLabel*>()) {
      if (!label->pixmap(Qt::ReturnByValue).isNull()) return label->pixmap(Qt::ReturnByValue).toImage();
    }
    return QImage();
  };
  const QImage light = icon();
  quant::VerifyReport report;
  report.checks = {{"codes", "codes of x", true, ""}};
  m_window.document().setReport(report, {});
  m_window.context().show(QStringLiteral("verify"));
  m_window.context().show(QStringLiteral("export"));
  applyTheme(*qApp, ThemeChoice::Dark);
  QTest::qWait(20);
  EXPECT_NE(icon(), light);
  applyTheme(*qApp, ThemeChoice::Light);
  QTest::qWait(20);
  EXPECT_EQ(icon(), light);
}

TEST_F(ExportVerify, StartIsDisabledWithItsReason) {
  fs::create_directory(m_out);
  std::ofstream(m_out / "mine.txt") << "keep me";
  m_export->output()->setPath(path(m_out) + QLatin1Char('/'));
  EXPECT_FALSE(m_export->startButton()->isEnabled());
  EXPECT_TRUE(m_export->reason().contains(QStringLiteral("not empty"))) << m_export->reason().toStdString();
  m_export->replace()->setChecked(true);
  EXPECT_TRUE(m_export->startButton()->isEnabled());
  m_export->output()->setPath(QStringLiteral("resources/sample/model"));
  EXPECT_TRUE(m_export->reason().contains(QStringLiteral("model itself")));
  m_export->output()->setPath({});
  EXPECT_TRUE(m_export->reason().contains(QStringLiteral("name a folder")));

  VerifyView* view = verifyView();
  view->setup()->exported()->setPath(path(m_out));
  EXPECT_FALSE(view->setup()->startButton()->isEnabled());
  EXPECT_TRUE(view->setup()->reason().contains(QStringLiteral("deploy.json")));
  FormField* windows = view->setup()->source()->samplesField();
  view->setup()->source()->samples()->setValue(900'000);
  ASSERT_TRUE(QTest::qWaitFor([&] { return windows->hasError(); }, kPatience));
  QTest::mouseClick(windows->fixButton(), Qt::LeftButton);
  ASSERT_TRUE(QTest::qWaitFor([&] { return !windows->hasError(); }, kPatience));
}

TEST_F(ExportVerify, APlanThatTheFormatCannotCarryIsRefusedBeforehand) {
  quant::Recipe recipe = m_window.document().recipe();
  recipe.rules.activationBits = 6;
  m_window.document().setRecipe(recipe, QStringLiteral("six bits"));
  EXPECT_FALSE(m_export->startButton()->isEnabled());
  EXPECT_TRUE(m_export->reason().contains(QStringLiteral("can't carry")));
  ASSERT_FALSE(m_export->findings().isEmpty());
  EXPECT_TRUE(m_export->findings().first().startsWith(QStringLiteral("32 places")))
      << m_export->findings().first().toStdString();
}

TEST_F(ExportVerify, SaysBeforehandHowLargeItWillBe) {
  EXPECT_TRUE(m_export->size().contains(QStringLiteral("from 3.41 MB"))) << m_export->size().toStdString();
  EXPECT_TRUE(m_export->size().contains(QStringLiteral("free there"))) << m_export->size().toStdString();
  const QString about = m_export->size().section(QLatin1Char(' '), 1, 2).remove(QLatin1Char(','));
  exportIt();
  EXPECT_TRUE(m_export->result().contains(about.left(3))) << about.toStdString() << m_export->result().toStdString();
}

TEST_F(ExportVerify, ATargetThatCannotBeWrittenIsAMessageAndTheWorkspaceStays) {
  // Known beforehand it keeps the button off; what happens after the check is the job's message.
  const auto snapshot = m_window.document().snapshot();
  const fs::path parent = m_scratch / "new";
  m_export->output()->setPath(path(parent / "out"));
  ASSERT_TRUE(m_export->startButton()->isEnabled()) << m_export->reason().toStdString();
  std::ofstream(parent) << "in the way";
  untilEnded([&] { QTest::mouseClick(m_export->startButton(), Qt::LeftButton); });
  EXPECT_TRUE(m_export->result().contains(path(parent))) << m_export->result().toStdString();
  EXPECT_EQ(m_window.document().snapshot(), snapshot);
  EXPECT_TRUE(m_window.document().workspace().exported.empty());
  auto* bar = m_window.frame()->findChild<QLabel*>(QStringLiteral("errorText"));
  EXPECT_TRUE(bar->text().contains(path(parent)));
  EXPECT_EQ(m_window.findChild<JobsDock*>()->problems(), 1);
  EXPECT_TRUE(m_window.findChild<JobsDock*>()->problemsText().contains(path(parent)));
  m_export->output()->setPath(path(parent / "other"));
  EXPECT_FALSE(m_export->startButton()->isEnabled());
  EXPECT_TRUE(m_export->reason().contains(QStringLiteral("is a file"))) << m_export->reason().toStdString();
}

TEST_F(ExportVerify, AFullDiskLeavesNothingHalfWritten) {
  // A limit on file sizes fails writes as a full disk does.
  const auto oldHandler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  const rlimit small{50'000, old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  untilEnded([&] { QTest::mouseClick(m_export->startButton(), Qt::LeftButton); });
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, oldHandler);
  EXPECT_FALSE(fs::exists(m_out));
  EXPECT_FALSE(m_export->result().isEmpty());
  exportIt();  // with room again it works
  EXPECT_TRUE(fs::exists(m_out / "deploy.json"));
}

TEST_F(ExportVerify, ADamagedExportFailsWithTensorAndOffset) {
  exportIt();
  {
    std::fstream file(m_out / "model.safetensors", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-5, std::ios::end);
    file.put('\x55');
  }
  VerifyView* view = verifyView();
  ASSERT_TRUE(waitStartable(view)) << view->setup()->reason().toStdString();
  untilEnded([&] { QTest::mouseClick(view->setup()->startButton(), Qt::LeftButton); });
  ASSERT_TRUE(view->showsReport());
  EXPECT_TRUE(view->badge().startsWith(QStringLiteral("✕ Failed"))) << view->badge().toStdString();
  QString shown;
  for (const QLabel* label : view->page()->findChildren<QLabel*>()) shown += label->text() + QLatin1Char('\n');
  EXPECT_TRUE(shown.contains(QStringLiteral("tensor "))) << shown.toStdString();
  EXPECT_TRUE(shown.contains(QStringLiteral("model.safetensors"))) << shown.toStdString();
}

TEST_F(ExportVerify, AnExportIsVerifiedWithoutACalibration) {
  exportIt();
  m_window.document().close();
  open("resources/sample/model");
  ASSERT_EQ(m_window.document().snapshot(), nullptr);
  VerifyView* view = verifyView();
  ASSERT_NE(view, nullptr);
  EXPECT_EQ(m_window.frame()->current(), view) << "it needs no snapshot";
  view->setup()->exported()->setPath(path(m_out));
  ASSERT_TRUE(waitStartable(view)) << view->setup()->reason().toStdString();
  untilEnded([&] { QTest::mouseClick(view->setup()->startButton(), Qt::LeftButton); });
  ASSERT_TRUE(view->showsReport());
  EXPECT_TRUE(view->badge().startsWith(QStringLiteral("✓ Passed"))) << view->badge().toStdString();
}

TEST_F(ExportVerify, ASnapshotOfAnotherModelIsRefusedAndTheWorkspaceStays) {
  fs::copy("resources/sample/model", m_scratch / "other", fs::copy_options::recursive);
  test::pokeTensor(m_scratch / "other", "model.norm.weight", 0, 2.5f);
  quant::Workspace workspace = m_window.document().workspace();
  workspace.model = m_scratch / "other";
  quant::saveWorkspace(workspace, m_scratch / "mixed.oscope");
  const auto before = m_window.document().model();
  QSignalSpy failed(&m_window.document(), &Document::openFailed);
  m_window.open(path(m_scratch / "mixed.oscope"));
  ASSERT_TRUE(failed.wait(kPatience));
  EXPECT_TRUE(failed.front().at(1).toString().contains(QStringLiteral("sample.oscope.h5")));
  EXPECT_FALSE(failed.front().at(2).toString().isEmpty());
  EXPECT_EQ(m_window.document().model(), before);
}

}  // namespace
}  // namespace oscope::gui
