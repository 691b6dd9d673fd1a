// Models that are not the sample, in the real window: without a tokenizer, and the given ones of every architecture.
#include "app/gui/frame/cell_table.h"
#include "app/gui/frame/error_bar.h"
#include "app/gui/frame/inspector_dock.h"
#include "app/gui/frame/jobs_dock.h"
#include "app/gui/views/channels/channel_tables.h"
#include "app/gui/views/channels/channels_view.h"
#include "quant/export/export_registry.h"
#include "tests/gui/sample_window.h"
#include "tests/gui/support/other_model.h"

namespace oscope::gui {
namespace {

namespace fs = std::filesystem;

TEST_F(ShownWindow, WithoutATokenizerTokensAreNamedByTheirIds) {
  openAndWait(text(test::writeOtherModel(m_scratch.path())));
  const SiteId site{1, SiteKind::FfnIn};
  context().selectSite(site);
  const auto* outliers = m_window.inspector()->findChild<CellTable*>();
  ASSERT_GT(outliers->model()->rowCount(), 0);
  const stats::SiteStats& facts = document().snapshot()->site(site);
  const auto channel = static_cast<std::size_t>(outliers->model()->index(0, 0).data().toInt());
  const std::int32_t id = document().snapshot()->place(facts.absmaxToken[channel]).id;
  EXPECT_EQ(outliers->model()->index(0, 3).data().toString(), QStringLiteral("#%1").arg(id));
}

TEST_F(ShownWindow, ATableWithoutOutliersSaysSo) {
  openAndWait(text(test::writeOtherModel(m_scratch.path())));
  context().selectSite({1, SiteKind::FfnIn});
  const auto* channels = showView<ChannelsView>("channels");
  const DataTable* table = channels->tables()->outliers();
  ASSERT_EQ(table->model()->rowCount(), 0) << "random weights make no outliers";
  EXPECT_TRUE(table->emptyText().contains(QStringLiteral("5.0×"))) << qPrintable(table->emptyText());
  const QImage with = table->viewport()->grab().toImage();
  const_cast<DataTable*>(table)->setEmptyText({});
  EXPECT_NE(table->viewport()->grab().toImage(), with);
}

/// Opens, calibrates, shows all views, exports and verifies.
class GivenModel : public ShownWindow, public ::testing::WithParamInterface<const char*> {
 protected:
  bool idle() {
    return QTest::qWaitFor([this] { return m_window.jobs().runningCount() == 0; }, kPatience);
  }
  void expectNoError(const char* where) {
    const auto* bar = m_window.frame()->findChild<ErrorBar*>();
    EXPECT_FALSE(bar->isVisible()) << where << ": " << bar->text().toStdString();
    // Warnings there may be: a format can't say of OPT all that was chosen.
    const QString problems = m_window.findChild<JobsDock*>()->problemsText();
    EXPECT_FALSE(problems.contains(QStringLiteral("✕"))) << where << ": " << problems.toStdString();
  }
};

TEST_P(GivenModel, DoesTheWholeJob) {
  OSCOPE_REQUIRE_TEST_DATA(root);
  openAndWait(text(root / "models" / GetParam()));
  const auto model = document().model();
  ASSERT_NE(model, nullptr);

  CalibrationRequest request;
  request.data.source = calibration::DatasetOptions::Source::Random;
  request.data.samples = 4;
  request.data.length = 32;
  request.options.output = m_scratch / "run.oscope.h5";
  QSignalSpy calibrated(&document(), &Document::snapshotChanged);
  m_window.stages().calibrate(request);
  ASSERT_TRUE(calibrated.wait(kPatience));
  ASSERT_TRUE(idle());
  EXPECT_EQ(document().rows().size(), document().snapshot()->sites().size());
  for (const SiteRow& row : document().rows()) {
    EXPECT_TRUE(row.predictedDb.has_value()) << toString(row.id);
    EXPECT_TRUE(row.range > 0) << toString(row.id);
  }
  expectNoError("calibrated");

  context().selectSite(document().rows().back().id);
  for (const ViewEntry& view : views()) {
    context().show(view.id);
    ASSERT_TRUE(idle());
    ASSERT_NE(m_window.frame()->current(), nullptr) << qPrintable(view.id);
    EXPECT_FALSE(m_window.frame()->current()->subtitle().isEmpty()) << qPrintable(view.id);
    expectNoError(qPrintable(view.id));
  }

  ExportRequest out;
  out.format = quant::exportFormats().front().get();
  out.options.output = m_scratch / "out";
  out.options.params = ParamSet(out.format->params());
  m_window.stages().exportModel(out);
  ASSERT_TRUE(idle());
  ASSERT_TRUE(fs::exists(out.options.output / "deploy.json"));
  expectNoError("exported");

  VerifyRequest verify;
  verify.exported = out.options.output;
  verify.data = request.data;
  verify.data.seed = 1;
  verify.data.samples = 2;
  m_window.stages().verify(verify);
  ASSERT_TRUE(idle());
  expectNoError("verified");
  ASSERT_TRUE(document().report().has_value());
  EXPECT_TRUE(document().report()->passed());
  for (const SiteRow& row : document().rows()) EXPECT_TRUE(row.measuredDb.has_value()) << toString(row.id);
}

INSTANTIATE_TEST_SUITE_P(All, GivenModel,
                         ::testing::Values("stories260k", "stories260k-bf16-sharded", "tiny-bloom",
                                           "tiny-random-llama-untied", "tiny-random-opt", "tinystories-656k",
                                           "tinystories-656k-outliers"),
                         [](const auto& model) {
                           std::string name = model.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace oscope::gui
