// The recipe form: every method of the registry with every parameter that it declares, and no line here that names one.
#include "app/gui/forms/recipe_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSpinBox>
#include <QToolButton>

#include "app/gui/forms/param_form.h"
#include "app/gui/forms/step_card.h"
#include "app/gui/forms/weight_scheme_form.h"
#include "app/gui/jobs/job_runner.h"
#include "quant/methods/method_registry.h"
#include "tests/gui/sample_window.h"

namespace oscope::gui {
namespace {

/// Changes a field as a person does, to a value that the parameter's domain allows and that is not the present one.
void change(QWidget* field, const ParamSpec& spec) {
  if (auto* box = qobject_cast<QCheckBox*>(field)) return box->click();
  if (auto* box = qobject_cast<QSpinBox*>(field)) {
    return box->value() < box->maximum() ? box->stepUp() : box->stepDown();
  }
  if (auto* box = qobject_cast<QDoubleSpinBox*>(field)) {
    return box->value() < box->maximum() ? box->stepUp() : box->stepDown();
  }
  if (auto* box = qobject_cast<QComboBox*>(field))
    return box->setCurrentIndex((box->currentIndex() + 1) % box->count());
  FAIL() << "no field for " << spec.key;
}

TEST(ParamForm, EveryParameterOfEveryMethodHasAFieldThatSetsIt) {
  for (const auto& method : quant::methods()) {
    const ParamSchema schema = method->params();
    ParamForm form(schema, nullptr);
    EXPECT_EQ(form.values(), ParamSet(schema)) << method->id();
    for (const ParamSpec& spec : schema) {
      SCOPED_TRACE(method->id() + "." + spec.key);
      QWidget* field = form.control(spec.key);
      ASSERT_NE(field, nullptr);
      EXPECT_TRUE(field->toolTip().contains(QString::fromStdString(spec.help).toHtmlEscaped()));
      QSignalSpy edited(&form, &ParamForm::edited);
      change(field, spec);
      ASSERT_EQ(edited.count(), 1);
      EXPECT_EQ(edited.front().front().toString().toStdString(), spec.key);
      EXPECT_NE(form.values().at(spec.key), spec.defaultValue);
      EXPECT_NO_THROW(ParamSet::fromJson(schema, form.values().toJson(), "form"));
      form.setValues(ParamSet(schema));
      EXPECT_EQ(edited.count(), 1) << "showing values is no edit";
    }
  }
}

TEST(ParamForm, FieldsKeepToTheRangeAndShowTheUnit) {
  const ParamSchema schema{
      {"bits", "Bits", "How many.", "bits", std::int64_t{4}, 2, 8, {}},
      {"small", "Small", "A small number.", "", 0.005, 0.0, 1.0, {}},
  };
  ParamForm form(schema, nullptr);
  auto* bits = qobject_cast<QSpinBox*>(form.control("bits"));
  ASSERT_NE(bits, nullptr);
  EXPECT_EQ(bits->minimum(), 2);
  EXPECT_EQ(bits->maximum(), 8);
  EXPECT_EQ(bits->text(), QStringLiteral("4 bits"));
  auto* small = qobject_cast<QDoubleSpinBox*>(form.control("small"));
  ASSERT_NE(small, nullptr);
  EXPECT_EQ(small->value(), 0.005) << "the default must not be rounded away";
}

class RecipeFormTest : public SampleWindow {
 protected:
  void SetUp() override {
    SampleWindow::SetUp();
    m_form = std::make_unique<RecipeForm>(document(), nullptr);
    m_form->show();
  }
  std::unique_ptr<RecipeForm> m_form;
};

TEST_F(RecipeFormTest, StepsAreAddedMovedEditedAndRemovedWithUndo) {
  ASSERT_EQ(m_form->steps().size(), 2u);
  const quant::Recipe before = document().recipe();
  QMenu menu;
  m_form->fillAddMenu(menu);
  ASSERT_EQ(menu.actions().size(), static_cast<qsizetype>(quant::methods().size())) << "every method is offered";
  for (QAction* action : menu.actions()) EXPECT_TRUE(action->isEnabled() || !action->toolTip().isEmpty());
  menu.actions()[1]->trigger();
  ASSERT_EQ(m_form->steps().size(), 3u);
  EXPECT_EQ(document().recipe().steps.back().method, quant::methods()[1]->id());
  m_form->steps()[2]->up()->click();
  EXPECT_EQ(document().undoStack().count(), 1) << "two equal steps have no order";
  m_form->steps()[2]->removeButton()->click();
  EXPECT_EQ(document().recipe(), before);

  auto* alpha = qobject_cast<QDoubleSpinBox*>(m_form->steps()[0]->params()->control("alpha"));
  ASSERT_NE(alpha, nullptr);
  alpha->stepDown();
  alpha->stepDown();
  EXPECT_LT(document().recipe().steps[0].params.number("alpha"), 1);
  EXPECT_EQ(document().undoStack().count(), 3) << "steps of a spin box in a row are one undo step";
  document().undoStack().undo();
  EXPECT_EQ(document().recipe(), before);
  EXPECT_EQ(alpha->value(), 1);
}

TEST_F(RecipeFormTest, WeightsRulesThresholdsAndEdgesAreEdited) {
  m_form->weights()->bits()->setCurrentIndex(m_form->weights()->bits()->findData(8));
  m_form->weights()->group()->setValue(0);
  EXPECT_EQ(document().recipe().weights, (quant::WeightScheme{8, 0, true}));
  EXPECT_EQ(m_form->threshold(0)->text(), QStringLiteral("15"));
  m_form->threshold(0)->setValue(20);
  EXPECT_EQ(document().recipe().v0, 20);
  m_form->edge("up_rows")->click();
  EXPECT_EQ(document().recipe().foldEdges, (std::vector<std::string>{"norm", "up_rows"}));
  m_form->threshold(0)->setValue(400);
  EXPECT_TRUE(m_form->problem()->isVisible()) << "v0 above v1";
  EXPECT_EQ(document().recipe().v0, 20) << "the recipe stays as it was";
  EXPECT_EQ(m_form->threshold(0)->value(), 20);
  m_form->threshold(0)->setValue(30);
  EXPECT_FALSE(m_form->problem()->isVisible());
}

TEST_F(RecipeFormTest, FilesAreSavedAndOpenedAndErrorsAreShown) {
  document().setPolicy({document().rows().front().id}, quant::Policy::Dynamic);
  const quant::Recipe mine = document().recipe();
  const QString path = QString::fromStdString((m_scratch / "mine.json").string());
  QSignalSpy ended(&document(), &Document::saveEnded);
  m_form->saveTo(path);
  ASSERT_TRUE(ended.wait(kPatience));
  document().setRecipe(quant::loadRecipe("fptq-w8a8"), QStringLiteral("other"));
  ASSERT_TRUE(m_form->open(path));
  EXPECT_EQ(document().recipe(), mine);

  const QString broken = QString::fromStdString((m_scratch / "broken.json").string());
  QFile file(broken);
  ASSERT_TRUE(file.open(QIODevice::WriteOnly));
  file.write(
      "{\"format\": \"outlierscope-recipe\", \"version\": 1, \"name\": \"x\", \"steps\": [{\"method\": \"magic\"}]}");
  file.close();
  EXPECT_FALSE(m_form->open(broken));
  EXPECT_TRUE(m_form->problem()->isVisible());
  EXPECT_TRUE(m_form->problem()->text().contains(QStringLiteral("magic")) ||
              m_form->problem()->toolTip().contains(QStringLiteral("magic")));
  EXPECT_EQ(document().recipe(), mine);
  m_form->saveTo(QStringLiteral("/nowhere/at/all.json"));
  ASSERT_TRUE(ended.wait(kPatience));
  EXPECT_TRUE(m_form->problem()->isVisible());
  EXPECT_TRUE(m_form->problem()->toolTip().contains(QStringLiteral("/nowhere/at/all.json")));
}

TEST_F(RecipeFormTest, ARecipeOfAnotherModelIsRefusedAndNothingChanges) {
  quant::Recipe other = document().recipe();
  other.overrides[{99, SiteKind::AttnIn}] = quant::Policy::Dynamic;
  const QString path = QString::fromStdString((m_scratch / "other.json").string());
  quant::saveRecipe(other, path.toStdString());
  const auto plan = document().plan();
  EXPECT_FALSE(m_form->open(path));
  EXPECT_TRUE(m_form->problem()->text().contains(QStringLiteral("another model")));
  EXPECT_EQ(document().plan(), plan);
  QSignalSpy failed(&document(), &Document::openFailed);
  EXPECT_FALSE(document().setRecipe(other, QStringLiteral("other")));
  EXPECT_EQ(failed.count(), 1);
  EXPECT_EQ(document().undoStack().count(), 0);
  EXPECT_EQ(document().plan(), plan);
}

}  // namespace
}  // namespace oscope::gui
