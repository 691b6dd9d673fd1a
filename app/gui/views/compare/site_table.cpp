#include "app/gui/views/compare/site_table.h"

#include <algorithm>

#include "app/gui/document.h"
#include "app/gui/view_context.h"

namespace oscope::gui {

SiteTable::SiteTable(const ViewServices& services, const QString& accessibleName, QWidget* parent)
    : CellTable(accessibleName, parent), m_services(services) {
  connect(this, &CellTable::rowChosen, this, &SiteTable::choose);
  connect(selectionModel(), &QItemSelectionModel::currentRowChanged, this, &SiteTable::currentSiteChanged);
  connect(&services.context, &ViewContext::selectionChanged, this, &SiteTable::follow);
}

void SiteTable::setRows(CellRows rows) {
  m_sites = std::move(rows.sites);
  setTable(std::move(rows.columns), std::move(rows.rows), true);
  follow();
  emit currentSiteChanged();
}

std::optional<SiteId> SiteTable::currentSite() const {
  const auto row = static_cast<std::size_t>(currentRow());  // −1 lies beyond all
  return row < m_sites.size() ? std::optional(m_sites[row]) : std::nullopt;
}

void SiteTable::choose() {
  const std::optional<SiteId> site = currentSite();
  if (site && m_services.document.indexOf(*site)) m_services.context.selectSite(*site);
}

void SiteTable::follow() {
  const auto selected = m_services.context.selection().current;
  const auto found = selected ? std::find(m_sites.begin(), m_sites.end(), *selected) : m_sites.end();
  if (found != m_sites.end()) setCurrentRow(static_cast<int>(found - m_sites.begin()));
}

}  // namespace oscope::gui
