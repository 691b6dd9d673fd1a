#include "app/gui/models/runtime_table_model.h"

#include "app/gui/icons.h"
#include "app/gui/theme.h"

namespace oscope::gui {

void RuntimeTableModel::setRuntimes(std::vector<quant::RuntimeTruth> runtimes) {
  beginResetModel();
  m_runtimes = std::move(runtimes);
  endResetModel();
}

int RuntimeTableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_runtimes.size());
}

int RuntimeTableModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : kColumns;
}

QVariant RuntimeTableModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const quant::RuntimeTruth& truth = m_runtimes[static_cast<std::size_t>(index.row())];
  if (role == Qt::DecorationRole && index.column() == kAsChosen) {
    return truth.exact ? iconPixmap(QStringLiteral("check"), theme().ok, 14, 2)
                       : iconPixmap(QStringLiteral("warning"), theme().warning, 14, 2);
  }
  if (role == Qt::FontRole && index.column() == kRuntime) return uiFont(12, QFont::Medium);
  if (role == Qt::ForegroundRole && index.column() == kLayers) return theme().ink2;
  if (role != Qt::DisplayRole && role != Qt::ToolTipRole) return {};
  switch (index.column()) {
    case kRuntime:
      return QString::fromStdString(truth.runtime);
    case kLayers:
      return QString::fromStdString(truth.layers);
    case kExecutes:
      return QString::fromStdString(truth.executes);
    case kAsChosen:
      return truth.exact ? tr("as chosen") : tr("something else");
    default:
      return {};
  }
}

QVariant RuntimeTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  switch (section) {
    case kRuntime:
      return tr("Runtime");
    case kLayers:
      return tr("Layers");
    case kExecutes:
      return tr("Executes");
    case kAsChosen:
      return tr("Runs");
    default:
      return {};
  }
}

}  // namespace oscope::gui
