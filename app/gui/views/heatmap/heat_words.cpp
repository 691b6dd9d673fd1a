#include "app/gui/views/heatmap/heat_words.h"

#include <QCoreApplication>

#include "app/common/number_format.h"
#include "app/gui/token_text.h"

namespace oscope::gui {
namespace {

QString tr(const char* words) {
  return QCoreApplication::translate("HeatmapView", words);
}

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

/// A value, with the word for channels that never fire.
QString valueText(double value) {
  return value > 0 ? text(app::formatRange(value)) : tr("0 · dead");
}

QString line(const QString& label, const QString& figure) {
  return QStringLiteral("\n%1\t%2").arg(label, figure);
}

QString placeText(const stats::Snapshot& snapshot, std::int64_t token) {
  const stats::Snapshot::TokenPlace place = snapshot.place(token);
  return tr("“%1” · sample %2, pos. %3")
      .arg(tokenContext(snapshot, token, 0).token, text(app::formatCount(place.sample)),
           text(app::formatCount(place.position)));
}

}  // namespace

QString heatTooltip(const ModelHeat& heat, std::size_t site, std::int64_t column) {
  const stats::SiteStats& facts = heat.snapshot->sites()[site];
  const auto channel = static_cast<std::size_t>(column);
  const bool isMax = heat.measure == HeatMeasure::Absmax;
  QString lines = tr("Block %1 · %2 · channel %3")
                      .arg(facts.id.block)
                      .arg(QString::fromUtf8(toString(facts.id.kind).data()), text(app::formatCount(column)));
  if (heat.before(site).empty()) return lines;
  const float before = heat.before(site)[channel], median = heat.medians[site];
  lines += line(isMax ? tr("max |x|") : tr("rms"), valueText(before));
  if (median > 0) lines += line(tr("over the channel median"), text(app::formatFactor(before / median)));
  const std::vector<float>& scale = heat.foldScales[site];
  if (heat.folded && scale.empty()) {
    lines += line(tr("after LAE"), tr("can't be folded"));
  } else if (heat.folded) {
    lines += line(tr("after LAE"), valueText(heat.values[site][channel]));
    lines += line(tr("LAE scale s"), text(app::formatRange(scale[channel])));
  }
  if (isMax && before > 0 && !facts.absmaxToken.empty()) {
    lines += line(tr("token"), placeText(*heat.snapshot, facts.absmaxToken[channel]));
  }
  return lines;
}

QString heatTooltip(const SiteHeat& heat, std::int64_t row, std::int64_t channel) {
  QString lines = placeText(*heat.snapshot, heat.tokens[static_cast<std::size_t>(row)]);
  lines += line(tr("channel"), text(app::formatCount(channel)));
  const bool folded = !heat.foldScale.empty();
  lines += line(folded ? tr("|x| after LAE") : tr("|x|"), text(app::formatRange(heat.table->at(row, channel))));
  if (folded)
    lines += line(tr("LAE scale s"), text(app::formatRange(heat.foldScale[static_cast<std::size_t>(channel)])));
  lines += line(tr("max |x| of the token"), text(app::formatRange(heat.rowMaxima[static_cast<std::size_t>(row)])));
  return lines;
}

}  // namespace oscope::gui
