#include "app/gui/view_context.h"

namespace oscope::gui {

void ViewContext::select(Selection selection) {
  if (selection == m_selection) return;
  m_selection = std::move(selection);
  if (!m_places.empty()) m_places[m_place].selection = m_selection;
  emit selectionChanged(m_selection);
}

void ViewContext::selectSite(SiteId site) {
  Selection next;
  next.sites = {site};
  next.current = site;
  select(std::move(next));
}

void ViewContext::selectSites(std::set<SiteId> sites) {
  Selection next;
  if (!sites.empty()) next.current = *sites.begin();
  if (m_selection.current && sites.count(*m_selection.current) != 0) next.current = m_selection.current;
  next.sites = std::move(sites);
  select(std::move(next));
}

void ViewContext::selectChannel(std::optional<std::int64_t> channel) {
  Selection next = m_selection;
  next.channel = channel;
  select(std::move(next));
}

void ViewContext::selectToken(std::optional<std::int64_t> token) {
  Selection next = m_selection;
  next.token = token;
  select(std::move(next));
}

void ViewContext::hover(std::optional<SiteId> site) {
  if (site == m_hovered) return;
  m_hovered = site;
  emit hoverChanged(site);
}

void ViewContext::show(const QString& view) {
  if (view == m_view) return;
  emit leaving();
  if (!m_places.empty()) m_places.resize(m_place + 1);
  m_places.push_back({view, m_selection, {}});
  m_place = m_places.size() - 1;
  m_view = view;
  emit viewChanged(m_view);
  emit historyChanged();
}

void ViewContext::rememberState(Json state) {
  if (!m_places.empty()) m_places[m_place].state = std::move(state);
}

void ViewContext::visit(std::size_t place) {
  emit leaving();
  m_place = place;
  const Place target = m_places[place];
  m_view = target.view;
  select(target.selection);
  emit viewChanged(m_view);
  emit revisited(target.state);
  emit historyChanged();
}

void ViewContext::forget() {
  m_places.clear();
  m_place = 0;
  m_view.clear();
  clear();
  setFilter({});
  emit historyChanged();
}

void ViewContext::goBack() {
  if (canGoBack()) visit(m_place - 1);
}

void ViewContext::goForward() {
  if (canGoForward()) visit(m_place + 1);
}

void ViewContext::setFilter(const QString& filter) {
  if (filter == m_filter) return;
  m_filter = filter;
  emit filterChanged(filter);
}

}  // namespace oscope::gui
