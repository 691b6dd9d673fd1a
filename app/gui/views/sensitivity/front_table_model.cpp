#include "app/gui/views/sensitivity/front_table_model.h"

#include "app/common/number_format.h"
#include "app/gui/frame/data_table.h"
#include "app/gui/theme.h"

namespace oscope::gui {

void FrontTableModel::setFront(std::vector<quant::ThresholdPair> front, quant::Quality quality) {
  beginResetModel();
  m_front = std::move(front);
  m_quality = quality;
  endResetModel();
}

void FrontTableModel::setNow(const quant::Outlook& now) {
  m_now = now;
  if (!m_front.empty()) emit dataChanged(index(0, DeltaDb), index(rowCount() - 1, DeltaDb));
}

int FrontTableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_front.size());
}

int FrontTableModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(ColumnCount);
}

double FrontTableModel::figure(const quant::ThresholdPair& pair, int column) const {
  switch (column) {
    case V0:
      return pair.v0;
    case V1:
      return pair.v1;
    case Share:
      return pair.staticShare * 100;
    case QualityColumn:
      return quant::qualityDb(pair, m_quality);
    case DeltaDb:
      return quant::qualityDb(pair, m_quality) - quant::qualityDb(m_now, m_quality);
    default:
      return pair.counts[static_cast<std::size_t>(column - Static)];
  }
}

QVariant FrontTableModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const double value = figure(pair(index.row()), index.column());
  if (role == SortRole || role == CsvRole) return value;
  if (role == Qt::TextAlignmentRole) return QVariant(Qt::AlignRight | Qt::AlignVCenter);
  if (role == Qt::FontRole) return monoFont(12);
  if (role != Qt::DisplayRole) return {};
  switch (index.column()) {
    case V0:
    case V1:
      return QString::fromStdString(app::formatRange(value));
    case Share:
      return QString::fromStdString(app::formatShare(value / 100));
    case QualityColumn:
      return QString::fromStdString(app::formatDb(value));
    case DeltaDb: {
      const QString magnitude = QString::fromStdString(app::formatDb(value));
      return value >= 0.05 ? QLatin1Char('+') + magnitude : magnitude;
    }
    default:
      return QString::fromStdString(app::formatCount(static_cast<std::int64_t>(value)));
  }
}

QVariant FrontTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole) return QVariant(Qt::AlignRight | Qt::AlignVCenter);
  if (role == CsvRole) {
    const QString names[] = {QStringLiteral("v0"), QStringLiteral("v1"), tr("static_share_percent"), tr("sqnr_db"),
                             tr("delta_db"),       tr("static"),         tr("lae_static"),           tr("dynamic")};
    return names[section];
  }
  if (role == Qt::ToolTipRole) {
    const QString words[] = {tr("Static up to this range"),
                             tr("Dynamic from this range on"),
                             tr("Share of sites with a static scale, with and without LAE"),
                             tr("Predicted SQNR of the chosen measure"),
                             tr("Compared with now"),
                             tr("Static sites"),
                             tr("LAE + static sites"),
                             tr("Dynamic sites")};
    return words[section];
  }
  if (role != Qt::DisplayRole) return {};
  const QString titles[] = {QStringLiteral("v0"), QStringLiteral("v1"), tr("Static %"),      tr("SQNR dB"),
                            tr("Δ dB"),           QStringLiteral("●"),  QStringLiteral("◆"), QStringLiteral("▲")};
  return titles[section];
}

}  // namespace oscope::gui
