// Drives the Channels view on the bundled sample, and checks what it shows against the statistics.
#include "app/gui/views/channels/channels_view.h"

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QFileInfo>
#include <cmath>

#include "app/common/number_format.h"
#include "app/gui/frame/data_table.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/plots/save_picture.h"
#include "app/gui/views/channels/channel_order_plot.h"
#include "app/gui/views/channels/channel_rank_plot.h"
#include "app/gui/views/channels/channel_tables.h"
#include "app/gui/views/channels/evidence_model.h"
#include "app/gui/views/channels/outlier_model.h"
#include "tests/gui/sample_window.h"

namespace oscope::gui {
namespace {

const SiteId kLaeSite{0, SiteKind::AttnIn};
const SiteId kDynamicSite{0, SiteKind::FfnMid};

QString shown(double value) {
  return QString::fromStdString(app::formatRange(value));
}

class Channels : public SampleWindow {
 protected:
  void SetUp() override {
    SampleWindow::SetUp();
    m_view = showView<ChannelsView>("channels");
    ASSERT_NE(m_view, nullptr);
  }
  void selectSite(SiteId id) {
    context().selectSite(id);
    ASSERT_TRUE(QTest::qWaitFor([this] { return m_view->isComplete(); }, kPatience));
  }
  ChannelsView* m_view = nullptr;
};

TEST_F(Channels, FiguresAndCsvAreTheSitesOwnBeforeAndAfterItsFold) {
  EXPECT_FALSE(m_view->canSavePicture()) << "nothing selected, nothing to save";
  selectSite(kLaeSite);
  const stats::SiteStats& stats = site(kLaeSite);
  ASSERT_EQ(plan(kLaeSite).policy, quant::Policy::LaeStatic);
  EXPECT_EQ(m_view->figures()->before(0), shown(stats.range()) + QStringLiteral(" →"));
  EXPECT_EQ(m_view->figures()->figure(0), shown(plan(kLaeSite).rangeAfter));
  // The whole model's table of predictions goes another way to the same number.
  const auto& predictions = *document().predictions();
  const std::size_t index = *document().indexOf(kLaeSite);
  ASSERT_TRUE(QTest::qWaitFor([&] { return m_view->figures()->figure(3) != QStringLiteral("–"); }, kPatience));
  EXPECT_EQ(m_view->figures()->figure(3).toStdString(),
            app::formatDb(predictions.at(index, quant::Policy::LaeStatic).total));
  EXPECT_EQ(m_view->figures()->before(3).toStdString(),
            app::formatDb(predictions.at(index, quant::Policy::Static).total) + " →");

  const QStringList lines =
      QString::fromStdString(m_view->tableWork()({})).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
  ASSERT_EQ(lines.size(), stats.channels + 1);
  for (std::int64_t j = 0; j < stats.channels; ++j) {
    const QStringList cells = lines[static_cast<int>(j) + 1].split(QLatin1Char(','));
    const double m = stats.absmax[static_cast<std::size_t>(j)];
    const double s = m / std::log2(2 + m);  // FPTQ eq. 1
    EXPECT_NEAR(cells[1].toDouble(), m, 1e-6 * m);
    EXPECT_NEAR(cells[5].toDouble(), s, 1e-6 * s);
    EXPECT_NEAR(cells[6].toDouble(), std::log2(2 + m), 1e-5);
    EXPECT_NEAR(cells[9].toDouble(), std::max(0.0, 8 + std::log2(m / stats.range())), 1e-6);
  }
}

TEST_F(Channels, ClickingASpikeSelectsItEverywhereAndEscapeLeavesIt) {
  selectSite(kLaeSite);
  m_view->tables()->threshold()->setValue(1.2);
  const auto spikes = channelsAbove(m_view->series()->rankedBefore, m_view->series()->medianBefore, 1.2);
  ASSERT_GT(spikes.size(), 1u);
  EXPECT_EQ(m_view->tables()->outliers()->model()->rowCount(), static_cast<int>(spikes.size()));
  const std::int64_t channel = spikes[1];
  QTest::mouseClick(m_view->orderPlot(), Qt::LeftButton, {}, m_view->orderPlot()->tipOf(channel).toPoint());
  ASSERT_EQ(context().selection().channel, channel);
  const auto rows = m_view->tables()->outliers()->selectionModel()->selectedRows();
  ASSERT_EQ(rows.size(), 1);
  EXPECT_EQ(rows[0].data().toString().toStdString(), app::formatCount(channel));
  const QAbstractItemModel* evidence = m_view->tables()->evidence()->model();
  EXPECT_EQ(evidence->index(0, EvidenceModel::Value).data().toString(),
            shown(site(kLaeSite).absmax[static_cast<std::size_t>(channel)]));
  const auto place = document().snapshot()->place(site(kLaeSite).absmaxToken[static_cast<std::size_t>(channel)]);
  EXPECT_EQ(evidence->index(0, EvidenceModel::Sample).data(CsvRole).toLongLong(), place.sample);
  EXPECT_EQ(evidence->index(0, EvidenceModel::Position).data(CsvRole).toLongLong(), place.position);
  EXPECT_GT(evidence->rowCount(), 1) << "sampled rows are evidence too";

  QTest::keyClick(&m_window, Qt::Key_Escape);
  EXPECT_FALSE(context().selection().channel.has_value());
  EXPECT_TRUE(context().selection().current.has_value()) << "the site stays";
}

TEST_F(Channels, EnterOnARowSelectsItsChannelAndOnEvidenceItsToken) {
  selectSite(kDynamicSite);
  m_view->tables()->threshold()->setValue(2);
  DataTable* table = m_view->tables()->outliers();
  ASSERT_GT(table->model()->rowCount(), 0);
  table->setFocus();
  table->setCurrentIndex(table->model()->index(0, 0));
  QTest::keyClick(table, Qt::Key_Return);
  const auto& absmax = site(kDynamicSite).absmax;
  const auto largest = std::max_element(absmax.begin(), absmax.end()) - absmax.begin();
  EXPECT_EQ(context().selection().channel, largest) << "the table starts with the largest";
  DataTable* evidence = m_view->tables()->evidence();
  evidence->setCurrentIndex(evidence->model()->index(0, 0));
  QTest::keyClick(evidence, Qt::Key_Return);
  EXPECT_EQ(context().selection().token, site(kDynamicSite).absmaxToken[static_cast<std::size_t>(largest)]);
}

TEST_F(Channels, FollowsTheRecipeAndUndo) {
  selectSite(kLaeSite);
  const std::vector<float> lae = m_view->series()->after;
  document().setRecipe(quant::loadRecipe("smoothquant-w8a8-o3"), QStringLiteral("other"));
  EXPECT_NE(m_view->series()->after, lae);
  EXPECT_EQ(m_view->series()->after, m_view->series()->reference) << "the reference is this very method";
  EXPECT_FALSE(m_view->series()->fold.name == "LAE");
  document().undoStack().undo();
  EXPECT_EQ(m_view->series()->after, lae);
}

TEST_F(Channels, ShowsTheClustersOfARecipeThatReorders) {
  selectSite(kLaeSite);
  EXPECT_EQ(m_view->series()->clusters, 0);
  quant::Recipe rptq = quant::loadRecipe("rptq-w4a8");
  document().setRecipe(rptq, QStringLiteral("other"));
  ASSERT_NE(m_view->series(), nullptr);
  EXPECT_EQ(m_view->series()->clusters, 0) << "refused: its GPTQ needs what the sample's calibration did not record";
  std::erase_if(rptq.steps, [](const quant::RecipeStep& step) { return step.method == "gptq"; });
  document().setRecipe(rptq, QStringLiteral("other"));
  const auto series = m_view->series();
  ASSERT_EQ(series->labels.size(), series->before.size());
  EXPECT_EQ(series->clusters, static_cast<int>(plan(kLaeSite).activation.clusters.scales.size()));
  auto* grouped = m_view->headerControls()->findChild<QCheckBox*>();
  ASSERT_TRUE(grouped->isVisible());
  grouped->setChecked(true);
  // By cluster, x runs over the clusters' channels: what lies under the left edge belongs to the narrowest cluster.
  const PlotFrame& frame = m_view->orderPlot()->frame();
  const QPointF left = frame.toPixel(0, frame.y.valueAt(0.02));
  const auto channel = m_view->orderPlot()->channelAt(left);
  ASSERT_TRUE(channel.has_value());
  EXPECT_EQ(series->labels[static_cast<std::size_t>(*channel)],
            *std::min_element(series->labels.begin(), series->labels.end()));
}

TEST_F(Channels, PanesShareTheValueAxisWhileZooming) {
  selectSite(kLaeSite);
  const PlotFrame& frame = m_view->orderPlot()->frame();
  QTest::keyClick(m_view->orderPlot(), Qt::Key_Plus);
  EXPECT_TRUE(m_view->orderPlot()->isZoomed());
  EXPECT_EQ(m_view->rankPlot()->frame().y, frame.y);
  QTest::mouseDClick(m_view->rankPlot(), Qt::LeftButton, {}, m_view->rankPlot()->frame().box.center().toPoint());
  EXPECT_EQ(m_view->orderPlot()->frame().y, m_view->rankPlot()->frame().y);
}

TEST_F(Channels, ModelsAreSoundAndPicturesAreWritten) {
  selectSite(kLaeSite);
  m_view->tables()->threshold()->setValue(1.2);
  const QAbstractItemModelTester outliers(m_view->tables()->outliers()->model(),
                                          QAbstractItemModelTester::FailureReportingMode::Fatal);
  const QAbstractItemModelTester evidence(m_view->tables()->evidence()->model(),
                                          QAbstractItemModelTester::FailureReportingMode::Fatal);
  m_view->tables()->threshold()->setValue(1.1);
  context().selectSite(kDynamicSite);
  context().selectChannel(3);
  m_view->tables()->outliers()->sortByColumn(OutlierModel::BitsAfter, Qt::AscendingOrder);
  for (const char* name : {"channels.png", "channels.svg"}) {
    const QString path = QString::fromStdString((m_scratch / name).string());
    m_view->savePicture(path)({});
    EXPECT_GT(QFileInfo(path).size(), 1000) << name;
  }
}

}  // namespace
}  // namespace oscope::gui
