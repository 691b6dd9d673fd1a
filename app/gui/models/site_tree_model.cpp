#include "app/gui/models/site_tree_model.h"

#include <algorithm>

#include "app/common/number_format.h"
#include "app/gui/marks.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr quintptr kTopLevel = 0;  // children carry their block's row + 1

QString siteTitle(SiteKind kind) {
  return QString::fromUtf8(toString(kind).data());
}

}  // namespace

SiteTreeModel::SiteTreeModel(Document& document, QObject* parent) : QAbstractItemModel(parent), m_document(document) {
  connect(&document, &Document::rowsChanged, this, &SiteTreeModel::rebuild);
  rebuild();
}

void SiteTreeModel::rebuild() {
  std::vector<Block> blocks;
  const auto& rows = m_document.rows();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!m_filter.matches(rows[i])) continue;
    if (blocks.empty() || blocks.back().block != rows[i].id.block) blocks.push_back({rows[i].id.block, {}});
    blocks.back().sites.push_back(i);
  }
  std::vector<Shown> before;
  for (const SiteRow& row : rows) before.push_back({row.range, row.policy, row.overridden});
  m_shown.swap(before);
  const bool sameShape =
      std::equal(blocks.begin(), blocks.end(), m_blocks.begin(), m_blocks.end(),
                 [](const Block& a, const Block& b) { return a.block == b.block && a.sites == b.sites; });
  if (!sameShape) {
    beginResetModel();
    m_blocks = std::move(blocks);
    endResetModel();
    return;
  }
  // A drag changes few sites at a time: only their blocks are painted again.
  const bool comparable = before.size() == m_shown.size();
  for (int block = 0; block < static_cast<int>(m_blocks.size()); ++block) {
    const std::vector<std::size_t>& sites = m_blocks[static_cast<std::size_t>(block)].sites;
    const auto isNew = [&](std::size_t site) { return !comparable || before[site] != m_shown[site]; };
    if (std::none_of(sites.begin(), sites.end(), isNew)) continue;
    const QModelIndex top = index(block, 0);
    emit dataChanged(top, index(block, ColumnCount - 1));
    emit dataChanged(index(0, 0, top), index(rowCount(top) - 1, ColumnCount - 1, top));
  }
}

void SiteTreeModel::setFilter(const SiteFilter& filter) {
  m_filter = filter;
  rebuild();
}

int SiteTreeModel::shownSites() const {
  std::size_t count = 0;
  for (const Block& block : m_blocks) count += block.sites.size();
  return static_cast<int>(count);
}

std::optional<SiteId> SiteTreeModel::siteOf(const QModelIndex& index) const {
  if (!index.isValid() || index.internalId() == kTopLevel) return std::nullopt;
  const Block& block = m_blocks[index.internalId() - 1];
  return m_document.rows()[block.sites[static_cast<std::size_t>(index.row())]].id;
}

QModelIndex SiteTreeModel::indexOf(SiteId site) const {
  for (std::size_t b = 0; b < m_blocks.size(); ++b) {
    if (m_blocks[b].block != site.block) continue;
    for (std::size_t s = 0; s < m_blocks[b].sites.size(); ++s) {
      if (m_document.rows()[m_blocks[b].sites[s]].id == site) return createIndex(static_cast<int>(s), 0, b + 1);
    }
  }
  return {};
}

QModelIndex SiteTreeModel::index(int row, int column, const QModelIndex& parent) const {
  if (!hasIndex(row, column, parent)) return {};
  return createIndex(row, column, parent.isValid() ? static_cast<quintptr>(parent.row()) + 1 : kTopLevel);
}

QModelIndex SiteTreeModel::parent(const QModelIndex& child) const {
  if (!child.isValid() || child.internalId() == kTopLevel) return {};
  return createIndex(static_cast<int>(child.internalId()) - 1, 0, kTopLevel);
}

int SiteTreeModel::rowCount(const QModelIndex& parent) const {
  if (!parent.isValid()) return static_cast<int>(m_blocks.size());
  if (parent.internalId() != kTopLevel || parent.column() != 0) return 0;
  return static_cast<int>(m_blocks[static_cast<std::size_t>(parent.row())].sites.size());
}

int SiteTreeModel::columnCount(const QModelIndex&) const {
  return ColumnCount;
}

QVariant SiteTreeModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const bool isBlock = index.internalId() == kTopLevel;
  const Block& block = m_blocks[isBlock ? static_cast<std::size_t>(index.row()) : index.internalId() - 1];
  const auto& rows = m_document.rows();
  if (role == Qt::TextAlignmentRole && index.column() == MaxRange) return QVariant(Qt::AlignRight | Qt::AlignVCenter);
  if (role == Qt::FontRole && index.column() == MaxRange) return monoFont(12);

  if (index.column() >= AttnIn && index.column() <= FfnMid) {
    const SiteKind kind = kSiteKinds[static_cast<std::size_t>(index.column() - AttnIn)];
    for (std::size_t i = 0; i < block.sites.size(); ++i) {
      const SiteRow& row = rows[block.sites[i]];
      if (row.id.kind != kind || (!isBlock && static_cast<int>(i) != index.row())) continue;
      if (role == PolicyRole) return static_cast<int>(row.policy);
      if (role == OverriddenRole) return row.overridden;
      if (role == Qt::ToolTipRole || role == Qt::AccessibleTextRole) {
        return QStringLiteral("%1: %2, v = %3")
            .arg(QString::fromStdString(toString(row.id)), policyTitle(row.policy),
                 QString::fromStdString(app::formatRange(row.range)));
      }
    }
    return {};
  }
  if (isBlock) {
    if (role != Qt::DisplayRole) return {};
    if (index.column() == Name) return QString::number(block.block);
    float most = 0;
    for (std::size_t site : block.sites) most = std::max(most, rows[site].range);
    return QString::fromStdString(app::formatRange(most));
  }
  const SiteRow& row = rows[block.sites[static_cast<std::size_t>(index.row())]];
  if (role == Qt::DisplayRole) {
    return index.column() == Name ? siteTitle(row.id.kind) : QString::fromStdString(app::formatRange(row.range));
  }
  return {};
}

QVariant SiteTreeModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole) {
    return QVariant(section == Name       ? Qt::AlignLeft | Qt::AlignVCenter
                    : section == MaxRange ? Qt::AlignRight | Qt::AlignVCenter
                                          : Qt::AlignCenter);
  }
  if (role != Qt::DisplayRole) return {};
  static const char* const kTitles[] = {"Block", "attn\nin", "attn\nout", "ffn\nin", "ffn\nmid", "max v"};
  return QString::fromUtf8(kTitles[section]);
}

}  // namespace oscope::gui
