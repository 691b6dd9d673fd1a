#include "app/gui/frame/inspector_figures.h"

#include <algorithm>
#include <cmath>

#include "app/common/number_format.h"
#include "app/gui/document.h"
#include "app/gui/marks.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

}  // namespace

Bars rangeBars(const Document& document, std::size_t site) {
  const SiteRow& row = document.rows()[site];
  const double top = std::max<double>({row.range, document.v1(), 1e-9}) * 1.3;
  const double bottom = std::min<double>({top / 1000, document.v0() / 3});
  const auto share = [&](double value) {
    return value <= bottom ? 0.0 : std::log(value / bottom) / std::log(top / bottom);
  };
  const auto bar = [&](const QString& label, double value, const QColor& color) {
    BarRows::Row made;
    made.label = label;
    made.value = text(app::formatRange(value));
    made.share = share(value);
    made.color = color;
    return made;
  };
  return {{bar(QObject::tr("all tokens"), row.range, theme().ink2),
           bar(QObject::tr("without first"), row.rangeWithoutFirst, theme().borderStrong)},
          {{share(document.v0()), QStringLiteral("v0")}, {share(document.v1()), QStringLiteral("v1")}}};
}

Bars predictionBars(const Document& document, std::size_t site) {
  const Theme& t = theme();
  const SiteRow& row = document.rows()[site];
  const auto predictions = document.predictions();
  Bars bars;
  double best = 1;
  std::vector<std::optional<double>> values;
  for (quant::Policy policy : {quant::Policy::Static, quant::Policy::LaeStatic, quant::Policy::Dynamic}) {
    const bool lae = policy == quant::Policy::LaeStatic;
    const QString obstacle = document.whyNot(row.id, policy);
    std::optional<double> value;
    if (predictions) value = lae ? predictions->laeIfFoldable(site).total : predictions->at(site, policy).total;
    if (value && std::isfinite(*value)) best = std::max(best, *value);
    values.push_back(value);
    const bool chosen = policy == row.policy;
    BarRows::Row bar;
    bar.label = lae ? QObject::tr("LAE") : policyTitle(policy);
    bar.value = text(app::formatDb(value));
    bar.color = chosen ? t.mark(policy) : mixed(t.surface2, t.mark(policy), 0.55);
    bar.policyMark = static_cast<int>(policy);
    bar.hatched = !obstacle.isEmpty();
    bar.bold = chosen;
    if (bar.hatched) {
      bar.tooltip = value ? QObject::tr("LAE would give %1 dB, but it can’t be had: %2").arg(bar.value, obstacle)
                          : QObject::tr("LAE can’t be had: %1").arg(obstacle);
    }
    bars.rows.push_back(std::move(bar));
  }
  for (std::size_t i = 0; i < values.size(); ++i) bars.rows[i].share = values[i] ? *values[i] / best : 0;
  return bars;
}

QString weightsTable(const quant::SitePlan& plan) {
  QString lines;
  double allBefore = 0, allAfter = 0;
  for (const quant::LinearPlan& linear : plan.linears) {
    const double before = 2.0 * static_cast<double>(linear.out * linear.in);
    const std::int64_t groups = linear.in / quant::effectiveGroup(linear.scheme, linear.in);
    const double scales = 2.0 * static_cast<double>(linear.out) * static_cast<double>(groups);
    const double after = linear.scheme.isFloat() ? before : before * linear.scheme.bits / 16 + scales;
    allBefore += before;
    allAfter += after;
    lines += QStringLiteral(
                 "<tr><td>%1&nbsp;&nbsp;</td><td>%2&nbsp;&nbsp;</td><td align='right' style='white-space: nowrap'>%3 → "
                 "%4</td></tr>")
                 .arg(text(linear.role), text(linear.scheme.describe()), text(app::formatBytes(before)),
                      text(app::formatBytes(after)));
  }
  // Two tables, so that a long name below takes no room from the sizes above.
  const QString line = QStringLiteral("<tr><td>%1</td><td align='right' style='white-space: nowrap'>%2</td></tr>");
  QString totals;
  if (plan.linears.size() > 1) {
    totals +=
        line.arg(QObject::tr("size"),
                 QObject::tr("%1 (was %2)").arg(text(app::formatBytes(allAfter)), text(app::formatBytes(allBefore))));
  }
  totals += line.arg(QObject::tr("range v after fold"),
                     plan.scale.empty() ? QObject::tr("unchanged, %1").arg(text(app::formatRange(plan.range)))
                                        : QObject::tr("%1 → %2, in %3")
                                              .arg(text(app::formatRange(plan.range)),
                                                   text(app::formatRange(plan.rangeAfter)), text(plan.foldEdge)));
  const QString table = QStringLiteral("<table cellspacing='2' width='100%'>%1</table>");
  return table.arg(lines) + table.arg(totals);
}

}  // namespace oscope::gui
