#include <fmt/format.h>

#include <cmath>

#include "analysis/base/atomic_file.h"
#include "quant/verify/agreement.h"
#include "quant/verify/html_page.h"
#include "quant/verify/verify.h"
#include "quant/verify/verify_plots.h"

namespace oscope::quant {
namespace {

std::string decibels(double value) {
  return std::isfinite(value) ? fmt::format("{:.1f}", value) : "∞";
}

std::string checksHtml(const VerifyReport& report) {
  if (report.checks.empty()) return {};
  if (report.filesPassed())
    return fmt::format("<p class=\"passed\">✓ All {} checks of the files passed.</p>\n", report.checks.size());
  std::string html = "<h2 class=\"failed\">Files are not as they were written</h2>\n<ul>\n";
  for (const FileCheck& check : report.checks) {
    if (!check.passed) html += fmt::format("<li>{}: {}</li>\n", htmlEscaped(check.name), htmlEscaped(check.detail));
  }
  return html + "</ul>\n";
}

std::string integersHtml(const VerifyReport& report) {
  if (std::isfinite(largestIntegerDifference(report.sites).value_or(0))) return {};
  return "<p class=\"failed\">✕ Integer-true arithmetic gives outputs that are not finite.</p>\n";
}

std::string modelRow(const ModelMeasure& model) {
  return htmlRow({model.name, fmt::format("{:.3f}", model.perplexity),
                  fmt::format("{:.4f} ± {:.4f}", model.klMean, model.klStandardError),
                  fmt::format("{:.1f} %", 100 * model.top1Agreement)});
}

std::string modelsHtml(const VerifyReport& report) {
  if (report.floatNllPerWindow.empty()) return {};
  std::string html =
      "<h2>Models</h2>\n<table>\n" + htmlRow({"Model", "Perplexity", "KL to float, nats", "Same top token"}, "th") +
      htmlRow({"float", fmt::format("{:.3f}", report.floatPerplexity), "", ""}) + modelRow(report.quantized);
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
    html += fmt::format("<tr><td>{}</td><td class=\"words\">{}</td><td class=\"words\">{}</td><td>{}</td></tr>\n",
                        htmlEscaped(truth.runtime), htmlEscaped(truth.layers), htmlEscaped(truth.executes),
                        truth.exact ? "yes" : "no");
  }
  return html + "</table>\n";
}

std::string sitesHtml(const VerifyReport& report) {
  if (report.sites.empty()) return {};
  std::string html =
      "<h2>Sites</h2>\n<p>Signal to quantization noise in dB: local is the error made there alone, end to "
      "end all that came before too.</p>\n<table>\n" +
      htmlRow({"Site", "Policy", "Input, local", "Input, end to end", "Cosine", "Output, local", "Predicted"}, "th");
  for (const SiteMeasure& site : report.sites) {
    html += htmlRow({toString(site.id), std::string(toString(site.policy)), decibels(site.inputSqnrLocalDb),
                     decibels(site.inputSqnrDb), fmt::format("{:.5f}", site.inputCosine),
                     decibels(site.outputSqnrLocalDb), site.predictedDb ? decibels(*site.predictedDb) : "–"});
  }
  return html + "</table>\n";
}

std::string notesHtml(const VerifyReport& report) {
  if (report.notes.empty()) return {};
  std::string html = "<h2>Notes</h2>\n<table>\n<tr><th>Site</th><th class=\"words\">Note</th></tr>\n";
  for (const auto& [site, note] : report.notes) {
    html += fmt::format("<tr><td>{}</td><td class=\"words\">{}</td></tr>\n", toString(site), htmlEscaped(note));
  }
  return html + "</table>\n";
}

}  // namespace

std::string toHtml(const VerifyReport& report) {
  const std::string subject = report.exported.empty() ? report.model : report.exported + " against " + report.model;
  return htmlHead("Verification", plotStyle()) +
         fmt::format("<h1>{}</h1>\n<p>{} windows of {} tokens.</p>\n", htmlEscaped(subject), report.windows,
                     report.windowLength) +
         checksHtml(report) + integersHtml(report) + modelsHtml(report) + plotsHtml(report) + runtimesHtml(report) +
         sitesHtml(report) + notesHtml(report) + "</body></html>\n";
}

void saveVerifyHtml(const VerifyReport& report, const std::filesystem::path& path) {
  AtomicFile file(path);
  file.write(toHtml(report));
  file.commit();
}

}  // namespace oscope::quant
