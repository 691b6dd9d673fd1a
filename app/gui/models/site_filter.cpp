#include "app/gui/models/site_filter.h"

#include <QRegularExpression>
#include <QStringList>
#include <cmath>
#include <optional>

namespace oscope::gui {
namespace {

constexpr double kWarningDb = 2;

using Test = std::function<bool(const SiteRow&)>;
using Field = std::function<std::optional<double>(const SiteRow&)>;

Field field(const QString& name) {
  if (name == QLatin1String("range") || name == QLatin1String("v")) return [](const SiteRow& row) { return row.range; };
  if (name == QLatin1String("first")) return [](const SiteRow& row) { return row.rangeWithoutFirst; };
  if (name == QLatin1String("block")) return [](const SiteRow& row) { return row.id.block; };
  if (name == QLatin1String("predicted")) return [](const SiteRow& row) { return row.predictedDb; };
  if (name == QLatin1String("measured")) return [](const SiteRow& row) { return row.measuredDb; };
  if (name == QLatin1String("bits")) return [](const SiteRow& row) { return row.weightBits; };
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
    return (*actual == limit) == (op == QLatin1String("="));
  };
}

Test nameContains(const QString& text) {
  return [text](const SiteRow& row) { return QString::fromStdString(toString(row.id)).contains(text); };
}

Test word(const QString& text) {
  std::optional<quant::Policy> policy = quant::parsePolicy(text.toStdString());
  if (text == QLatin1String("lae")) policy = quant::Policy::LaeStatic;
  if (text == QLatin1String("float")) policy = quant::Policy::None;
  if (policy) return [policy = *policy](const SiteRow& row) { return row.policy == policy; };
  if (text == QLatin1String("hand")) return [](const SiteRow& row) { return row.overridden; };
  if (text == QLatin1String("differs")) return predictionDiffers;
  return nameContains(text);
}

/// Recursive descent: any = all ('|' all)*, all = one (['&'] one)*, one = '!' one | '(' any ')' | term.
class Parser {
 public:
  explicit Parser(const QString& text) : m_rest(text.toLower()) {
    m_rest.replace(QStringLiteral("≥"), QStringLiteral(">=")).replace(QStringLiteral("≤"), QStringLiteral("<="));
    m_rest.replace(QStringLiteral("≠"), QStringLiteral("!="));
    skipSpaces();
  }
  Test whole() {
    if (m_rest.isEmpty()) return [](const SiteRow&) { return true; };
    Test test = any();
    if (m_error.isEmpty() && !m_rest.isEmpty()) unreadable();
    return test;
  }
  const QString& error() const { return m_error; }

 private:
  Test any() {
    Test test = all();
    while (m_error.isEmpty() && take(QLatin1Char('|'))) {
      test = [a = std::move(test), b = all()](const SiteRow& row) { return a(row) || b(row); };
    }
    return test;
  }
  Test all() {
    Test test = one();
    while (m_error.isEmpty()) {
      const bool joined = take(QLatin1Char('&'));
      if (!joined && (m_rest.isEmpty() || m_rest.front() == QLatin1Char('|') || m_rest.front() == QLatin1Char(')'))) {
        break;
      }
      if (joined && m_rest.isEmpty()) break;  // the next term is about to be typed
      test = [a = std::move(test), b = one()](const SiteRow& row) { return a(row) && b(row); };
    }
    return test;
  }
  Test one() {
    if (take(QLatin1Char('!'))) return [test = one()](const SiteRow& row) { return !test(row); };
    if (take(QLatin1Char('('))) {
      Test test = any();
      if (m_error.isEmpty() && !take(QLatin1Char(')'))) m_error = QObject::tr("a “)” is missing");
      return test;
    }
    return term();
  }
  Test term() {
    static const QRegularExpression kTerm(
        QStringLiteral(R"re(^(?:([a-z]+)\s*(>=|<=|!=|>|<|=)\s*([^\s&|()]*)|"([^"]*)"|([a-z0-9_.]+)))re"));
    const QRegularExpressionMatch match = kTerm.match(m_rest);
    if (!match.hasMatch()) return unreadable();
    m_rest.remove(0, match.capturedLength(0));
    skipSpaces();
    if (match.capturedLength(2) == 0) {
      return match.capturedLength(5) > 0 ? word(match.captured(5)) : nameContains(match.captured(4));
    }
    const Field value = field(match.captured(1));
    bool isNumber = false;
    const double limit = match.captured(3).remove(QLatin1Char(',')).toDouble(&isNumber);
    if (!value) {
      m_error =
          QObject::tr("unknown field “%1”: range, first, block, predicted, measured or bits").arg(match.captured(1));
    } else if (!isNumber) {
      m_error = match.capturedLength(3) == 0
                    ? QObject::tr("“%1 %2” needs a number").arg(match.captured(1), match.captured(2))
                    : QObject::tr("“%1” is no number").arg(match.captured(3));
    }
    return comparison(value, match.captured(2), limit);
  }
  Test unreadable() {
    m_error =
        m_rest.isEmpty() ? QObject::tr("something is missing at the end") : QObject::tr("can't read “%1”").arg(m_rest);
    return [](const SiteRow&) { return true; };
  }
  bool take(QChar sign) {
    if (m_rest.isEmpty() || m_rest.front() != sign) return false;
    m_rest.remove(0, 1);
    skipSpaces();
    return true;
  }
  void skipSpaces() { m_rest = m_rest.trimmed(); }

  QString m_rest, m_error;
};

/// The parts of `filter` that `&` joins outside of parentheses.
QStringList conjuncts(const QString& filter) {
  QStringList parts(QString{});
  int depth = 0;
  for (QChar sign : filter) {
    depth += sign == QLatin1Char('(') ? 1 : sign == QLatin1Char(')') ? -1 : 0;
    if (sign == QLatin1Char('&') && depth == 0) {
      parts.append(QString());
    } else {
      parts.back() += sign;
    }
  }
  for (QString& part : parts) part = part.trimmed();
  parts.removeAll(QString());
  return parts;
}

bool hasOuterOr(const QString& filter) {
  int depth = 0;
  for (QChar sign : filter) {
    depth += sign == QLatin1Char('(') ? 1 : sign == QLatin1Char(')') ? -1 : 0;
    if (sign == QLatin1Char('|') && depth == 0) return true;
  }
  return false;
}

}  // namespace

SiteFilter SiteFilter::parse(const QString& text) {
  Parser parser(text);
  Test test = parser.whole();
  if (!parser.error().isEmpty()) test = [](const SiteRow&) { return true; };
  return {std::move(test), parser.error()};
}

QString siteFilterHelp() {
  return QObject::tr(
      "Names, policies, hand, differs; range > 150, first, block, predicted, measured, bits; "
      "joined by & and |, negated by !, grouped by ( )");
}

QString withTerm(const QString& filter, const QString& term) {
  if (filter.trimmed().isEmpty()) return term;
  return (hasOuterOr(filter) ? QStringLiteral("(%1) & %2") : QStringLiteral("%1 & %2")).arg(filter.trimmed(), term);
}

QString withoutTerm(const QString& filter, const QString& term) {
  QStringList parts = conjuncts(filter);
  parts.removeAll(term);
  return parts.join(QStringLiteral(" & "));
}

bool hasTerm(const QString& filter, const QString& term) {
  return !hasOuterOr(filter) && conjuncts(filter).contains(term);
}

bool predictionDiffers(const SiteRow& row) {
  return row.predictedDb && row.measuredDb && std::abs(*row.predictedDb - *row.measuredDb) > kWarningDb;
}

}  // namespace oscope::gui
