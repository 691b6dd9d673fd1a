#include "app/cli/param_options.h"

#include <fmt/format.h>

#include "analysis/calibration/observer_registry.h"
#include "app/cli/command.h"
#include "app/cli/usage.h"

namespace oscope::cli {

std::pair<std::string, std::string> splitAssignment(const std::string& text, const std::string& shape) {
  const std::size_t at = text.find('=');
  if (at == std::string::npos || at == 0) throw UsageError("\"" + text + "\" is not of the form " + shape);
  return {text.substr(0, at), text.substr(at + 1)};
}

ParamAssignment splitParam(const std::string& text, const std::string& shape) {
  const auto [name, value] = splitAssignment(text, shape);
  const std::size_t dot = name.find('.');
  if (dot == std::string::npos) throw UsageError("\"" + text + "\" is not of the form " + shape);
  return {name.substr(0, dot), name.substr(dot + 1), value};
}

void addObserverParams(CLI::App& app, std::vector<std::string>& texts) {
  std::string known;
  for (const auto& observer : calibration::observers()) {
    for (const ParamSpec& spec : observer->params()) {
      const std::string value = std::visit([](const auto& v) { return fmt::format("{}", v); }, spec.defaultValue);
      known += fmt::format("\n{}.{}={}: {}", observer->id(), spec.key, value, spec.help);
    }
  }
  app.add_option("--observer-param", texts, "Parameter of an observer. With their defaults:" + known)
      ->type_name("OBSERVER.KEY=VALUE")
      ->allow_extra_args(false);
}

std::map<std::string, ParamSet> makeObserverParams(const std::vector<std::string>& texts) {
  std::map<std::string, ParamSet> params;
  for (const std::string& text : texts) {
    const ParamAssignment given = splitParam(text, "OBSERVER.KEY=VALUE, e.g. rows.count=128");
    asUsage([&] {
      const ParamSchema schema = calibration::findObserver(given.owner).params();
      params.try_emplace(given.owner, schema)
          .first->second.setFromText(schema, given.key, given.value, "--observer-param " + text);
    });
  }
  return params;
}

}  // namespace oscope::cli
