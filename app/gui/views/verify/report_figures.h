// What the report page shows, as values: cards and the list of checks. No widget.
#pragma once

#include <QString>
#include <QStringList>
#include <vector>

#include "quant/verify/verify.h"

namespace oscope::gui {

/// One card: label above, a figure with what stands before and behind it, a line below.
struct ReportCardText {
  QString title, before, figure, unit, note;
  enum class Mark { None, Passed, Failed } mark = Mark::None;
};
/// Passed or failed first, then perplexity, KL, top-1, prediction, size.
std::vector<ReportCardText> reportCards(const quant::VerifyReport& report);

/// Checks of one kind together.
struct CheckLine {
  QString title;
  int passed = 0, total = 0;
  QStringList failures;  ///< "name: tensor, offset, expected, found"
  QString value;         ///< instead of the count ("≤ 5.4e-07")
};
std::vector<CheckLine> checkLines(const quant::VerifyReport& report);

/// Warnings of the report (findings, and sites measured more than 2 dB away from their prediction).
int warningCount(const quant::VerifyReport& report);

/// "+0.12 (+2.1 %)": a change against a reference.
QString changeText(double value, double reference);

}  // namespace oscope::gui
