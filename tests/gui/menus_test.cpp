// The menus: letters, reasons, the recipe as a form, the facts of the model.
#include <gtest/gtest.h>

#include <QAction>
#include <QLabel>
#include <QMap>
#include <QMenu>
#include <QMenuBar>
#include <QPushButton>
#include <QSet>

#include "app/gui/forms/calibrate_dialog.h"
#include "app/gui/forms/facts_dialog.h"
#include "app/gui/forms/recipe_form.h"
#include "app/gui/frame/cell_table.h"
#include "app/gui/frame/mnemonics.h"
#include "app/gui/frame/run_actions.h"
#include "app/gui/views/policy/policy_view.h"
#include "tests/gui/sample_window.h"

namespace oscope::gui {
namespace {

QChar mnemonic(const QString& title) {
  const qsizetype at = title.indexOf(QLatin1Char('&'));
  return at < 0 || at + 1 >= title.size() ? QChar() : title[at + 1].toLower();
}

QAction* entry(MainWindow& window, const QString& words) {
  for (const QMenu* menu : window.findChild<QMenuBar*>()->findChildren<QMenu*>()) {
    for (QAction* action : menu->actions()) {
      if (QString(action->text()).remove(QLatin1Char('&')).startsWith(words)) return action;
    }
  }
  return nullptr;
}

FactsDialog* facts(MainWindow& window) {
  entry(window, QStringLiteral("Model facts"))->trigger();
  return window.findChild<FactsDialog*>();
}

TEST(Mnemonics, BeginningsOfWordsComeFirstAndNoLetterServesTwice) {
  EXPECT_EQ(withMnemonics({QStringLiteral("Save"), QStringLiteral("Save as…"), QStringLiteral("Sa"),
                           QStringLiteral("Find\tCtrl+F"), QStringLiteral("A && B")}),
            (QStringList{QStringLiteral("&Save"), QStringLiteral("Save &as…"), QStringLiteral("Sa"),
                         QStringLiteral("&Find\tCtrl+F"), QStringLiteral("A && &B")}));
}

TEST_F(SampleWindow, EveryMenuEntryHasALetterOfItsOwn) {
  auto* bar = m_window.findChild<QMenuBar*>();
  QSet<QChar> heads;
  for (const QAction* head : bar->actions()) heads.insert(mnemonic(head->text()));
  EXPECT_EQ(heads.size(), bar->actions().size());
  EXPECT_EQ(bar->actions().size(), 7) << "File, Edit, View, Model, Recipe, Run, Help";
  for (QMenu* menu : bar->findChildren<QMenu*>()) {
    emit menu->aboutToShow();
    QSet<QChar> letters;
    for (const QAction* action : menu->actions()) {
      if (action->isSeparator()) continue;
      const QChar letter = mnemonic(action->text());
      EXPECT_FALSE(letter.isNull()) << qPrintable(action->text());
      EXPECT_FALSE(letters.contains(letter)) << qPrintable(action->text());
      letters.insert(letter);
    }
  }
}

TEST_F(SampleWindow, FieldsAndButtonsOfTheCalibrateDialogHaveLettersOfTheirOwn) {
  m_window.run()->calibrate();
  QMap<QChar, QString> letters;
  for (const QWidget* child : m_window.run()->dialog()->findChildren<QWidget*>()) {
    const auto* button = qobject_cast<const QPushButton*>(child);
    const auto* label = qobject_cast<const QLabel*>(child);
    if (button == nullptr && (label == nullptr || label->buddy() == nullptr)) continue;
    const QString text = button != nullptr ? button->text() : label->text();
    const QChar letter = mnemonic(text);
    if (letter.isNull()) continue;
    EXPECT_FALSE(letters.contains(letter)) << qPrintable(text + QStringLiteral(" and ") + letters.value(letter));
    letters[letter] = text;
  }
  EXPECT_GT(letters.size(), 10);
}

TEST_F(ShownWindow, WhatCannotBeHadYetIsDisabledAndSaysWhy) {
  for (const char* words : {"Model facts", "Edit recipe", "Save workspace as", "Show snapshot", "Next site"}) {
    const QAction* action = entry(m_window, QLatin1String(words));
    ASSERT_NE(action, nullptr) << words;
    EXPECT_FALSE(action->isEnabled()) << words;
    EXPECT_NE(action->toolTip(), action->iconText()) << words;
  }
  EXPECT_TRUE(entry(m_window, QStringLiteral("Open model"))->isEnabled());
}

TEST_F(SampleWindow, EditRecipeShowsItAsAFormThatHasTheKeyboard) {
  QTest::keyClick(&m_window, Qt::Key_E, Qt::ControlModifier);
  auto* view = qobject_cast<PolicyView*>(m_window.frame()->current());
  ASSERT_NE(view, nullptr);
  EXPECT_TRUE(view->recipeForm()->isVisible());
  EXPECT_TRUE(view->recipeForm()->isAncestorOf(m_window.focusWidget()));
  view->setRecipeShown(false);
}

TEST_F(SampleWindow, ResettingAllSitesIsOneUndoStep) {
  QAction* reset = entry(m_window, QStringLiteral("Reset all sites"));
  EXPECT_FALSE(reset->isEnabled());
  document().setPolicy({{0, SiteKind::AttnIn}, {1, SiteKind::FfnMid}}, quant::Policy::Static);
  EXPECT_TRUE(reset->isEnabled());
  reset->trigger();
  EXPECT_TRUE(document().recipe().overrides.empty());
  document().undoStack().undo();
  EXPECT_EQ(document().recipe().overrides.size(), 2u);
}

TEST_F(SampleWindow, ModelFactsTellWhatInspectTells) {
  const FactsDialog* dialog = facts(m_window);
  ASSERT_NE(dialog, nullptr);
  EXPECT_TRUE(dialog->isVisible());
  for (const char* fact : {"architecture\tllama", "parameters\t1,706,112", "tied to the embedding",
                           "1 shard: BF16 3.41 MB", "0–7,attn_in,128", "into up_rows"}) {
    EXPECT_TRUE(dialog->text().contains(QString::fromUtf8(fact))) << fact;
  }
  EXPECT_TRUE(dialog->text().contains(QString::fromStdString(document().snapshot()->contentHash())));
  EXPECT_EQ(dialog->sites()->model()->rowCount(), 4);
}

TEST_F(SampleWindow, ASnapshotAloneKnowsItsModelsFacts) {
  document().close();
  openAndWait(text(m_scratch / "sample.oscope.h5"));
  ASSERT_EQ(document().model(), nullptr);
  const FactsDialog* dialog = facts(m_window);
  EXPECT_TRUE(dialog->text().contains(QStringLiteral("its checkpoint is not open")));
  EXPECT_TRUE(dialog->text().contains(QStringLiteral("parameters\t1,706,112")));
  EXPECT_EQ(dialog->sites()->model()->rowCount(), 4);
}

}  // namespace
}  // namespace oscope::gui
