// Outlier channels of a site as a table: before, after, what one scale leaves to each of them.
#pragma once

#include <QAbstractTableModel>
#include <memory>
#include <vector>

#include "app/gui/views/channels/channel_series.h"

namespace oscope::gui {

class OutlierModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Channel, Before, OverMedian, Scale, After, BitsBefore, BitsAfter, ColumnCount };
  enum Role { BarRole = Qt::UserRole + 1 };  ///< share of the range, for the bar beside the channel

  using QAbstractTableModel::QAbstractTableModel;
  void setRows(std::shared_ptr<const ChannelSeries> series, std::vector<std::int64_t> channels);
  std::int64_t channelOf(int row) const { return m_channels.at(static_cast<std::size_t>(row)); }
  int rowOf(std::int64_t channel) const;  ///< -1: not listed

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  double number(std::int64_t channel, int column) const;

  std::shared_ptr<const ChannelSeries> m_series;
  std::vector<std::int64_t> m_channels;
};

}  // namespace oscope::gui
