#include "app/gui/frame/window_state.h"

#include "app/common/number_format.h"
#include "app/gui/document.h"
#include "app/gui/frame/site_steps.h"
#include "app/gui/frame/view_frame.h"
#include "app/gui/view_context.h"

namespace oscope::gui {
namespace {

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

std::optional<std::int64_t> optionalNumber(const Json& state, const char* key) {
  const auto found = state.find(key);
  return found != state.end() && fitsInt64(*found) ? std::optional(found->get<std::int64_t>()) : std::nullopt;
}

std::string optionalText(const Json& state, const char* key) {
  const auto found = state.find(key);
  return found != state.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

QString selectionText(const Document& document, const ViewContext& context) {
  if (document.snapshot() == nullptr) return QObject::tr("Not calibrated");
  const auto count = [](std::size_t sites) {
    return sites == 1 ? QObject::tr("1 site") : QObject::tr("%1 sites").arg(text(app::formatCount(sites)));
  };
  QString words = count(document.rows().size());
  const Selection& selection = context.selection();
  if (selection.sites.size() > 1) words += QObject::tr("   ·   selected: %1").arg(count(selection.sites.size()));
  if (selection.sites.size() != 1) return words;
  words += QObject::tr("   ·   selected: block %1 · %2")
               .arg(selection.current->block)
               .arg(QString::fromUtf8(toString(selection.current->kind).data()));
  if (selection.channel) words += QObject::tr(" · channel %1").arg(text(app::formatCount(*selection.channel)));
  return words;
}

QString workspaceText(const Document& document) {
  const std::size_t overrides = document.recipe().overrides.size();
  QString words = QObject::tr("recipe %1 · %2")
                      .arg(text(document.recipe().name),
                           overrides == 1 ? QObject::tr("1 override") : QObject::tr("%1 overrides").arg(overrides));
  if (const auto snapshot = document.snapshot()) {
    const stats::Provenance& from = snapshot->provenance();
    words += QObject::tr("      snapshot %1 · %2 tokens · %3")
                 .arg(text(snapshot->contentHash().substr(0, 8)), text(app::formatCount(from.samples * from.length)),
                      text(from.dataSource));
  }
  if (document.model() == nullptr) words += QObject::tr("      no checkpoint");
  return words;
}

RecentFile recentEntry(const Document& document) {
  RecentFile file;
  file.title = document.title();
  if (!document.filePath().isEmpty()) {
    file.path = document.filePath();
    file.kind = QObject::tr("workspace");
  } else if (document.snapshot()) {
    file.path = text(document.workspace().snapshot.string());
    file.kind = document.model() ? QObject::tr("snapshot") : QObject::tr("snapshot, no checkpoint");
  } else {
    file.path = text(document.workspace().model.string());
    file.kind = QObject::tr("model folder");
  }
  for (const SiteRow& row : document.rows()) ++file.counts[static_cast<std::size_t>(row.policy)];
  return file;
}

Json captureWindowState(const ViewContext& context, const ViewFrame& frame) {
  Json state;
  state["view"] = context.view().toStdString();
  Json sites = Json::array();
  for (SiteId site : context.selection().sites) sites.push_back(toString(site));
  state["sites"] = std::move(sites);
  if (context.selection().current) state["current"] = toString(*context.selection().current);
  if (context.selection().channel) state["channel"] = *context.selection().channel;
  if (context.selection().token) state["token"] = *context.selection().token;
  state["filter"] = context.filter().toStdString();
  state["views"] = frame.states();
  return state;
}

void restoreWindowState(const Json& state, const Document& document, ViewContext& context, ViewFrame& frame) {
  const bool known = state.is_object();
  const auto views = known ? state.find("views") : state.end();
  frame.setStates(known && views != state.end() ? *views : Json::object());
  if (!known) return;
  Selection selection;
  if (const auto sites = state.find("sites"); sites != state.end() && sites->is_array()) {
    for (const Json& name : *sites) {
      const auto site = name.is_string() ? parseSiteId(name.get<std::string>()) : std::nullopt;
      if (site && document.indexOf(*site)) selection.sites.insert(*site);
    }
  }
  const auto current = parseSiteId(optionalText(state, "current"));
  if (current && selection.sites.count(*current) != 0) {
    selection.current = current;
    const std::int64_t channels = document.snapshot()->site(*current).channels;
    const auto channel = optionalNumber(state, "channel");
    if (channel && *channel >= 0 && *channel < channels) selection.channel = channel;
  } else if (!selection.sites.empty()) {
    selection.current = *selection.sites.begin();
  }
  const QString view = text(optionalText(state, "view"));
  if (hasView(view)) context.show(view);
  context.select(std::move(selection));
  context.setFilter(text(optionalText(state, "filter")));
}

}  // namespace oscope::gui
