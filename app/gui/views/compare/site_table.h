// A table of compared sites on the shared selection: the row that a user chooses selects its site everywhere, and a
// site that is selected elsewhere becomes the current row. Filling it selects nothing.
#pragma once

#include "app/gui/frame/cell_table.h"
#include "app/gui/views/compare/compare_cells.h"
#include "app/gui/views/view.h"

namespace oscope::gui {

class SiteTable : public CellTable {
  Q_OBJECT

 public:
  SiteTable(const ViewServices& services, const QString& accessibleName, QWidget* parent);
  /// The selected site's row is the current one; without it, the row that was current, else the first.
  void setRows(CellRows rows);
  /// Of the current row.
  std::optional<SiteId> currentSite() const;

 signals:
  /// Also by setRows().
  void currentSiteChanged();

 private:
  void choose();
  void follow();

  ViewServices m_services;
  std::vector<SiteId> m_sites;  ///< of the rows in the order that was given
};

}  // namespace oscope::gui
