// The pairs on the front, compared with now.
#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "quant/policy/sensitivity.h"

namespace oscope::gui {

class FrontTableModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { V0, V1, Share, QualityColumn, DeltaDb, Static, Lae, Dynamic, ColumnCount };
  using QAbstractTableModel::QAbstractTableModel;

  void setFront(std::vector<quant::ThresholdPair> front, quant::Quality quality);
  /// What the deltas are counted from.
  void setNow(const quant::Outlook& now);
  const quant::ThresholdPair& pair(int row) const { return m_front[static_cast<std::size_t>(row)]; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  double figure(const quant::ThresholdPair& pair, int column) const;

  std::vector<quant::ThresholdPair> m_front;
  quant::Quality m_quality = quant::Quality::Median;
  quant::Outlook m_now;
};

}  // namespace oscope::gui
