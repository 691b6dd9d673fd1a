#include "app/gui/views/channels/outlier_model.h"

#include <algorithm>
#include <limits>

#include "app/common/number_format.h"
#include "app/gui/frame/data_table.h"
#include "app/gui/theme.h"
#include "app/gui/views/channels/channel_order_plot.h"

namespace oscope::gui {

void OutlierModel::setRows(std::shared_ptr<const ChannelSeries> series, std::vector<std::int64_t> channels) {
  beginResetModel();
  m_series = std::move(series);
  m_channels = std::move(channels);
  endResetModel();
}

int OutlierModel::rowOf(std::int64_t channel) const {
  const auto found = std::find(m_channels.begin(), m_channels.end(), channel);
  return found == m_channels.end() ? -1 : static_cast<int>(found - m_channels.begin());
}

int OutlierModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_channels.size());
}

int OutlierModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : ColumnCount;
}

double OutlierModel::number(std::int64_t channel, int column) const {
  const auto j = static_cast<std::size_t>(channel);
  switch (column) {
    case Before:
      return m_series->before[j];
    case OverMedian:
      return m_series->medianBefore > 0 ? m_series->before[j] / m_series->medianBefore
                                        : std::numeric_limits<double>::infinity();
    case Scale:
      return m_series->fold.scale[j];
    case After:
      return m_series->after[j];
    case BitsBefore:
      return quant::effectiveBits(m_series->before[j], m_series->rangeBefore, m_series->bits);
    case BitsAfter:
      return quant::effectiveBits(m_series->after[j], m_series->rangeAfter, m_series->bits);
    default:
      return static_cast<double>(channel);
  }
}

QVariant OutlierModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || !m_series) return {};
  const std::int64_t channel = channelOf(index.row());
  const double value = number(channel, index.column());
  switch (role) {
    case Qt::DisplayRole:
      if (index.column() == Channel) return QString::fromStdString(app::formatCount(channel));
      if (index.column() >= BitsBefore) return QString::number(value, 'f', 1);
      return QString::fromStdString(app::formatRange(value));
    case SortRole:
    case CsvRole:
      return index.column() == Channel ? QVariant(static_cast<qlonglong>(channel)) : QVariant(value);
    case BarRole:
      return m_series->rangeBefore > 0 ? number(channel, Before) / m_series->rangeBefore : 0;
    case Qt::TextAlignmentRole:
      return QVariant(index.column() == Channel ? Qt::AlignLeft | Qt::AlignVCenter : Qt::AlignRight | Qt::AlignVCenter);
    case Qt::FontRole:
      return monoFont(12, index.column() == Before || index.column() == After ? QFont::DemiBold : QFont::Normal);
    case Qt::ForegroundRole:
      return index.column() == Channel || index.column() == Before || index.column() == After ? theme().ink
                                                                                              : theme().ink2;
    case Qt::ToolTipRole:
      return channelTooltip(*m_series, channel);
    default:
      return {};
  }
}

QVariant OutlierModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole) {
    return QVariant(section == Channel ? Qt::AlignLeft | Qt::AlignVCenter : Qt::AlignRight | Qt::AlignVCenter);
  }
  if (role != Qt::DisplayRole) return {};
  const QString heads[] = {tr("channel"), tr("before"),      tr("× median"),  tr("scale s"),
                           tr("after"),   tr("bits before"), tr("bits after")};
  return heads[section];
}

}  // namespace oscope::gui
