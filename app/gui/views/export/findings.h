// What a format says of a plan, gathered by kind: one line with the count of sites instead of a line per site.
#pragma once

#include <QString>
#include <QStringList>
#include <vector>

#include "analysis/base/diagnostic.h"

namespace oscope::gui {

struct Finding {
  Severity severity = Severity::Info;
  QString text, remedy;
  QStringList where;  ///< sites and linears, in order
};

/// Errors first, then warnings, then what is merely said; in the order of the format otherwise.
std::vector<Finding> gatherFindings(const Diagnostics& diagnostics);

/// "3 sites: clusters of channels can't be said in this format".
QString findingText(const Finding& finding);

}  // namespace oscope::gui
