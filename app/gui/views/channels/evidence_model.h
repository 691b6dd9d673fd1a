// The tokens that made a channel's large values, each in its context.
#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "analysis/stats/token_evidence.h"
#include "app/gui/token_text.h"

namespace oscope::gui {

class EvidenceModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Value, Sample, Position, Token, ColumnCount };
  enum Role { BeforeRole = Qt::UserRole + 1, TokenRole, AfterRole };  ///< text around the chip, for the delegate

  using QAbstractTableModel::QAbstractTableModel;
  void setRows(const stats::SnapshotPtr& snapshot, const std::vector<stats::TokenEvidence>& evidence);
  std::int64_t tokenOf(int row) const { return m_rows.at(static_cast<std::size_t>(row)).token; }
  /// "4 of 8 on “the”, 1 on the first token".
  QString summary() const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  struct Row {
    float absolute = 0;
    std::int64_t token = 0, sample = 0, position = 0;
    TokenContext context;
  };
  std::vector<Row> m_rows;
};

}  // namespace oscope::gui
