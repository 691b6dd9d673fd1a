#include <fmt/format.h>

#include <cmath>

#include "analysis/base/atomic_file.h"
#include "quant/verify/agreement.h"
#include "quant/verify/verify.h"
#include "quant/verify/verify_plots.h"

namespace oscope::quant {
namespace {

constexpr const char* kHead = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Verification</title><style>
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif; }
body { max-width: 70em; margin: 2em auto; padding: 0 1em; }
table { border-collapse: collapse; margin: 1em 0; }
th, td { padding: .2em .8em; border-bottom: 1px solid #8886; text-align: right; font-variant-numeric: tabular-nums; }
th:first-child, td:first-child { text-align: left; }
.failed { color: #c62828; }
.passed { color: #1b7a43; }
.plots { display: flex; flex-wrap: wrap; gap: 2em; align-items: flex-start; }
td.words, th.words { text-align: left; }
)";
constexpr const char* kBody = "</style></head><body>\n";

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string row(const std::vector<std::string>& cells, const char* tag = "td") {
  std::string html = "<tr>";
  for (const std::string& cell : cells) html += fmt::format("<{0}>{1}</{0}>", tag, escaped(cell));
  return html + "</tr>\n";
}

std::string decibels(double value) {
  return std::isfinite(value) ? fmt::format("{:.1f}", value) : "∞";
}

std::string checksHtml(const VerifyReport& report) {
  if (report.checks.empty()) return {};
  if (report.passed())
    return fmt::format("<p class=\"passed\">✓ All {} checks of the files passed.</p>\n", report.checks.size());
  std::string html = "<h2 class=\"failed\">Files are not as they were written</h2>\n<ul>\n";
  for (const FileCheck& check : report.checks) {
    if (!check.passed) html += fmt::format("<li>{}: {}</li>\n", escaped(check.name), escaped(check.detail));
  }
  return html + "</ul>\n";
}

std::string modelRow(const ModelMeasure& model) {
  return row({model.name, fmt::format("{:.3f}", model.perplexity),
              fmt::format("{:.4f} ± {:.4f}", model.klMean, model.klStandardError),
              fmt::format("{:.1f} %", 100 * model.top1Agreement)});
}

std::string modelsHtml(const VerifyReport& report) {
  if (report.floatNllPerWindow.empty()) return {};
  std::string html = "<h2>Models</h2>\n<table>\n" +
                     row({"Model", "Perplexity", "KL to float, nats", "Same top token"}, "th") +
                     row({"float", fmt::format("{:.3f}", report.floatPerplexity), "", ""}) + modelRow(report.quantized);
  if (report.staticEverywhere) html += modelRow(*report.staticEverywhere);
  return html + "</table>\n";
}

std::string agreementText(const VerifyReport& report) {
  const Agreement agreement = agreementOf(report.sites);
  if (agreement.sites == 0) return {};
  const std::string correlation = agreement.correlation ? fmt::format("r = {:.3f}, ", *agreement.correlation) : "";
  return fmt::format("<p>{}mean |measured − predicted| {:.2f} dB over {} sites, at most {:.1f} dB at {}.</p>\n",
                     correlation, agreement.meanAbsDb, agreement.sites, agreement.largestDb,
                     toString(agreement.largestAt));
}

std::string plotsHtml(const VerifyReport& report) {
  const std::string scatter = agreementPlot(report), bars = sitePlot(report);
  if (scatter.empty() && bars.empty()) return {};
  return "<h2>Output SQNR, measured and predicted</h2>\n" + agreementText(report) + "<div class=\"plots\">\n" +
         scatter + bars + "</div>\n";
}

std::string runtimesHtml(const VerifyReport& report) {
  if (report.runtimes.empty()) return {};
  std::string html = "<h2>What each runtime really runs</h2>\n<table>\n" +
                     std::string(
                         "<tr><th>Runtime</th><th class=\"words\">Layers</th><th class=\"words\">Executes</th>"
                         "<th>As chosen</th></tr>\n");
  for (const RuntimeTruth& truth : report.runtimes) {
    html +=
        fmt::format("<tr><td>{}</td><td class=\"words\">{}</td><td class=\"words\">{}</td><td>{}</td></tr>\n",
                    escaped(truth.runtime), escaped(truth.layers), escaped(truth.executes), truth.exact ? "yes" : "no");
  }
  return html + "</table>\n";
}

std::string sitesHtml(const VerifyReport& report) {
  if (report.sites.empty()) return {};
  std::string html =
      "<h2>Sites</h2>\n<p>Signal to quantization noise in dB: local is the error made there alone, end to "
      "end all that came before too.</p>\n<table>\n" +
      row({"Site", "Policy", "Input, local", "Input, end to end", "Cosine", "Output, local", "Predicted"}, "th");
  for (const SiteMeasure& site : report.sites) {
    html += row({toString(site.id), std::string(toString(site.policy)), decibels(site.inputSqnrLocalDb),
                 decibels(site.inputSqnrDb), fmt::format("{:.5f}", site.inputCosine), decibels(site.outputSqnrLocalDb),
                 site.predictedDb ? decibels(*site.predictedDb) : "–"});
  }
  return html + "</table>\n";
}

}  // namespace

std::string toHtml(const VerifyReport& report) {
  const std::string subject = report.exported.empty() ? report.model : report.exported + " against " + report.model;
  return kHead + plotStyle() + kBody +
         fmt::format("<h1>{}</h1>\n<p>{} windows of {} tokens.</p>\n", escaped(subject), report.windows,
                     report.windowLength) +
         checksHtml(report) + modelsHtml(report) + plotsHtml(report) + runtimesHtml(report) + sitesHtml(report) +
         "</body></html>\n";
}

void saveVerifyHtml(const VerifyReport& report, const std::filesystem::path& path) {
  AtomicFile file(path);
  file.write(toHtml(report));
  file.commit();
}

}  // namespace oscope::quant
