#include "app/gui/models/site_reason.h"

#include "app/gui/document.h"
#include "app/gui/marks.h"
#include "quant/policy/policy_rules.h"

namespace oscope::gui {
namespace {

bool isBetween(const Document& document, const SiteRow& row) {
  return row.range > document.v0() && row.range < document.v1();
}

/// What a hand has set; the plan may have had to give something else.
QString byHand(const Document& document, const SiteRow& row) {
  const auto wanted = document.recipe().overrides.find(row.id);
  if (wanted != document.recipe().overrides.end() && wanted->second != row.policy) {
    const QString obstacle = document.whyNot(row.id, wanted->second);
    return QObject::tr("by hand %1, which can't be had: %2").arg(policyTitle(wanted->second), obstacle);
  }
  return row.byRule == row.policy ? QObject::tr("by hand; the rule says the same")
                                  : QObject::tr("by hand; the rule says %1").arg(policyTitle(row.byRule));
}

QString obstacleIn(const Document& document, const SiteRow& row) {
  return QObject::tr("no LAE: %1").arg(document.whyNot(row.id, quant::Policy::LaeStatic));
}

QString consequence(quant::Policy policy) {
  switch (policy) {
    case quant::Policy::Static:
      return QObject::tr("static per tensor");
    case quant::Policy::LaeStatic:
      return QObject::tr("LAE, then static");
    case quant::Policy::Dynamic:
      return QObject::tr("dynamic per token");
    case quant::Policy::None:
      return QObject::tr("left in float");
  }
  return {};
}

}  // namespace

QString shortReason(const Document& document, std::size_t site) {
  const SiteRow& row = document.rows()[site];
  if (row.overridden) return byHand(document, row);
  if (!document.thresholds()->thresholdsAct()) return QString::fromStdString(document.plan()->sites[site].reason);
  if (row.range <= document.v0()) return QStringLiteral("v ≤ v0");
  if (!isBetween(document, row)) return QStringLiteral("v ≥ v1");
  const QString relation = QStringLiteral("v0 < v < v1");
  return row.policy == quant::Policy::LaeStatic ? relation : relation + QLatin1String(", ") + obstacleIn(document, row);
}

QString fullReason(const Document& document, std::size_t site) {
  const SiteRow& row = document.rows()[site];
  if (!document.thresholds()->thresholdsAct() && !row.overridden) {
    return QString::fromStdString(document.plan()->sites[site].reason);
  }
  QString relation =
      QString::fromStdString(quant::thresholdReason(static_cast<double>(row.range), document.v0(), document.v1()));
  if (row.overridden) {
    const QString hand = byHand(document, row);
    return document.thresholds()->thresholdsAct() ? QObject::tr("%1 (%2)").arg(hand, relation) : hand;
  }
  if (isBetween(document, row) && row.policy != quant::Policy::LaeStatic) {
    relation += QLatin1String(", ") + obstacleIn(document, row);
  }
  return QObject::tr("%1, so %2").arg(relation, consequence(row.policy));
}

}  // namespace oscope::gui
