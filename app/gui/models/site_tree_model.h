// Blocks with their sites: four policy marks a row and the largest range. Feeds the Sites dock.
#pragma once

#include <QAbstractItemModel>
#include <vector>

#include "app/gui/document.h"
#include "app/gui/models/site_filter.h"

namespace oscope::gui {

class SiteTreeModel : public QAbstractItemModel {
  Q_OBJECT

 public:
  enum Column { Name, AttnIn, AttnOut, FfnIn, FfnMid, MaxRange, ColumnCount };
  enum Role { PolicyRole = Qt::UserRole, OverriddenRole };

  explicit SiteTreeModel(Document& document, QObject* parent = nullptr);

  /// The site of a child row, nullopt for blocks.
  std::optional<SiteId> siteOf(const QModelIndex& index) const;
  QModelIndex indexOf(SiteId site) const;
  void setFilter(const SiteFilter& filter);
  int shownSites() const;

  QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
  QModelIndex parent(const QModelIndex& child) const override;
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  struct Block {
    std::int32_t block;
    std::vector<std::size_t> sites;  ///< indices into Document::rows(), those that the filter shows
  };
  /// What is shown of a row: only a difference here is worth a repaint.
  struct Shown {
    float range = 0;
    quant::Policy policy = quant::Policy::Static;
    bool overridden = false;
    friend bool operator==(const Shown&, const Shown&) = default;
  };
  void rebuild();

  Document& m_document;
  SiteFilter m_filter = SiteFilter::parse({});
  std::vector<Block> m_blocks;
  std::vector<Shown> m_shown;  ///< order of the document's rows
};

}  // namespace oscope::gui
