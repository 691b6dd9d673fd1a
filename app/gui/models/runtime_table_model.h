// What each runtime really runs of an export, as a table.
#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "quant/export/export_format.h"

namespace oscope::gui {

class RuntimeTableModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { kRuntime, kLayers, kExecutes, kAsChosen, kColumns };
  using QAbstractTableModel::QAbstractTableModel;
  void setRuntimes(std::vector<quant::RuntimeTruth> runtimes);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  std::vector<quant::RuntimeTruth> m_runtimes;
};

}  // namespace oscope::gui
