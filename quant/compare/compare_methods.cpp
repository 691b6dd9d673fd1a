#include "quant/compare/compare_methods.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <tuple>

#include "analysis/base/error.h"
#include "analysis/calibration/observer_registry.h"
#include "quant/memory/plan_size.h"
#include "quant/methods/method_registry.h"
#include "quant/verify/model_error.h"

namespace oscope::quant {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A finding without the recipe's name: what several recipes run into is said once.
using Finding = std::tuple<std::string, std::string, std::string>;

Finding keyOf(const Diagnostic& found) {
  return {found.code, found.where, found.text};
}

Diagnostic namedBy(const std::string& names, Diagnostic found) {
  found.where = names + (found.where.empty() ? "" : ": " + found.where);
  return found;
}

/// Findings while blocks are quantized go to the row, and to whoever listens the first time that they are made.
JobContext contextOf(MethodRow& row, std::set<Finding>& said, const JobContext& outer) {
  JobContext context = outer;
  context.diagnostic = [&row, &said, &outer](const Diagnostic& found) {
    row.diagnostics.push_back(namedBy(row.name, found));
    if (said.insert(keyOf(found)).second) outer.report(row.diagnostics.back());
  };
  return context;
}

/// Findings of the plans, each once, with the names of all recipes that it belongs to.
void reportPlans(const std::vector<Plan>& plans, std::vector<MethodRow>& rows, std::set<Finding>& said,
                 const JobContext& context) {
  std::map<Finding, std::string> names;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    for (const Diagnostic& found : plans[i].diagnostics) {
      rows[i].diagnostics.push_back(namedBy(rows[i].name, found));
      std::string& text = names[keyOf(found)];
      text += (text.empty() ? "" : ", ") + rows[i].name;
    }
  }
  for (const Plan& plan : plans) {
    for (const Diagnostic& found : plan.diagnostics) {
      if (said.insert(keyOf(found)).second) context.report(namedBy(names.at(keyOf(found)), found));
    }
  }
}

void countSites(const Plan& plan, MethodRow& row) {
  for (const Policy policy : kPolicies) row.policies[static_cast<std::size_t>(policy)] = plan.count(policy);
  const int fixed = plan.count(Policy::Static) + plan.count(Policy::LaeStatic);
  row.staticShare = static_cast<double>(fixed) / static_cast<double>(plan.sites.size());
}

/// makePlan's errors name recipes by title; several may share one.
Plan planOf(const stats::Snapshot& snapshot, const NamedRecipe& named) {
  try {
    return makePlan(snapshot, named.recipe);
  } catch (const Error& error) {
    throw Error(error.code(), named.name + ": " + error.where(), error.text(), error.remedy());
  }
}

}  // namespace

void CompareOptions::validate() const {
  if (siteSamples < 0) throw Error(ErrorCode::InvalidArgument, "siteSamples", "must not be negative");
}

const SiteMeasure* MethodRow::worstSite() const {
  const auto worst = std::min_element(sites.begin(), sites.end(), [](const SiteMeasure& a, const SiteMeasure& b) {
    return a.outputSqnrLocalDb < b.outputSqnrLocalDb;
  });
  return worst == sites.end() ? nullptr : &*worst;
}

std::vector<NamedRecipe> loadRecipes(const std::vector<std::string>& filesOrNames) {
  std::vector<NamedRecipe> recipes;
  for (const std::string& name : filesOrNames) recipes.push_back({name, loadRecipe(name)});
  if (!recipes.empty()) return recipes;
  for (const BuiltinRecipe& builtin : builtinRecipes()) recipes.push_back({builtin.id, builtin.recipe});
  return recipes;
}

std::vector<std::string> observersFor(const std::vector<NamedRecipe>& recipes) {
  std::vector<std::string> ids = calibration::defaultObservers();
  for (const NamedRecipe& named : recipes) {
    for (const std::string& id : observersOf(named.recipe)) {
      if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
    }
  }
  return ids;
}

void requireObservers(const stats::Snapshot& snapshot, const std::vector<NamedRecipe>& recipes) {
  const std::vector<std::string>& ran = snapshot.provenance().observers;
  std::vector<std::string> lacking;
  std::set<std::string> missing;
  for (const NamedRecipe& named : recipes) {
    for (const std::string& id : observersOf(named.recipe)) {
      if (std::find(ran.begin(), ran.end(), id) != ran.end()) continue;
      missing.insert(id);
      if (lacking.empty() || lacking.back() != named.name) lacking.push_back(named.name);
    }
  }
  if (missing.empty()) return;
  throw Error(ErrorCode::Mismatch, fmt::format("{}", fmt::join(lacking, ", ")),
              fmt::format("the snapshot lacks what the observer {} records", fmt::join(missing, ", ")),
              fmt::format("calibrate again with --observers {}, or leave these recipes out",
                          fmt::join(observersFor(recipes), ",")));
}

CompareReport compareMethods(const CompareInput& input, const CompareOptions& options, compute::Backend& backend,
                             const JobContext& context) {
  const Clock::time_point start = Clock::now();
  options.validate();
  if (input.recipes.empty()) throw Error(ErrorCode::InvalidArgument, "recipes", "there is none to compare");
  if (input.data.samples < 1 || input.data.length < 2) {
    throw Error(ErrorCode::InvalidArgument, "evaluation windows", "at least one window of two tokens is needed");
  }
  const model::OpenedModel& model = input.model;
  requireSameModel(input.snapshot.provenance().modelFingerprint, model.weights->fingerprint(), "snapshot");
  requireObservers(input.snapshot, input.recipes);

  CompareReport report;
  report.model = model.folder.filename().string();
  report.snapshotHash = input.snapshot.contentHash();
  report.windows = input.data.samples;
  report.windowLength = input.data.length;
  report.floatBytes = floatSize(model.graph).model;
  report.rows.resize(input.recipes.size());
  std::vector<Plan> plans;
  std::vector<JobContext> contexts;
  std::set<Finding> said;
  for (std::size_t i = 0; i < input.recipes.size(); ++i) {
    context.checkCancelled();
    const Clock::time_point planning = Clock::now();
    MethodRow& row = report.rows[i];
    row.name = input.recipes[i].name;
    row.title = input.recipes[i].recipe.name;
    plans.push_back(planOf(input.snapshot, input.recipes[i]));
    contexts.push_back(contextOf(row, said, context));
    row.quantizeSeconds = secondsSince(planning);
    row.bytes = planSize(model.graph, plans[i]).model;
    countSites(plans[i], row);
  }
  reportPlans(plans, report.rows, said, context);

  std::vector<Contender> contenders;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const auto block = [&input, &backend, &plan = plans[i], &own = contexts[i]](int index) {
      return quantizeBlock(input.model.graph, index, *input.model.weights, input.snapshot, plan, backend, own);
    };
    contenders.push_back({report.rows[i].title, model.weights.get(), block, options.siteSamples > 0,
                          quantizeBlockBytes(model.graph, plans[i].recipe)});
  }
  VerifyOptions measuring;
  measuring.memoryBytes = options.memoryBytes;
  measuring.siteSamples = options.siteSamples;
  measuring.integerTrue = false;
  ModelComparison comparison = compareModels(model, contenders, input.data, measuring, backend, context, "compare");
  report.floatPerplexity = comparison.floatPerplexity;
  report.floatNllPerWindow = std::move(comparison.floatNllPerWindow);
  for (std::size_t i = 0; i < plans.size(); ++i) {
    report.rows[i].measure = std::move(comparison.contenders[i].model);
    report.rows[i].sites = std::move(comparison.contenders[i].sites);
    report.rows[i].quantizeSeconds += comparison.contenders[i].blockSeconds;
  }
  report.seconds = secondsSince(start);
  return report;
}

}  // namespace oscope::quant
