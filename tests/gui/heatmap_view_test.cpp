// Drives the heat map in the real window, on a made-up model with one lonely outlier channel.
#include "app/gui/views/heatmap/heatmap_view.h"

#include <gtest/gtest.h>

#include <QPainter>
#include <QSignalSpy>
#include <QSvgRenderer>
#include <QTest>
#include <QWheelEvent>

#include "analysis/stats/outlier.h"
#include "app/common/number_format.h"
#include "app/gui/frame/main_window.h"
#include "app/gui/frame/view_frame.h"
#include "app/gui/frame/widgets.h"
#include "quant/methods/fptq.h"
#include "tests/support/scale_snapshot.h"
#include "tests/support/test_data.h"

namespace oscope::gui {
namespace {

constexpr int kPatience = 60'000;  // milliseconds
const SiteId kLoud{1, SiteKind::FfnMid};

class Heatmap : public ::testing::Test {
 protected:
  void SetUp() override {
    m_shape.blocks = 12, m_shape.hidden = 512, m_shape.ffn = 28'672, m_shape.heads = 8, m_shape.kvHeads = 4;
    m_shape.samples = 8, m_shape.length = 64, m_shape.rows = 32, m_shape.weightRows = 2;
    const auto path = m_scratch / "made.oscope.h5";
    test::writeScaleSnapshot(m_shape, path);
    m_window.resize(1600, 1000);
    m_window.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&m_window));
    QSignalSpy opened(&m_window.document(), &Document::opened);
    m_window.open(QString::fromStdString(path.string()));
    ASSERT_TRUE(opened.wait(kPatience));
    m_window.context().show(QStringLiteral("heatmap"));
    m_view = qobject_cast<HeatmapView*>(m_window.frame()->view(QStringLiteral("heatmap")));
    ASSERT_NE(m_view, nullptr);
    m_plot = m_view->modelPlot();
    ASSERT_TRUE(settle());
  }

  bool settle() {
    return QTest::qWaitFor([this] { return !m_plot->bands().empty() && m_plot->isSettled(); }, kPatience);
  }
  void wheel(QPointF at, int notches) {
    QWheelEvent event(at, m_plot->mapToGlobal(at), {}, {0, 120 * notches}, Qt::NoButton, Qt::NoModifier,
                      Qt::NoScrollPhase, false);
    QApplication::sendEvent(m_plot, &event);
  }
  /// The middle of the cell of the loud site's largest channel.
  QPoint loudest() const {
    return m_plot->cellRect({static_cast<int>(kLoud.kind), kLoud.block, test::scaleTopChannel(m_shape, kLoud)})
        .center()
        .toPoint();
  }

  const test::ScratchFolder m_scratch;
  test::ScaleShape m_shape;
  MainWindow m_window;
  HeatmapView* m_view = nullptr;
  HeatPlot* m_plot = nullptr;
};

TEST_F(Heatmap, AnIsolatedOutlierAmong28672ChannelsIsSeenZoomedOut) {
  const QPoint at = loudest();
  const QImage image = m_plot->grab().toImage();
  const auto brightness = [&](int x, int y) { return qGray(image.pixel(x, y)); };
  const int row = at.y();
  int bright = 0;
  for (int x = at.x() - 3; x <= at.x() + 3; ++x) bright += brightness(x, row) > 180 ? 1 : 0;
  EXPECT_GE(bright, 2) << "value " << test::scaleRange(m_shape, kLoud) << " at one of 28,672 channels";
  EXPECT_LT(brightness(at.x() + 20, row), 120);
}

TEST_F(Heatmap, HoverSaysTheSnapshotsExactFigures) {
  QTest::mouseMove(m_plot, loudest());
  const auto cell = m_plot->cellAt(loudest());
  ASSERT_TRUE(cell);
  EXPECT_EQ(cell->row, kLoud.block);
  EXPECT_EQ(cell->column, test::scaleTopChannel(m_shape, kLoud)) << "the largest of the channels below the pixel";
  const stats::SiteStats& site = m_window.document().snapshot()->site(kLoud);
  const auto channel = static_cast<std::size_t>(cell->column);
  const QStringList lines = m_view->modelTooltip(*cell).split(QLatin1Char('\n'));
  ASSERT_EQ(lines.size(), 4);
  EXPECT_TRUE(lines[0].startsWith(QStringLiteral("Block 1 · ffn_mid · channel ")));
  EXPECT_TRUE(lines[1].endsWith(QStringLiteral("\t1,180")));
  EXPECT_TRUE(lines[2].endsWith(
      QString::fromStdString(app::formatFactor(site.absmax[channel] / double{stats::medianAbsmax(site)}))));
  const auto place = m_window.document().snapshot()->place(site.absmaxToken[channel]);
  EXPECT_TRUE(lines[3].contains(QStringLiteral("sample %1, pos. %2").arg(place.sample).arg(place.position)));
  EXPECT_EQ(m_window.context().hovered(), kLoud);
}

TEST_F(Heatmap, ZoomKeepsTheCellUnderTheCursorAndPanMovesIt) {
  const QPoint at = loudest();
  const auto before = m_plot->cellAt(at);
  for (int i = 0; i < 14; ++i) wheel(at, 1);
  EXPECT_TRUE(m_plot->isZoomed());
  EXPECT_EQ(m_plot->cellAt(at), before);
  ASSERT_TRUE(settle());

  const HeatWindow zoomed = m_plot->window();
  const int stood = loudest().x();
  QTest::mousePress(m_plot, Qt::LeftButton, {}, at);
  QTest::mouseMove(m_plot, at + QPoint(-50, 0));
  QTest::mouseMove(m_plot, at + QPoint(-100, 0));
  QTest::mouseRelease(m_plot, Qt::LeftButton, {}, at + QPoint(-100, 0));
  EXPECT_GT(m_plot->window().left, zoomed.left);
  EXPECT_NEAR(loudest().x(), stood - 100, 1.5);
  QTest::keyClick(m_plot, Qt::Key_Home);
  EXPECT_FALSE(m_plot->isZoomed());
}

TEST_F(Heatmap, AClickSelectsSiteAndChannelAndADoubleClickOpensChannels) {
  QTest::mouseClick(m_plot, Qt::LeftButton, {}, loudest());
  EXPECT_EQ(m_window.context().selection().current, kLoud);
  EXPECT_EQ(m_window.context().selection().channel, test::scaleTopChannel(m_shape, kLoud));
  EXPECT_EQ(m_window.context().view(), QStringLiteral("heatmap"));
  QTest::mouseDClick(m_plot, Qt::LeftButton, {}, loudest());
  EXPECT_EQ(m_window.context().view(), QStringLiteral("channels"));
  EXPECT_EQ(m_window.context().selection().current, kLoud);
}

TEST_F(Heatmap, TheKeyboardReachesCells) {
  m_plot->setFocus();
  QTest::keyClick(m_plot, Qt::Key_End);
  ASSERT_TRUE(m_plot->cursor());
  EXPECT_EQ(m_plot->cursor()->column, test::scaleTopChannel(m_shape, {11, SiteKind::FfnMid}));
  EXPECT_EQ(m_plot->cursor()->row, 11) << "the last block's ffn_mid is the largest";
  QTest::keyClick(m_plot, Qt::Key_Left);
  QTest::keyClick(m_plot, Qt::Key_Up);
  EXPECT_EQ(m_plot->cursor()->row, 10);
  EXPECT_EQ(m_plot->cursor()->column, test::scaleTopChannel(m_shape, {11, SiteKind::FfnMid}) - 1);
  QTest::keyClick(m_plot, Qt::Key_Return);
  EXPECT_EQ(m_window.context().selection().current, (SiteId{10, SiteKind::FfnMid}));
  EXPECT_EQ(m_window.context().view(), QStringLiteral("channels"));
  EXPECT_TRUE(m_plot->escape());
  EXPECT_FALSE(m_plot->cursor());
}

TEST_F(Heatmap, AfterLaeShowsTheFoldOnTheSameScale) {
  const HeatScale before = m_plot->scale();
  QTest::mouseClick(m_view->fold()->findChildren<QAbstractButton*>()[1], Qt::LeftButton);
  ASSERT_TRUE(QTest::qWaitFor(
      [this] {
        return m_plot->bands()[0].values->at(11, 37) !=
               m_window.document().snapshot()->site({11, SiteKind::AttnIn}).absmax[37];
      },
      kPatience));
  EXPECT_EQ(m_plot->scale(), before);
  const stats::SiteStats& site = m_window.document().snapshot()->site({11, SiteKind::AttnIn});
  const float scale = quant::laeScale(site.absmax[37], {});
  EXPECT_FLOAT_EQ(m_plot->bands()[0].values->at(11, 37), site.absmax[37] / scale);
  const stats::SiteStats& mid = m_window.document().snapshot()->site(kLoud);
  EXPECT_EQ(m_plot->bands()[3].values->at(1, 5), mid.absmax[5]) << "the default recipe doesn't fold ffn_mid";
}

TEST_F(Heatmap, TheSelectedSiteShowsItsKeptTokens) {
  EXPECT_TRUE(m_view->sitePlot()->bands().empty());
  m_window.context().selectSite(kLoud);
  HeatPlot* tokens = m_view->sitePlot();
  ASSERT_TRUE(QTest::qWaitFor([&] { return !tokens->bands().empty() && tokens->isSettled(); }, kPatience));
  const stats::SiteDetail detail = m_window.document().snapshot()->detail(kLoud);
  const stats::MaxPyramid& table = *tokens->bands()[0].values;
  ASSERT_EQ(table.rows(), static_cast<std::int64_t>(detail.rowTokens.size()));
  for (const std::int64_t row : {0, 17}) {
    for (const std::int64_t column : {0, 4000, 28'671}) {
      EXPECT_EQ(table.at(row, column), std::fabs(detail.rows[static_cast<std::size_t>(row * 28'672 + column)]));
    }
  }
  EXPECT_EQ(tokens->bands()[0].divider, 16) << "half of the rows are the first tokens of sample 0";
  QTest::mouseClick(tokens, Qt::LeftButton, {}, tokens->cellRect({0, 3, 100}).center().toPoint());
  EXPECT_EQ(m_window.context().selection().token, detail.rowTokens[3]);
}

TEST_F(Heatmap, PicturesAndTablesAreSaved) {
  const test::ScratchFolder out;
  for (const char* name : {"map.png", "map.svg"}) {
    m_view->savePicture(QString::fromStdString((out / name).string()))({});
    EXPECT_GT(std::filesystem::file_size(out / name), 10'000u) << name;
  }
  // The drawing holds the five pictures as they are shown, not what stood in while it was painted.
  QSvgRenderer drawing(QString::fromStdString((out / "map.svg").string()));
  ASSERT_TRUE(drawing.isValid());
  QImage drawn(m_view->size(), QImage::Format_RGB32);
  QPainter painter(&drawn);
  drawing.render(&painter, QRectF(QPointF(), m_view->size()));
  const QPoint loud = m_plot->mapTo(m_view, loudest()), quiet = loud + QPoint(20, 0);
  EXPECT_GT(qGray(drawn.pixel(loud)), 150);
  EXPECT_LT(qGray(drawn.pixel(quiet)), 120);
  m_plot->setWindow({0, 10.0 / 28'672, 0, 2});
  const QStringList lines =
      QString::fromStdString(m_view->tableWork()({})).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
  ASSERT_EQ(lines.size(), 4 * 3) << "four kinds of two blocks, each with a line of channel numbers";
  EXPECT_EQ(lines[9], QStringLiteral("block,site,0,1,2,3,4,5,6,7,8,9"));
  const stats::SiteStats& site = m_window.document().snapshot()->site({0, SiteKind::FfnMid});
  EXPECT_EQ(lines[10].section(QLatin1Char(','), 4, 4).toFloat(), site.absmax[2]);
}

}  // namespace
}  // namespace oscope::gui
