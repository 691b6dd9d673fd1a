// Workspace and recipe saved by hand: on jobs, in order, unsaved until the file is complete.
#include <gtest/gtest.h>

#include <QMessageBox>
#include <QPushButton>
#include <QTimer>

#include "app/gui/frame/error_bar.h"
#include "tests/gui/sample_window.h"

namespace oscope::gui {
namespace {

class Save : public SampleWindow {
 protected:
  void edit(double v0) { document().setThresholds(v0, 150); }
  double savedV0() const { return quant::loadWorkspace(m_workspace).recipe.v0; }
  /// Presses this button in the first modal box that comes.
  void answer(const QString& button) {
    m_asker.callOnTimeout(&m_window, [this, button] {
      auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
      if (box == nullptr) return;
      m_asker.stop();
      m_asked = true;
      for (QAbstractButton* candidate : box->buttons()) {
        if (candidate->text() == button) candidate->click();
      }
    });
    m_asker.start(5);
  }

  QTimer m_asker;
  bool m_asked = false;
};

TEST_F(Save, ClosingWaitsForASaveThatRuns) {
  edit(20);
  answer(QStringLiteral("Keep working"));
  m_window.saveWorkspaceTo(text(m_workspace));
  EXPECT_FALSE(m_window.close());
  EXPECT_FALSE(m_window.close());
  ASSERT_TRUE(QTest::qWaitFor([&] { return !m_window.isVisible(); }, kPatience));
  EXPECT_FALSE(m_asked) << "nothing would be lost";
  EXPECT_EQ(savedV0(), 20);
}

TEST_F(Save, ASaveThatFailsKeepsTheWindowAndTheChanges) {
  edit(20);
  answer(QStringLiteral("Keep working"));
  m_window.saveWorkspaceTo(QStringLiteral("/proc/w.oscope"));
  EXPECT_FALSE(m_window.close());
  ASSERT_TRUE(QTest::qWaitFor([&] { return m_asked; }, kPatience));
  EXPECT_TRUE(m_window.isVisible());
  EXPECT_TRUE(document().isEdited());
  EXPECT_TRUE(m_window.frame()->findChild<ErrorBar*>()->text().contains(QStringLiteral("/proc/w.oscope")));
  document().undoStack().undo();
}

TEST_F(Save, WhatIsChangedMeanwhileStaysUnsaved) {
  edit(20);
  QSignalSpy ended(&document(), &Document::saveEnded);
  m_window.saveWorkspaceTo(text(m_workspace));
  EXPECT_TRUE(document().isEdited()) << "until the file is there";
  edit(30);
  ASSERT_TRUE(ended.wait(kPatience));
  EXPECT_EQ(savedV0(), 20) << "what was there when it was asked for";
  EXPECT_TRUE(document().isEdited());
  document().undoStack().undo();
  document().undoStack().undo();
  EXPECT_EQ(document().recipe().v0, 15);
  EXPECT_TRUE(document().isEdited()) << "the file holds 20, not what was opened";
  saveWorkspaceAndWait(m_window, text(m_workspace));
  EXPECT_FALSE(document().isEdited());
}

TEST_F(Save, FilesAreWrittenInOrder) {
  const QString recipe = text(m_scratch / "recipe.json");
  QSignalSpy ended(&document(), &Document::saveEnded);
  for (int v0 = 20; v0 < 30; ++v0) {
    edit(v0);
    m_window.saveWorkspaceTo(text(m_workspace));
    m_window.saveRecipeTo(recipe);
  }
  ASSERT_TRUE(QTest::qWaitFor([&] { return ended.count() == 20; }, kPatience));
  EXPECT_FALSE(document().isSaving());
  EXPECT_EQ(savedV0(), 29);
  EXPECT_EQ(quant::loadRecipe(recipe.toStdString()).v0, 29);
  EXPECT_FALSE(document().isEdited());
}

TEST_F(Save, ChangesAreSavedBeforeAnotherWorkspaceTakesTheirPlace) {
  const std::filesystem::path other = m_scratch / "other.oscope";
  std::filesystem::copy_file(m_workspace, other);
  edit(20);
  answer(QStringLiteral("Save"));
  openAndWait(text(other));
  EXPECT_TRUE(m_asked);
  EXPECT_EQ(savedV0(), 20);
  EXPECT_EQ(document().filePath(), text(other));
  EXPECT_EQ(document().recipe().v0, 15);
  EXPECT_FALSE(document().isEdited());
}

TEST_F(Save, ARecipeThatCannotBeWrittenIsSaidAtTheTop) {
  QSignalSpy ended(&document(), &Document::saveEnded);
  m_window.saveRecipeTo(QStringLiteral("/proc/recipe.json"));
  ASSERT_TRUE(ended.wait(kPatience));
  EXPECT_TRUE(m_window.frame()->findChild<ErrorBar*>()->text().contains(QStringLiteral("/proc/recipe.json")));
}

}  // namespace
}  // namespace oscope::gui
