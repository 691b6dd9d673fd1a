// Why a site has its policy, in words; follows thresholds under the mouse.
#pragma once

#include <QString>
#include <cstddef>

namespace oscope::gui {

class Document;

/// For a table: "v ≥ v1", "v0 < v < v1, no LAE: …", "by hand; the rule says Dynamic".
QString shortReason(const Document& document, std::size_t site);
/// With the numbers: "v = 1,180 ≥ v1 = 150, so dynamic per token".
QString fullReason(const Document& document, std::size_t site);

}  // namespace oscope::gui
