#include "app/gui/views/channels/evidence_model.h"

#include <QHash>
#include <algorithm>

#include "app/common/number_format.h"
#include "app/gui/frame/data_table.h"
#include "app/gui/theme.h"

namespace oscope::gui {

void EvidenceModel::setRows(const stats::SnapshotPtr& snapshot, const std::vector<stats::TokenEvidence>& evidence) {
  beginResetModel();
  m_rows.clear();
  for (const stats::TokenEvidence& item : evidence) {
    const auto place = snapshot->place(item.token);
    m_rows.push_back({item.absolute, item.token, place.sample, place.position, tokenContext(*snapshot, item.token)});
  }
  endResetModel();
}

QString EvidenceModel::summary() const {
  if (m_rows.empty()) return {};
  QHash<QString, int> times;
  QString most = m_rows.front().context.token;
  int first = 0;
  for (const Row& row : m_rows) {
    if (++times[row.context.token] > times[most]) most = row.context.token;
    first += row.position == 0 ? 1 : 0;
  }
  QStringList parts;
  if (times[most] > 1) parts << tr("%1 of %2 on “%3”").arg(times[most]).arg(m_rows.size()).arg(most);
  if (first > 0) parts << tr("%1 on the first token").arg(first);
  return parts.join(QStringLiteral(", "));
}

int EvidenceModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int EvidenceModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : ColumnCount;
}

QVariant EvidenceModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const Row& row = m_rows[static_cast<std::size_t>(index.row())];
  const QVariant numbers[] = {static_cast<double>(row.absolute), static_cast<qlonglong>(row.sample),
                              static_cast<qlonglong>(row.position)};
  switch (role) {
    case Qt::DisplayRole:
      if (index.column() == Value) return QString::fromStdString(app::formatRange(row.absolute));
      if (index.column() == Sample) return QString::fromStdString(app::formatCount(row.sample));
      if (index.column() == Position) return QString::fromStdString(app::formatCount(row.position));
      return row.context.before + row.context.token + row.context.after;
    case SortRole:
    case CsvRole:
      return index.column() == Token ? QVariant(row.context.token) : numbers[index.column()];
    case BeforeRole:
      return row.context.before;
    case TokenRole:
      return row.context.token;
    case AfterRole:
      return row.context.after;
    case Qt::TextAlignmentRole:
      return QVariant(index.column() == Token ? Qt::AlignLeft | Qt::AlignVCenter : Qt::AlignRight | Qt::AlignVCenter);
    case Qt::FontRole:
      return monoFont(12, index.column() == Value ? QFont::DemiBold : QFont::Normal);
    case Qt::ForegroundRole:
      return index.column() == Value ? theme().ink : theme().ink2;
    case Qt::ToolTipRole:
      return tr("%1\n%2[%3]%4").arg(row.context.place, row.context.before, row.context.token, row.context.after);
    default:
      return {};
  }
}

QVariant EvidenceModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole) {
    return QVariant(section == Token ? Qt::AlignLeft | Qt::AlignVCenter : Qt::AlignRight | Qt::AlignVCenter);
  }
  if (role != Qt::DisplayRole) return {};
  const QString heads[] = {tr("|x|"), tr("sample"), tr("pos."), tr("token in its context")};
  return heads[section];
}

}  // namespace oscope::gui
