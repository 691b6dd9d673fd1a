// oscope recipes: the built-in recipes, and the methods with their parameters.
#include <fmt/format.h>

#include "app/cli/command.h"
#include "app/cli/text_table.h"
#include "quant/methods/method_registry.h"
#include "quant/policy/recipe.h"

namespace oscope::cli {
namespace {

using Align = TextTable::Align;

std::string stepsOf(const quant::Recipe& recipe) {
  std::string text;
  for (const quant::RecipeStep& step : recipe.steps) text += (text.empty() ? "" : ", ") + step.method;
  return text;
}

std::string valueText(const ParamValue& value) {
  return std::visit([](const auto& v) { return fmt::format("{}", v); }, value);
}

ExitStatus run(Session& session) {
  TextTable recipes({{"recipe", Align::Left},
                     {"name", Align::Left},
                     {"steps", Align::Left},
                     {"weights", Align::Left},
                     {"v0"},
                     {"v1"}});
  Json recipeList = Json::array();
  for (const auto& [id, recipe] : quant::builtinRecipes()) {
    recipes.addRow({id, recipe.name, stepsOf(recipe), recipe.weights.describe(), fmt::format("{}", recipe.v0),
                    fmt::format("{}", recipe.v1)});
    recipeList.push_back({{"id", id}, {"recipe", quant::toJson(recipe)}});
  }
  TextTable params({{"parameter", Align::Left}, {"default"}, {"meaning", Align::Left}});
  std::string methods;
  Json methodList = Json::array();
  for (const auto& method : quant::methods()) {
    methods += fmt::format("{:<12}{}\n", method->id(), method->summary());
    Json parameters = Json::array();
    for (const ParamSpec& spec : method->params()) {
      params.addRow({method->id() + "." + spec.key, valueText(spec.defaultValue),
                     spec.help + (spec.unit.empty() ? "" : " [" + spec.unit + "]")});
      parameters.push_back({{"key", spec.key}, {"default", valueText(spec.defaultValue)}, {"help", spec.help}});
    }
    methodList.push_back({{"id", method->id()}, {"summary", method->summary()}, {"parameters", parameters}});
  }
  session.print(recipes.text() + "\nmethods (--methods, the steps of a recipe)\n" + methods +
                "\nparameters (--param)\n" + params.text());
  session.emit({{"recipes", recipeList}, {"methods", methodList}});
  return ExitStatus::Ok;
}

}  // namespace

Command addRecipes(CLI::App& root) {
  return {root.add_subcommand("recipes", "List the built-in recipes, and the methods with their parameters"), run};
}

}  // namespace oscope::cli
