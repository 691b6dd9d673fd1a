// Reports come back from their files: the window shows what was measured before.
#include <limits>

#include "analysis/base/error.h"
#include "quant/verify/verify.h"

namespace oscope::quant {
namespace {

/// null stands for "no error at all".
double decibels(const Json& object, const char* key, const std::string& where) {
  return optionalKey<double>(object, key, std::numeric_limits<double>::infinity(), where);
}

std::vector<double> numbers(const Json& object, const char* key, const std::string& where) {
  std::vector<double> values;
  for (const Json& value : requireKey<Json>(object, key, where)) {
    if (!value.is_number()) throw Error(ErrorCode::Malformed, where, std::string(key) + " must be numbers");
    values.push_back(value.get<double>());
  }
  return values;
}

/// The elements of an array of objects, each with its place.
template <typename Read>
void forEachObject(const Json& object, const char* key, const std::string& where, const Read& read) {
  const auto list = requireKey<Json>(object, key, where);
  if (!list.is_array()) throw Error(ErrorCode::Malformed, where, std::string(key) + " must be an array");
  std::size_t index = 0;
  for (const Json& item : list) read(item, where + "." + key + "[" + std::to_string(index++) + "]");
}

SiteMeasure readSite(const Json& json, const std::string& where) {
  SiteMeasure site;
  const auto name = requireKey<std::string>(json, "site", where);
  const auto id = parseSiteId(name);
  const auto policy = parsePolicy(requireKey<std::string>(json, "policy", where));
  if (!id || !policy) throw Error(ErrorCode::Malformed, where, "site or policy of \"" + name + "\" is unknown");
  site.id = *id;
  site.policy = *policy;
  site.inputSqnrLocalDb = decibels(json, "input_sqnr_local_db", where);
  site.inputSqnrDb = decibels(json, "input_sqnr_e2e_db", where);
  site.inputCosine = requireKey<double>(json, "input_cosine_e2e", where);
  site.outputSqnrLocalDb = decibels(json, "output_sqnr_local_db", where);
  const Json predicted = requireKey<Json>(json, "predicted_sqnr_db", where);
  if (predicted.is_number()) site.predictedDb = predicted.get<double>();
  forEachObject(json, "linears", where, [&](const Json& item, const std::string& at) {
    LinearMeasure& linear = site.linears.emplace_back();
    linear.module = requireKey<std::string>(item, "module", at);
    linear.outputSqnrLocalDb = decibels(item, "output_sqnr_local_db", at);
    linear.outputSqnrDb = decibels(item, "output_sqnr_e2e_db", at);
    if (!item.contains("integer_max_relative")) return;
    const bool isFinite = !item.at("integer_max_relative").is_null();
    linear.integerMaxRelative =
        isFinite ? requireKey<double>(item, "integer_max_relative", at) : std::numeric_limits<double>::quiet_NaN();
  });
  return site;
}

ModelMeasure readMeasure(const Json& json, const std::string& where) {
  ModelMeasure measure;
  measure.name = requireKey<std::string>(json, "name", where);
  measure.perplexity = decibels(json, "perplexity", where);
  measure.klMean = decibels(json, "kl_mean", where);
  measure.klStandardError = decibels(json, "kl_standard_error", where);
  measure.klMax = decibels(json, "kl_max", where);
  measure.top1Agreement = requireKey<double>(json, "top1_agreement", where);
  measure.nllPerWindow = numbers(json, "nll_per_window", where);
  measure.klPerWindow = numbers(json, "kl_per_window", where);
  return measure;
}

Diagnostic readDiagnostic(const Json& json, const std::string& where) {
  const auto word = requireKey<std::string>(json, "severity", where);
  const Severity severity = word == "error" ? Severity::Error : word == "warning" ? Severity::Warning : Severity::Info;
  return {severity, requireKey<std::string>(json, "code", where), requireKey<std::string>(json, "where", where),
          requireKey<std::string>(json, "text", where), requireKey<std::string>(json, "remedy", where)};
}

}  // namespace

VerifyReport verifyReportFromJson(const Json& json, const std::string& where) {
  VerifyReport report;
  report.model = requireKey<std::string>(json, "model", where);
  report.exported = requireKey<std::string>(json, "exported", where);
  report.recipe = requireKey<std::string>(json, "recipe", where);
  report.snapshotHash = requireKey<std::string>(json, "snapshot_hash", where);
  report.exportedBytes = static_cast<std::uint64_t>(requireKey<std::int64_t>(json, "exported_bytes", where));
  report.sourceBytes = static_cast<std::uint64_t>(requireKey<std::int64_t>(json, "source_bytes", where));
  forEachObject(json, "checks", where, [&](const Json& item, const std::string& at) {
    report.checks.push_back({requireKey<std::string>(item, "kind", at), requireKey<std::string>(item, "name", at),
                             requireKey<bool>(item, "passed", at), requireKey<std::string>(item, "detail", at)});
  });
  report.windows = requireKey<std::int64_t>(json, "windows", where);
  report.windowLength = requireKey<std::int64_t>(json, "window_length", where);
  const Json reference = requireKey<Json>(json, "float", where);
  report.floatPerplexity = decibels(reference, "perplexity", where + ".float");
  report.floatNllPerWindow = numbers(reference, "nll_per_window", where + ".float");
  report.quantized = readMeasure(requireKey<Json>(json, "quantized", where), where + ".quantized");
  const Json baseline = requireKey<Json>(json, "static_everywhere", where);
  if (!baseline.is_null()) report.staticEverywhere = readMeasure(baseline, where + ".static_everywhere");
  forEachObject(json, "sites", where,
                [&](const Json& item, const std::string& at) { report.sites.push_back(readSite(item, at)); });
  forEachObject(json, "runtimes", where, [&](const Json& item, const std::string& at) {
    report.runtimes.push_back({requireKey<std::string>(item, "runtime", at),
                               requireKey<std::string>(item, "layers", at),
                               requireKey<std::string>(item, "executes", at), requireKey<bool>(item, "as_chosen", at)});
  });
  const Json notes = optionalKey<Json>(json, "notes", Json::object(), where);  // reports of earlier versions have none
  for (const auto& [key, note] : notes.items()) {
    const std::optional<SiteId> site = parseSiteId(key);
    if (!site || !note.is_string()) {
      throw Error(ErrorCode::Malformed, where + ".notes." + key, "is no note on a site", "verify again");
    }
    report.notes[*site] = note.get<std::string>();
  }
  report.seconds = requireKey<double>(json, "seconds", where);
  forEachObject(json, "diagnostics", where, [&](const Json& item, const std::string& at) {
    report.diagnostics.push_back(readDiagnostic(item, at));
  });
  return report;
}

VerifyReport loadVerifyReport(const std::filesystem::path& path) {
  const Json json = readJsonFile(path);
  const bool combined = json.is_object() && json.contains("verify");
  return verifyReportFromJson(combined ? json.at("verify") : json, path.string() + (combined ? ": verify" : ""));
}

}  // namespace oscope::quant
