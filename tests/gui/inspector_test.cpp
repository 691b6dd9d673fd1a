// The inspector: reasons, hatched bars of what can't be had, notes as undo steps, outlier channels.
#include <gtest/gtest.h>

#include <QLabel>
#include <QPlainTextEdit>

#include "app/gui/frame/cell_table.h"
#include "app/gui/frame/inspector_dock.h"
#include "app/gui/frame/inspector_figures.h"
#include "app/gui/frame/widgets.h"
#include "tests/gui/sample_window.h"

namespace oscope::gui {
namespace {

constexpr SiteId kMid{1, SiteKind::FfnMid}, kIn{1, SiteKind::FfnIn};

class Inspector : public SampleWindow {
 protected:
  void SetUp() override {
    SampleWindow::SetUp();
    m_note = m_window.inspector()->findChild<QPlainTextEdit*>(QStringLiteral("siteNote"));
    m_outliers = m_window.inspector()->findChild<CellTable*>();
    ASSERT_NE(m_note, nullptr);
    ASSERT_NE(m_outliers, nullptr);
    context().selectSite(kMid);
  }
  BarRows::Row lae(SiteId site) { return predictionBars(document(), *document().indexOf(site)).rows[1]; }
  QString kept(SiteId site) {
    const auto note = document().recipe().notes.find(site);
    return note == document().recipe().notes.end() ? QString() : QString::fromStdString(note->second);
  }
  bool says(const QString& words) {
    for (const QLabel* label : m_window.inspector()->findChildren<QLabel*>()) {
      if (label->isVisible() && label->text().contains(words)) return true;
    }
    return false;
  }

  QPlainTextEdit* m_note = nullptr;
  CellTable* m_outliers = nullptr;
};

TEST_F(Inspector, AForbiddenLaeIsHatchedAndShowsWhatTheEdgeWouldGive) {
  EXPECT_FALSE(lae(kIn).hatched);
  const BarRows::Row forbidden = lae(kMid);
  EXPECT_TRUE(forbidden.hatched);
  EXPECT_GT(forbidden.share, 0);
  EXPECT_TRUE(forbidden.tooltip.contains(document().whyNot(kMid, quant::Policy::LaeStatic)));
  EXPECT_FALSE(document().predictions()->at(*document().indexOf(kMid), quant::Policy::LaeStatic).total);
  // Allowed, the same figure is what the recipe can have.
  quant::Recipe recipe = document().recipe();
  recipe.foldEdges.push_back(site(kMid).foldEdge);
  ASSERT_TRUE(document().setRecipe(recipe, QStringLiteral("allow")));
  ASSERT_TRUE(QTest::qWaitFor([this] { return document().predictions() != nullptr; }, kPatience));
  EXPECT_EQ(lae(kMid).value, forbidden.value);
  EXPECT_FALSE(lae(kMid).hatched);
  EXPECT_TRUE(lae(kMid).tooltip.isEmpty());
}

TEST_F(Inspector, SaysTheReasonWithItsNumbersAndItsConsequence) {
  EXPECT_TRUE(says(QStringLiteral("v = 1,210 ≥ v1 = 150, so dynamic per token")));
  EXPECT_TRUE(says(QStringLiteral("LAE off: ")));
  document().setPolicy({kMid}, quant::Policy::Static);
  EXPECT_TRUE(says(QStringLiteral("by hand; the rule says")));
}

TEST_F(Inspector, ANoteIsKeptWhileItIsTypedAndTypingIsOneUndoStep) {
  m_note->setFocus();
  QTest::keyClicks(m_note, QStringLiteral("sink"));
  EXPECT_EQ(kept(kMid), QStringLiteral("sink"));
  EXPECT_EQ(document().undoStack().count(), 1);
  EXPECT_EQ(document().plan()->recipe, document().recipe()) << "the plan is that of the recipe with the note";
  context().selectSite(kIn);
  EXPECT_TRUE(m_note->toPlainText().isEmpty());
  QTest::keyClicks(m_note, QStringLiteral("norm"));
  EXPECT_EQ(document().undoStack().count(), 2) << "another site, another step";
  document().undoStack().undo();
  EXPECT_TRUE(kept(kIn).isEmpty());
  EXPECT_TRUE(m_note->toPlainText().isEmpty()) << "the field follows though it has the focus";
  document().undoStack().undo();
  EXPECT_TRUE(kept(kMid).isEmpty());
  document().undoStack().redo();
  context().selectSite(kMid);
  EXPECT_EQ(m_note->toPlainText(), QStringLiteral("sink"));
}

TEST_F(Inspector, OutlierChannelsAreChosenByClickAndEnter) {
  ASSERT_EQ(m_outliers->model()->rowCount(), 5);
  EXPECT_FALSE(m_outliers->selectionModel()->hasSelection()) << "nothing is chosen until someone does";
  const auto& absmax = site(kMid).absmax;
  const auto largest = std::max_element(absmax.begin(), absmax.end()) - absmax.begin();
  QTest::mouseClick(m_outliers->viewport(), Qt::LeftButton, {},
                    m_outliers->visualRect(m_outliers->model()->index(0, 0)).center());
  EXPECT_EQ(context().selection().channel, largest);
  EXPECT_EQ(m_outliers->currentRow(), 0);
  QTest::keyClick(m_outliers, Qt::Key_Down);
  QTest::keyClick(m_outliers, Qt::Key_Return);
  EXPECT_NE(context().selection().channel, largest);
  EXPECT_EQ(context().view(), QStringLiteral("channels"));
  EXPECT_EQ(m_outliers->currentRow(), 1) << "the row of the channel stays chosen";
}

}  // namespace
}  // namespace oscope::gui
