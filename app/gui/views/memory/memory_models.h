// The tables of the Memory view: totals of this model over batch × sequence × scheme, and the slide's.
#pragma once

#include <QAbstractTableModel>

#include "app/gui/views/memory/memory_grid.h"

namespace oscope::gui {

class MemoryTotalsModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  using QAbstractTableModel::QAbstractTableModel;
  void setGrid(const MemoryGrid& grid);
  /// Totals above it are marked; 0: none.
  void setLimit(double bytes);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  MemoryGrid m_grid;
  double m_limit = 0;
};

/// Rows are model and scheme, columns batch and sequence, cells GiB as printed; the smallest of a model in each column
/// has weight 600.
class RptqTableModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  explicit RptqTableModel(QObject* parent = nullptr);
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  const quant::RptqCell& cell(int row, int column) const;
  bool isBest(int row, int column) const;
  std::vector<quant::RptqCell> m_cells;  ///< [models, schemes, batch × sequence]
};

}  // namespace oscope::gui
