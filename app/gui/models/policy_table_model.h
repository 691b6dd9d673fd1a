// All sites as a table: range, policy, reason, predicted and measured SQNR, weights. Feeds the Policy view.
#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "app/gui/document.h"
#include "app/gui/frame/data_table.h"
#include "app/gui/models/site_filter.h"
#include "app/gui/plots/scale.h"

namespace oscope::gui {

class PolicyTableModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Site, Range, Strip, First, PolicyColumn, Reason, Predicted, Measured, Weights, ColumnCount };

  explicit PolicyTableModel(const Document& document, QObject* parent = nullptr);

  /// Takes over the document's rows. The owner calls it, so that a hidden table costs nothing during a drag.
  void refresh();
  const SiteRow& row(int row) const { return m_rows[static_cast<std::size_t>(row)]; }
  int rowOf(SiteId site) const;  ///< −1: no such site
  /// The axis of the Ranges view, and its thresholds.
  const Scale& axis() const { return m_axis; }
  std::pair<double, double> thresholds() const { return {m_document.v0(), m_document.v1()}; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  QString display(int row, int column) const;
  QVariant exact(int row, int column) const;
  QString toolTip(int row, int column) const;

  const Document& m_document;
  std::vector<SiteRow> m_rows;
  std::vector<QString> m_reasons, m_weights;
  Scale m_axis;
};

/// Sorts, and leaves out what the filter doesn't match.
class PolicySorter : public TableSorter {
  Q_OBJECT

 public:
  explicit PolicySorter(PolicyTableModel* model, QObject* parent = nullptr);
  void setFilter(const SiteFilter& filter);
  const SiteRow& row(int row) const { return m_model->row(mapToSource(index(row, 0)).row()); }
  QModelIndex indexOf(SiteId site) const;  ///< invalid: filtered out

 protected:
  bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

 private:
  PolicyTableModel* m_model;
  SiteFilter m_filter = SiteFilter::parse({});
};

}  // namespace oscope::gui
