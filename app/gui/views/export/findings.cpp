#include "app/gui/views/export/findings.h"

#include <QObject>
#include <algorithm>
#include <map>

namespace oscope::gui {

std::vector<Finding> gatherFindings(const Diagnostics& diagnostics) {
  std::vector<Finding> findings;
  std::map<std::pair<std::string, std::string>, std::size_t> known;  // code and text
  for (const Diagnostic& found : diagnostics) {
    const auto [at, isNew] = known.try_emplace({found.code, found.text}, findings.size());
    if (isNew) {
      findings.push_back(
          {found.severity, QString::fromStdString(found.text), QString::fromStdString(found.remedy), {}});
    }
    findings[at->second].where << QString::fromStdString(found.where);
  }
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
  return findings;
}

QString findingText(const Finding& finding) {
  if (finding.where.size() == 1) return QStringLiteral("%1: %2").arg(finding.where.first(), finding.text);
  return QObject::tr("%1 places: %2").arg(finding.where.size()).arg(finding.text);
}

}  // namespace oscope::gui
