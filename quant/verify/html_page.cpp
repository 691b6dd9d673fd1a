#include "quant/verify/html_page.h"

#include <fmt/format.h>

namespace oscope::quant {
namespace {

constexpr const char* kStyle = R"(<style>
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

}  // namespace

std::string htmlHead(const std::string& title, const std::string& moreStyle) {
  return fmt::format("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title>{}{}{}",
                     htmlEscaped(title), kStyle, moreStyle, "</style></head><body>\n");
}

std::string htmlEscaped(const std::string& text) {
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

std::string htmlRow(const std::vector<std::string>& cells, const std::string& tag) {
  std::string html = "<tr>";
  for (const std::string& cell : cells) html += fmt::format("<{0}>{1}</{0}>", tag, htmlEscaped(cell));
  return html + "</tr>\n";
}

}  // namespace oscope::quant
