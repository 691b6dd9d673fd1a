#include "app/gui/models/policy_table_model.h"

#include <algorithm>
#include <cmath>

#include "app/common/number_format.h"
#include "app/gui/marks.h"
#include "app/gui/models/site_reason.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

bool isFigure(int column) {
  using Model = PolicyTableModel;
  return column == Model::Range || column == Model::First || column == Model::Predicted || column == Model::Measured;
}

/// "int4 g128"; what differs between the site's linears is listed.
QString weightsOf(const quant::SitePlan& site) {
  QStringList schemes;
  for (const quant::LinearPlan& linear : site.linears) {
    const QString scheme = text(linear.scheme.describe());
    if (!schemes.contains(scheme)) schemes << scheme;
  }
  return schemes.join(QStringLiteral(", "));
}

QVariant orNothing(const std::optional<double>& value) {
  return value ? *value : std::nan("");
}

}  // namespace

PolicyTableModel::PolicyTableModel(const Document& document, QObject* parent)
    : QAbstractTableModel(parent), m_document(document) {
  refresh();
}

void PolicyTableModel::refresh() {
  const std::vector<SiteRow>& rows = m_document.rows();
  const bool sameSites = std::equal(rows.begin(), rows.end(), m_rows.begin(), m_rows.end(),
                                    [](const SiteRow& a, const SiteRow& b) { return a.id == b.id; });
  if (!sameSites) beginResetModel();
  m_rows = rows;
  m_reasons.clear();
  m_weights.clear();
  std::vector<double> ranges{m_document.v0(), m_document.v1()};
  for (std::size_t i = 0; i < m_rows.size(); ++i) {
    ranges.push_back(m_rows[i].range);
    m_reasons.push_back(shortReason(m_document, i));
    m_weights.push_back(weightsOf(m_document.plan()->sites[i]));
  }
  m_axis = logScale(ranges);
  if (!sameSites) {
    endResetModel();
  } else if (!m_rows.empty()) {
    emit dataChanged(index(0, 0), index(static_cast<int>(m_rows.size()) - 1, ColumnCount - 1));
  }
}

int PolicyTableModel::rowOf(SiteId site) const {
  const auto found = std::lower_bound(m_rows.begin(), m_rows.end(), site,
                                      [](const SiteRow& row, SiteId wanted) { return row.id < wanted; });
  return found == m_rows.end() || found->id != site ? -1 : static_cast<int>(found - m_rows.begin());
}

int PolicyTableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int PolicyTableModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(ColumnCount);
}

QString PolicyTableModel::display(int row, int column) const {
  const SiteRow& site = m_rows[static_cast<std::size_t>(row)];
  switch (column) {
    case Site:
      return QStringLiteral("%1  %2").arg(site.id.block).arg(QString::fromUtf8(toString(site.id.kind).data()));
    case Range:
      return site.range > 0 ? text(app::formatRange(site.range)) : tr("dead");
    case First:
      return text(app::formatRange(site.rangeWithoutFirst));
    case PolicyColumn:
      return policyTitle(site.policy);
    case Reason:
      return m_reasons[static_cast<std::size_t>(row)];
    case Predicted:
      return text(app::formatDb(site.predictedDb));
    case Measured:
      return text(app::formatDb(site.measuredDb));
    case Weights:
      return m_weights[static_cast<std::size_t>(row)];
    default:
      return {};
  }
}

QVariant PolicyTableModel::exact(int row, int column) const {
  const SiteRow& site = m_rows[static_cast<std::size_t>(row)];
  if (column == Range || column == Strip) return static_cast<double>(site.range);
  if (column == First) return static_cast<double>(site.rangeWithoutFirst);
  if (column == Predicted) return orNothing(site.predictedDb);
  if (column == Measured) return orNothing(site.measuredDb);
  return {};
}

QString PolicyTableModel::toolTip(int row, int column) const {
  const SiteRow& site = m_rows[static_cast<std::size_t>(row)];
  const auto at = static_cast<std::size_t>(row);
  if (column == Reason || column == PolicyColumn) return fullReason(m_document, at);
  if (column == Measured && predictionDiffers(site)) {
    return tr("predicted %1 dB, measured %2 dB: more than 2 dB apart")
        .arg(text(app::formatDb(site.predictedDb)), text(app::formatDb(site.measuredDb)));
  }
  if (column == Measured && !site.measuredDb) return tr("Measured when an export with this policy is verified");
  if (column == Weights) {
    QStringList lines;
    for (const quant::LinearPlan& linear : m_document.plan()->sites[at].linears) {
      lines << QStringLiteral("%1: %2").arg(text(linear.module), text(linear.scheme.describe()));
    }
    return lines.join(QLatin1Char('\n'));
  }
  return QStringLiteral("%1\nv = %2, %3 without first token\n%4")
      .arg(text(toString(site.id)), text(app::formatRange(site.range)), text(app::formatRange(site.rangeWithoutFirst)),
           m_weights[at]);
}

QVariant PolicyTableModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const SiteRow& site = row(index.row());
  switch (role) {
    case Qt::DisplayRole:
      return display(index.row(), index.column());
    case Qt::ToolTipRole:
      return toolTip(index.row(), index.column());
    case Qt::TextAlignmentRole:
      return QVariant((isFigure(index.column()) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case Qt::FontRole:
      return isFigure(index.column()) ? monoFont(12) : uiFont(12);
    case SortRole:
      if (index.column() == Site) return index.row();
      if (index.column() == PolicyColumn) return static_cast<int>(site.policy);
      return exact(index.row(), index.column());
    case CsvRole:
      if (index.column() == Site) return text(toString(site.id));
      if (index.column() == PolicyColumn) return QString::fromUtf8(quant::toString(site.policy).data());
      return exact(index.row(), index.column());
    default:
      return {};
  }
}

QVariant PolicyTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == CsvRole && section == Strip) return false;
  if (role == Qt::TextAlignmentRole) {
    return QVariant((isFigure(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
  }
  if (role == Qt::ToolTipRole) {
    switch (section) {
      case Range:
        return tr("Range v = max |x| over all calibration tokens and channels");
      case First:
        return tr("Range without the first token of each sample");
      case Predicted:
        return tr("Predicted output SQNR of the site's linears, dB");
      case Measured:
        return tr("Output SQNR that verification measured under this policy, dB");
      default:
        return tr("Click sorts, Shift+click adds a second key");
    }
  }
  if (role != Qt::DisplayRole) return {};
  const QString titles[] = {tr("Site"),   tr("Range v"),       QString(),          tr("w/o first"), tr("Policy"),
                            tr("Reason"), tr("Predicted, dB"), tr("Measured, dB"), tr("Weights")};
  return titles[section];
}

PolicySorter::PolicySorter(PolicyTableModel* model, QObject* parent) : TableSorter(parent), m_model(model) {
  setSourceModel(model);
}

void PolicySorter::setFilter(const SiteFilter& filter) {
  m_filter = filter;
  invalidateFilter();
}

QModelIndex PolicySorter::indexOf(SiteId site) const {
  const int row = m_model->rowOf(site);
  return row < 0 ? QModelIndex() : mapFromSource(m_model->index(row, 0));
}

bool PolicySorter::filterAcceptsRow(int row, const QModelIndex&) const {
  return m_filter.matches(m_model->row(row));
}

}  // namespace oscope::gui
