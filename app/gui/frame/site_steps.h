// Where the keyboard goes: from site to site, and down and up between the views.
#pragma once

#include <QString>

namespace oscope::gui {

class Document;
class ViewContext;

/// Whether a view of this id is registered.
bool hasView(const QString& id);

/// J and K: the next or previous site that the filter shows becomes the selection; around at the ends.
void stepSite(const Document& document, ViewContext& context, int direction);

/// Enter: from a site to its channels, from a channel to its distribution. False where there is nothing below.
bool drillDown(ViewContext& context);
/// Backspace: from the distribution to the channels, from a channel to its site, from the channels to the ranges.
bool drillUp(ViewContext& context);

}  // namespace oscope::gui
