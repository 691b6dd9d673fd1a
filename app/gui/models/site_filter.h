// The filter language of the Sites dock and the Policy table.
#pragma once

#include <QString>
#include <functional>

#include "app/gui/document.h"

namespace oscope::gui {

/// Terms joined by `&` (or spaces) and `|`, `&` binding tighter; `!` negates, parentheses group. A term is
/// - a word that the site's name contains ("ffn_mid", "blocks.3"), in quotes where it is a word of the language;
/// - a policy ("dynamic", "lae", "static", "float"), "hand" for sites set by hand, "differs" for sites whose measured
///   SQNR is more than 2 dB off the predicted one;
/// - a comparison (> >= < <= = !=) of `range`, `first` (range without the first token), `block`, `predicted`,
/// `measured`
///   or `bits` (weights) with a number: "range > 150", "block<=3". A site without the value never matches.
struct SiteFilter {
  std::function<bool(const SiteRow&)> matches;
  QString error;  ///< what could not be read; then everything matches

  static SiteFilter parse(const QString& text);
};

/// One line that teaches the language, for tooltips.
QString siteFilterHelp();

/// `filter` with one more term that must hold too, and without it; "a | b" is put in parentheses first.
QString withTerm(const QString& filter, const QString& term);
QString withoutTerm(const QString& filter, const QString& term);
/// Whether `term` stands among the terms that must all hold.
bool hasTerm(const QString& filter, const QString& term);

/// Whether prediction and measurement are further apart than the 2 dB that a warning is worth.
bool predictionDiffers(const SiteRow& row);

}  // namespace oscope::gui
