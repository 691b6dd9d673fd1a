// Bad input in the window: what is wrong, how to go on, and the workspace as it was.
#include <gtest/gtest.h>

#include <QFile>

#include "app/gui/forms/start_page.h"
#include "app/gui/frame/error_bar.h"
#include "app/gui/frame/view_frame.h"
#include "tests/gui/sample_window.h"
#include "tests/gui/support/other_model.h"

namespace oscope::gui {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const QByteArray& text) {
  QFile file(QString::fromStdString(path.string()));
  ASSERT_TRUE(file.open(QIODevice::WriteOnly));
  file.write(text);
}

class BadInput : public SampleWindow {
 protected:
  /// Refused with text, place and remedy; bar shown; nothing changed.
  void expectRefused(const fs::path& path, const QString& word) {
    const auto snapshot = m_window.document().snapshot();
    const auto model = m_window.document().model();
    const quant::Recipe recipe = m_window.document().recipe();
    const QStringList words = openAndFail(text(path));
    ASSERT_EQ(words.size(), 3) << path;
    EXPECT_TRUE(words.join(QLatin1Char('\n')).contains(word)) << qPrintable(words.join(QLatin1Char('\n')));
    EXPECT_FALSE(words[2].isEmpty()) << "how to go on: " << qPrintable(words.join(QLatin1Char('\n')));
    EXPECT_TRUE(m_window.frame()->findChild<ErrorBar*>()->isVisible());
    EXPECT_EQ(m_window.document().snapshot(), snapshot);
    EXPECT_EQ(m_window.document().model(), model);
    EXPECT_EQ(m_window.document().recipe(), recipe);
    EXPECT_FALSE(m_window.document().rows().empty());
    EXPECT_FALSE(m_window.document().isEdited());
  }
};

TEST_F(BadInput, ABrokenModelFolder) {
  const fs::path folder = m_scratch.path() / "broken";
  fs::create_directories(folder);
  expectRefused(folder, QStringLiteral("config.json"));
  write(folder / "config.json", "{\"model_type\": ");
  expectRefused(folder, QStringLiteral("config.json"));
}

TEST_F(BadInput, ASnapshotThatIsNone) {
  write(m_scratch.path() / "text.oscope.h5", "this is no HDF5");
  expectRefused(m_scratch.path() / "text.oscope.h5", QStringLiteral("text.oscope.h5"));
}

TEST_F(BadInput, ASnapshotOfAnotherModel) {
  expectRefused(test::writeOtherModel(m_scratch.path()), QStringLiteral("another model"));
}

TEST_F(BadInput, AWorkspaceWhoseSnapshotIsOfAnotherModel) {
  quant::Workspace mixed = quant::loadWorkspace(m_workspace);
  mixed.snapshot = test::writeOtherModel(m_scratch.path());
  quant::saveWorkspace(mixed, m_scratch.path() / "mixed.oscope");
  expectRefused(m_scratch.path() / "mixed.oscope", QStringLiteral("another model"));
}

TEST_F(BadInput, ARecipeThatDoesNotFit) {
  quant::Recipe recipe;
  recipe.overrides[{70, SiteKind::FfnMid}] = quant::Policy::None;
  recipe.steps = quant::defaultRecipe().steps;
  quant::saveRecipe(recipe, m_scratch.path() / "deep.json");
  expectRefused(m_scratch.path() / "deep.json", QStringLiteral("blocks.70.ffn_mid"));
  write(m_scratch.path() / "typo.json", "{\"format\": \"outlierscope-recipe\", \"version\": 1, \"vO\": 15}");
  expectRefused(m_scratch.path() / "typo.json", QStringLiteral("typo.json"));
}

TEST_F(BadInput, AFileOfAnotherKindAndAPathThatIsGone) {
  write(m_scratch.path() / "notes.txt", "hello");
  expectRefused(m_scratch.path() / "notes.txt", QStringLiteral("notes.txt"));
  expectRefused(m_scratch.path() / "gone.oscope", QStringLiteral("gone.oscope"));
}

TEST_F(BadInput, APlaceThatCannotBeWritten) {
  EXPECT_EQ(saveAndWait("/proc/ranges.png").state, JobOutcome::State::Failed);
  EXPECT_TRUE(m_window.frame()->findChild<ErrorBar*>()->text().contains(QStringLiteral("/proc/ranges.png")));
  EXPECT_EQ(saveAndWait("/proc/ranges.csv").state, JobOutcome::State::Failed);
  m_window.document().setThresholds(20, 150);
  saveWorkspaceAndWait(m_window, QStringLiteral("/proc/w.oscope"));
  EXPECT_TRUE(m_window.document().isEdited());
  EXPECT_EQ(m_window.document().filePath(), text(m_workspace));
  m_window.document().undoStack().undo();
}

TEST_F(ShownWindow, BeforeAnythingIsOpenTheStartPageSaysWhatWentWrong) {
  const QStringList words = openAndFail(QStringLiteral("/nowhere/model"));
  ASSERT_EQ(words.size(), 3);
  EXPECT_TRUE(m_window.startPage()->isVisible());
  EXPECT_TRUE(m_window.startPage()->errorBar()->isVisible());
  EXPECT_FALSE(m_window.frame()->isVisible());
  openAndWait(text(sampleFolder() / "model"));
  document().close();
  EXPECT_TRUE(m_window.startPage()->isVisible());
  EXPECT_FALSE(m_window.startPage()->errorBar()->isVisible()) << "what went wrong before is over";
}

TEST_F(SampleWindow, PicturesAndTablesAreWritten) {
  for (const char* name : {"a.png", "a.svg", "a.csv"}) {
    ASSERT_EQ(saveAndWait(m_scratch.path() / name).state, JobOutcome::State::Done);
  }
  QFile table(text(m_scratch.path() / "a.csv"));
  ASSERT_TRUE(table.open(QIODevice::ReadOnly));
  EXPECT_EQ(table.readAll().count('\n'), 33);
  const QImage picture(text(m_scratch.path() / "a.png"));
  EXPECT_GT(picture.width(), 800);
  QFile drawing(text(m_scratch.path() / "a.svg"));
  ASSERT_TRUE(drawing.open(QIODevice::ReadOnly));
  EXPECT_TRUE(drawing.readAll().contains("ffn_mid"));
}

TEST_F(SampleWindow, ASnapshotOpensWithoutItsCheckpoint) {
  m_window.document().close();
  openAndWait(text(m_scratch.path() / "sample.oscope.h5"));
  EXPECT_EQ(m_window.document().model(), nullptr);
  EXPECT_EQ(m_window.document().rows().size(), 32u);
  EXPECT_EQ(m_window.context().view(), QStringLiteral("ranges"));
  openAndWait(text(sampleFolder() / "model"));
  EXPECT_NE(m_window.document().model(), nullptr) << "its checkpoint joins it";
  EXPECT_NE(m_window.document().snapshot(), nullptr);
}

}  // namespace
}  // namespace oscope::gui
