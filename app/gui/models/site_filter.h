// The filter language of the Sites dock and the Policy table.
#pragma once

#include <QString>
#include <functional>

#include "app/gui/document.h"

namespace oscope::gui {

/// A conjunction of terms joined by `&` (or spaces): a word that the site's name contains ("ffn_mid", "blocks.3"), a
/// policy ("dynamic", "lae", "static", "float"), "hand" for overridden sites, or a comparison of `range`, `first`
/// (range without the first token), `block`, `predicted`, `measured` with a number: "range > 150", "block<=3".
struct SiteFilter {
  std::function<bool(const SiteRow&)> matches;
  QString error;  ///< what could not be read; then everything matches

  static SiteFilter parse(const QString& text);
};

}  // namespace oscope::gui
