// The three policy marks (and the ring of "float"): one painter for charts, tables, legends and trees.
#pragma once

#include <QPainter>
#include <QString>

#include "app/gui/theme.h"
#include "quant/policy/activation_policy.h"

namespace oscope::gui {

/// Circle 9, diamond 11, triangle 11, ring 9 px at scale 1: they look equally large. A halo in `halo` separates marks
/// from lines below them; an invalid colour draws none. `t`: colours for another ground than the theme's own.
void paintMark(QPainter& painter, QPointF center, quant::Policy policy, double scale = 1.0, QColor halo = {},
               const Theme& t = theme());
/// Radius inside which a click hits the mark.
inline constexpr double kMarkRadius = 6;

/// "Static", "LAE + static", "Dynamic", "Float".
QString policyTitle(quant::Policy policy);
/// Mark and title on the policy's soft ground. Returns the width used.
double paintBadge(QPainter& painter, QPointF topLeft, quant::Policy policy, double height = 20);
double badgeWidth(quant::Policy policy);

}  // namespace oscope::gui
