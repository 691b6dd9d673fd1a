#include "app/gui/views/compare/compare_cells.h"

#include <QObject>
#include <cmath>
#include <functional>
#include <limits>

#include "app/common/compare_table.h"
#include "app/common/number_format.h"

namespace oscope::gui {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

TableCell textCell(const QString& words, bool faint = false) {
  TableCell cell;
  cell.text = words;
  cell.faint = faint;
  return cell;
}

TableCell siteCell(SiteId site) {
  TableCell cell = textCell(text(toString(site)));
  cell.sort = site.block * 8 + static_cast<int>(site.kind);
  return cell;
}

TableCell rangeCell(const std::optional<float>& range) {
  return range ? numberCell(text(app::formatRange(*range)), *range) : numberCell(QStringLiteral("–"), kNan);
}

TableCell dbCell(const std::optional<double>& decibel) {
  return numberCell(text(app::formatDb(decibel)), decibel.value_or(kNan));
}

TableCell policyOf(const std::optional<quant::Policy>& policy) {
  return policyCell(policy ? static_cast<int>(*policy) : -1);
}

/// "0.0412", "per token", "8 clusters", with the width where it is not 8 bits.
TableCell scaleCell(const quant::SiteChoice& choice) {
  using Granularity = quant::ActivationPlan::Granularity;
  QString words = QStringLiteral("–");
  double value = kNan;
  if (choice.granularity == Granularity::Tensor) {
    words = text(app::formatRange(choice.scale));
    value = choice.scale;
  } else if (choice.granularity == Granularity::Token) {
    words = QObject::tr("per token");
  } else if (choice.granularity == Granularity::Sequence) {
    words = QObject::tr("per sequence");
  } else if (choice.granularity == Granularity::Cluster) {
    words = QObject::tr("%1 clusters").arg(choice.clusters);
  }
  if (choice.granularity != Granularity::Float && choice.bits != 8) words += QObject::tr(", %1 bits").arg(choice.bits);
  TableCell cell = numberCell(words, value);
  if (std::isnan(value)) cell.csv = words;
  return cell;
}

TableCell deltaCell(const std::optional<double>& delta) {
  TableCell cell = dbCell(delta);
  if (delta && *delta > 0 && cell.text != QLatin1String("0.0")) cell.text.prepend(QLatin1Char('+'));
  cell.strong = true;
  return cell;
}

/// Makes the smallest (or largest) finite value of a column strong; rows from `first` on.
void markBest(CellRows& table, std::size_t column, std::size_t first, bool largest) {
  double best = largest ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  const auto better = [largest](double a, double b) { return largest ? a > b : a < b; };
  for (std::size_t row = first; row < table.rows.size(); ++row) {
    const double value = table.rows[row][column].sort.toDouble();
    if (table.rows[row][column].sort.isValid() && better(value, best)) best = value;
  }
  for (std::size_t row = first; row < table.rows.size(); ++row) {
    TableCell& cell = table.rows[row][column];
    cell.strong = cell.sort.isValid() && cell.sort.toDouble() == best;
  }
}

}  // namespace

CellRows snapshotRows(const quant::SnapshotDiff& diff, bool equalToo) {
  CellRows table;
  table.columns = {{QObject::tr("Site")},        {QObject::tr("Policy A")},     {QObject::tr("v of A"), true},
                   {QObject::tr("B / A"), true}, {QObject::tr("v of B"), true}, {QObject::tr("Policy B")}};
  for (const quant::SiteDifference& site : diff.sites) {
    if (!equalToo && !site.differs()) continue;
    const std::optional<double> factor = site.factor();
    TableCell ratio = factor ? numberCell(text(app::formatFactor(*factor)), *factor)
                             : numberCell(site.rangeA && site.rangeB ? QStringLiteral("–")
                                          : site.rangeA              ? QObject::tr("only in A")
                                                                     : QObject::tr("only in B"),
                                          kNan);
    ratio.strong = site.differs();
    table.rows.push_back({siteCell(site.id), policyOf(site.policyA), rangeCell(site.rangeA), ratio,
                          rangeCell(site.rangeB), policyOf(site.policyB)});
    for (TableCell& cell : table.rows.back()) cell.faint = !site.differs();
    table.sites.push_back(site.id);
  }
  return table;
}

CellRows recipeRows(const quant::RecipeDiff& diff, bool equalToo) {
  CellRows table;
  const QString predicted = QObject::tr("Predicted output SQNR of the site");
  table.columns = {{QObject::tr("Site")},
                   {QObject::tr("Policy A")},
                   {QObject::tr("Scale A"), true},
                   {QObject::tr("A (dB)"), true, predicted},
                   {QObject::tr("B − A (dB)"), true, predicted},
                   {QObject::tr("B (dB)"), true, predicted},
                   {QObject::tr("Scale B"), true},
                   {QObject::tr("Policy B")}};
  for (const quant::ChoiceDifference& site : diff.sites) {
    if (!equalToo && !site.differs()) continue;
    table.rows.push_back({siteCell(site.id), policyOf(site.a.policy), scaleCell(site.a), dbCell(site.a.predictedDb),
                          deltaCell(site.deltaDb()), dbCell(site.b.predictedDb), scaleCell(site.b),
                          policyOf(site.b.policy)});
    for (TableCell& cell : table.rows.back()) cell.faint = !site.differs();
    table.sites.push_back(site.id);
  }
  return table;
}

CellRows methodRows(const quant::CompareReport& report) {
  CellRows table;
  const app::CompareTable words = app::compareTable(report);
  const QStringList meanings{
      QObject::tr("Recipe"),
      QObject::tr("exp of the mean cross entropy"),
      QObject::tr("Divergence from the float model per token, with its standard error over windows"),
      QObject::tr("How often the most likely token is the float model's"),
      QObject::tr("Lowest output SQNR of a site where only its own error counts"),
      QObject::tr("Share of sites with static scales; – : activations stay in float"),
      QObject::tr("Codes, scales and zero points; all other tensors at 16 bits"),
      QObject::tr("Planning, searches and codes; calibration and measuring not counted")};
  for (std::size_t i = 0; i < words.heads.size(); ++i) {
    QString head = text(words.heads[i]);
    head[0] = head[0].toUpper();
    table.columns.push_back({head, i > 0, meanings.value(static_cast<qsizetype>(i))});
  }
  const auto figure = [](const std::string& shown, double value) { return numberCell(text(shown), value); };
  for (std::size_t i = 0; i < words.rows.size(); ++i) {
    const std::vector<std::string>& shown = words.rows[i];
    if (i == 0) {
      table.rows.push_back({textCell(text(shown[0])), figure(shown[1], report.floatPerplexity), figure(shown[2], kNan),
                            figure(shown[3], kNan), figure(shown[4], kNan), figure(shown[5], kNan),
                            figure(shown[6], static_cast<double>(report.floatBytes)), figure(shown[7], kNan)});
      continue;
    }
    const quant::MethodRow& row = report.rows[i - 1];
    const quant::SiteMeasure* worst = row.worstSite();
    TableCell name = textCell(text(shown[0]));
    QStringList remarks{text(row.name)};
    for (const Diagnostic& found : row.diagnostics) remarks.append(text(found.where + ": " + found.text));
    name.tooltip = remarks.join(QLatin1Char('\n'));
    table.rows.push_back({name, figure(shown[1], row.measure.perplexity), figure(shown[2], row.measure.klMean),
                          figure(shown[3], row.measure.top1Agreement),
                          figure(shown[4], worst == nullptr ? kNan : worst->outputSqnrLocalDb),
                          figure(shown[5], row.staticShare), figure(shown[6], static_cast<double>(row.bytes)),
                          figure(shown[7], row.quantizeSeconds)});
  }
  for (const std::size_t column : {1u, 2u, 6u}) markBest(table, column, 1, false);
  for (const std::size_t column : {3u, 4u}) markBest(table, column, 1, true);
  return table;
}

QString factsText(const std::vector<quant::FactDifference>& facts, std::size_t most) {
  QStringList parts;
  const auto side = [](const std::string& value) { return value.empty() ? QStringLiteral("–") : text(value); };
  for (std::size_t i = 0; i < std::min(most, facts.size()); ++i) {
    parts.append(QStringLiteral("%1: %2 ↔ %3").arg(text(facts[i].what), side(facts[i].a), side(facts[i].b)));
  }
  if (facts.size() > most) parts.append(QObject::tr("and %1 more").arg(facts.size() - most));
  return parts.join(QStringLiteral("  ·  "));
}

}  // namespace oscope::gui
