// What all views share beyond the document: selection, hover, the thresholds under the mouse, and the way back.
#pragma once

#include <QObject>
#include <QString>
#include <optional>
#include <set>
#include <vector>

#include "analysis/base/ids.h"
#include "analysis/base/json.h"

namespace oscope::gui {

/// One selection for all views: several sites, one of them current; one channel; one token (index over the snapshot).
struct Selection {
  std::set<SiteId> sites;
  std::optional<SiteId> current;
  std::optional<std::int64_t> channel;
  std::optional<std::int64_t> token;
  friend bool operator==(const Selection&, const Selection&) = default;
};

class ViewContext : public QObject {
  Q_OBJECT

 public:
  explicit ViewContext(QObject* parent = nullptr) : QObject(parent) {}

  const Selection& selection() const { return m_selection; }
  void select(Selection selection);
  void selectSite(SiteId site);
  void selectSites(std::set<SiteId> sites);
  void selectChannel(std::optional<std::int64_t> channel);
  void selectToken(std::optional<std::int64_t> token);
  void clear() { select({}); }

  std::optional<SiteId> hovered() const { return m_hovered; }
  void hover(std::optional<SiteId> site);

  /// The view shown and the way back (Alt+Left / Alt+Right): a place is a view with its selection and state.
  const QString& view() const { return m_view; }
  void show(const QString& view);
  /// Another workspace: no view, no selection, no way back.
  void forget();
  bool canGoBack() const { return m_place > 0; }
  bool canGoForward() const { return m_place + 1 < m_places.size(); }
  void goBack();
  void goForward();
  /// What the shown view wants back when this place is visited again (see leaving()).
  void rememberState(Json state);

  /// The filter of the Sites dock and the Policy table ("ffn_mid & range>150").
  const QString& filter() const { return m_filter; }
  void setFilter(const QString& filter);

 signals:
  void selectionChanged(const oscope::gui::Selection& selection);
  void hoverChanged(std::optional<oscope::SiteId> site);
  /// The shown view is about to be left: the moment for rememberState().
  void leaving();
  void viewChanged(const QString& view);
  /// A place on the way was visited again, with the state that its view had then.
  void revisited(const oscope::Json& state);
  void historyChanged();
  void filterChanged(const QString& filter);

 private:
  struct Place {  // NOLINT(bugprone-exception-escape): moving a Json doesn't throw
    QString view;
    Selection selection;
    Json state;
  };
  void visit(std::size_t place);

  Selection m_selection;
  std::optional<SiteId> m_hovered;
  QString m_view, m_filter;
  std::vector<Place> m_places;
  std::size_t m_place = 0;
};

}  // namespace oscope::gui
