#include "app/gui/models/site_filter.h"

#include <QRegularExpression>
#include <optional>
#include <vector>

namespace oscope::gui {
namespace {

using Test = std::function<bool(const SiteRow&)>;
using Field = std::function<std::optional<double>(const SiteRow&)>;

Field field(const QString& name) {
  if (name == QLatin1String("range") || name == QLatin1String("v")) return [](const SiteRow& row) { return row.range; };
  if (name == QLatin1String("first")) return [](const SiteRow& row) { return row.rangeWithoutFirst; };
  if (name == QLatin1String("block")) return [](const SiteRow& row) { return row.id.block; };
  if (name == QLatin1String("predicted")) return [](const SiteRow& row) { return row.predictedDb; };
  if (name == QLatin1String("measured")) return [](const SiteRow& row) { return row.measuredDb; };
  return {};
}

Test comparison(Field value, const QString& op, double limit) {
  return [value = std::move(value), op, limit](const SiteRow& row) {
    const std::optional<double> actual = value(row);
    if (!actual) return false;
    if (op == QLatin1String(">")) return *actual > limit;
    if (op == QLatin1String(">=")) return *actual >= limit;
    if (op == QLatin1String("<")) return *actual < limit;
    if (op == QLatin1String("<=")) return *actual <= limit;
    return *actual == limit;
  };
}

Test word(const QString& text) {
  std::optional<quant::Policy> policy = quant::parsePolicy(text.toStdString());
  if (text == QLatin1String("lae")) policy = quant::Policy::LaeStatic;
  if (text == QLatin1String("float")) policy = quant::Policy::None;
  if (policy) return [policy = *policy](const SiteRow& row) { return row.policy == policy; };
  if (text == QLatin1String("hand")) return [](const SiteRow& row) { return row.overridden; };
  return [text](const SiteRow& row) { return QString::fromStdString(toString(row.id)).contains(text); };
}

}  // namespace

SiteFilter SiteFilter::parse(const QString& text) {
  static const QRegularExpression kTerm(
      QStringLiteral(R"(\s*(?:([a-z]+)\s*(>=|<=|>|<|=)\s*([-+0-9.,e]+)|([a-z0-9_.]+))\s*&?)"));
  QString lower = text.toLower();
  lower.replace(QStringLiteral("≥"), QStringLiteral(">=")).replace(QStringLiteral("≤"), QStringLiteral("<="));
  std::vector<Test> tests;
  QString error;
  for (qsizetype at = 0; error.isEmpty() && !lower.mid(at).trimmed().isEmpty();) {
    const QRegularExpressionMatch match =
        kTerm.match(lower, at, QRegularExpression::NormalMatch, QRegularExpression::AnchorAtOffsetMatchOption);
    if (!match.hasMatch()) {
      error = QObject::tr("can't read “%1”").arg(lower.mid(at).trimmed());
    } else if (match.capturedLength(1) > 0) {
      const Field value = field(match.captured(1));
      bool isNumber = false;
      const double limit = match.captured(3).remove(QLatin1Char(',')).toDouble(&isNumber);
      if (!value) {
        error = QObject::tr("unknown field “%1”: range, first, block, predicted or measured").arg(match.captured(1));
      } else if (!isNumber) {
        error = QObject::tr("“%1” is no number").arg(match.captured(3));
      } else {
        tests.push_back(comparison(value, match.captured(2), limit));
      }
    } else {
      tests.push_back(word(match.captured(4)));
    }
    at = match.capturedEnd(0);
  }
  if (!error.isEmpty()) tests.clear();
  return {[tests](const SiteRow& row) {
            for (const Test& test : tests) {
              if (!test(row)) return false;
            }
            return true;
          },
          error};
}

}  // namespace oscope::gui
