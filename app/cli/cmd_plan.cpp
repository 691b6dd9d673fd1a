// oscope plan: the policy of every site from a snapshot alone, and the recipe that says so.
#include "analysis/stats/hdf5_store.h"
#include "app/cli/command.h"
#include "app/cli/options.h"
#include "app/cli/result_json.h"
#include "app/cli/steps.h"

namespace oscope::cli {
namespace {

struct Options {
  std::string snapshot;
  std::filesystem::path output;
  RecipeOptions recipe;
};

ExitStatus run(const Options& options, Session& session) {
  const quant::Recipe base = makeRecipe(options.recipe);
  const stats::SnapshotPtr snapshot = stats::openSnapshot(options.snapshot);
  const quant::Recipe recipe = bindRecipe(base, options.recipe, *snapshot);
  const PlanResult result = planStep(*snapshot, recipe, session);
  if (!options.output.empty()) {
    quant::saveRecipe(recipe, options.output);
    session.note("recipe written to " + options.output.string());
  }
  session.emit(toJson(result.plan, &result.predictions));
  return ExitStatus::Ok;
}

}  // namespace

Command addPlan(CLI::App& root) {
  CLI::App* app = root.add_subcommand(
      "plan", "Choose the policy of every site and predict its quality, from a snapshot alone; write the recipe");
  const auto options = std::make_shared<Options>();
  app->add_option("snapshot", options->snapshot, "Snapshot of oscope calibrate")->required()->type_name("SNAPSHOT");
  app->add_option("-o,--output", options->output, "Recipe to write, e.g. recipe.json");
  addRecipeOptions(*app, options->recipe);
  return {app, [options](Session& session) { return run(*options, session); }};
}

}  // namespace oscope::cli
