// What the window says and keeps about the open workspace: status texts, the recent entry, selection and zoom.
#pragma once

#include <QString>

#include "analysis/base/json.h"
#include "app/gui/frame/session_state.h"

namespace oscope::gui {

class Document;
class ViewContext;
class ViewFrame;

/// "128 sites · selected: block 1 · ffn_mid".
QString selectionText(const Document& document, const ViewContext& context);
/// Recipe, overrides and snapshot in one line.
QString workspaceText(const Document& document);
RecentFile recentEntry(const Document& document);

/// View, selection, filter and the views' own states, for Workspace::view; and back. What is not there (any more) is
/// left out: an older workspace opens as if it were new.
Json captureWindowState(const ViewContext& context, const ViewFrame& frame);
void restoreWindowState(const Json& state, const Document& document, ViewContext& context, ViewFrame& frame);

}  // namespace oscope::gui
