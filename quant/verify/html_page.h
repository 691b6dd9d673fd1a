// Reports as pages of their own: no scripts, nothing loaded from elsewhere.
#pragma once

#include <string>
#include <vector>

namespace oscope::quant {

/// Everything before the first heading, with the style of tables; close with "</body></html>".
std::string htmlHead(const std::string& title, const std::string& moreStyle = {});
std::string htmlEscaped(const std::string& text);
/// One table row of escaped cells; `tag` "th" for heads.
std::string htmlRow(const std::vector<std::string>& cells, const std::string& tag = "td");

}  // namespace oscope::quant
