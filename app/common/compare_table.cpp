#include "app/common/compare_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "app/common/number_format.h"
#include "quant/verify/html_page.h"

namespace oscope::app {
namespace {

using quant::CompareReport;
using quant::MethodRow;

constexpr const char* kNoValue = "–";

bool quantizesActivations(const MethodRow& row) {
  return row.policies[static_cast<std::size_t>(quant::Policy::None)] == 0 || row.staticShare > 0 ||
         row.policies[static_cast<std::size_t>(quant::Policy::Dynamic)] > 0;
}

std::string worstText(const MethodRow& row) {
  const quant::SiteMeasure* worst = row.worstSite();
  return worst == nullptr ? kNoValue : formatDb(worst->outputSqnrLocalDb) + " " + toString(worst->id);
}

/// RFC 4180.
std::string csvCell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string csvLine(const std::vector<std::string>& cells) {
  std::vector<std::string> quoted;
  quoted.reserve(cells.size());
  for (const std::string& cell : cells) quoted.push_back(csvCell(cell));
  return fmt::format("{}\r\n", fmt::join(quoted, ","));
}

std::string markdownLine(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) {
    line += ' ';
    for (const char c : cell) line += c == '|' ? std::string("\\|") : std::string(1, c);
    line += " |";
  }
  return line + "\n";
}

std::string findingsHtml(const CompareReport& report) {
  std::string items;
  for (const MethodRow& row : report.rows) {
    for (const Diagnostic& found : row.diagnostics) {
      items += fmt::format("<li>{}: {}</li>\n", quant::htmlEscaped(found.where), quant::htmlEscaped(found.text));
    }
  }
  return items.empty() ? "" : "<h2>Remarks</h2>\n<ul>\n" + items + "</ul>\n";
}

}  // namespace

std::string formatSeconds(double seconds) {
  return seconds < 59.995 ? fmt::format("{:.2f} s", seconds) : formatDuration(seconds);
}

CompareTable compareTable(const CompareReport& report) {
  CompareTable table;
  table.heads = {"method", "perplexity", "KL (nats)", "top-1 (%)", "worst site (dB)", "static (%)", "size", "time"};
  table.rows.push_back({"float", formatPerplexity(report.floatPerplexity), kNoValue, kNoValue, kNoValue, kNoValue,
                        formatBytes(static_cast<double>(report.floatBytes)), kNoValue});
  for (const MethodRow& row : report.rows) {
    table.rows.push_back({row.title, formatPerplexity(row.measure.perplexity),
                          formatWithError(row.measure.klMean, row.measure.klStandardError),
                          formatShare(row.measure.top1Agreement), worstText(row),
                          quantizesActivations(row) ? formatShare(row.staticShare) : kNoValue,
                          formatBytes(static_cast<double>(row.bytes)), formatSeconds(row.quantizeSeconds)});
  }
  return table;
}

std::string compareSubject(const CompareReport& report) {
  return fmt::format("{}, {} windows of {} tokens, snapshot {:.12}", report.model, formatCount(report.windows),
                     formatCount(report.windowLength), report.snapshotHash);
}

std::string compareCsv(const CompareReport& report) {
  std::string csv = csvLine({"recipe", "name", "perplexity", "kl_mean", "kl_standard_error", "top1_agreement",
                             "worst_site", "worst_site_sqnr_db", "static_share", "static", "lae_static", "dynamic",
                             "none", "bytes", "quantize_seconds"});
  csv += csvLine({"", "float", fmt::format("{}", report.floatPerplexity), "", "", "", "", "", "", "", "", "", "",
                  fmt::format("{}", report.floatBytes), ""});
  for (const MethodRow& row : report.rows) {
    const quant::SiteMeasure* worst = row.worstSite();
    std::vector<std::string> cells{row.name,
                                   row.title,
                                   fmt::format("{}", row.measure.perplexity),
                                   fmt::format("{}", row.measure.klMean),
                                   fmt::format("{}", row.measure.klStandardError),
                                   fmt::format("{}", row.measure.top1Agreement),
                                   worst == nullptr ? "" : toString(worst->id),
                                   worst == nullptr ? "" : fmt::format("{}", worst->outputSqnrLocalDb),
                                   fmt::format("{}", row.staticShare)};
    for (const quant::Policy policy : quant::kPolicies) {
      cells.push_back(std::to_string(row.policies[static_cast<std::size_t>(policy)]));
    }
    cells.push_back(fmt::format("{}", row.bytes));
    cells.push_back(fmt::format("{:.3f}", row.quantizeSeconds));
    csv += csvLine(cells);
  }
  return csv;
}

std::string compareMarkdown(const CompareReport& report) {
  const CompareTable table = compareTable(report);
  std::string text = compareSubject(report) + "\n\n" + markdownLine(table.heads) + "|---|";
  for (std::size_t column = 1; column < table.heads.size(); ++column) text += "---:|";
  text += '\n';
  for (const auto& row : table.rows) text += markdownLine(row);
  return text;
}

std::string compareHtml(const CompareReport& report) {
  const CompareTable table = compareTable(report);
  std::string html = quant::htmlHead("Comparison of methods: " + report.model);
  html +=
      fmt::format("<h1>Comparison of methods</h1>\n<p>{}.</p>\n<table>\n", quant::htmlEscaped(compareSubject(report)));
  html += quant::htmlRow(table.heads, "th");
  for (const auto& row : table.rows) html += quant::htmlRow(row);
  return html +
         "</table>\n<p>KL: divergence from the float model per token, with the standard error over windows. Worst "
         "site: "
         "signal to quantization noise of its outputs where only its own error counts. Size: codes, scales and zero "
         "points, all other tensors at 16 bits.</p>\n" +
         findingsHtml(report) + "</body></html>\n";
}

}  // namespace oscope::app
