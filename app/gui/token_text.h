// Tokens as people can read them.
#pragma once

#include <QString>
#include <cstdint>

namespace oscope::stats {
class Snapshot;
}

namespace oscope::gui {

/// White space made visible: line feed as ⏎, tab as ⇥, leading and trailing spaces as ␣; byte tokens ("<0x0A>") as
/// what they stand for.
QString visibleToken(QString token);

/// A token with its neighbours of the same sample, ready to be read: line feeds visible, nothing else changed.
struct TokenContext {
  QString before, token, after;
  QString place;  ///< "sample 41, position 307"
};
/// Up to `around` tokens on both sides. Where the snapshot has no text of a token, its id stands in ("#1234").
TokenContext tokenContext(const stats::Snapshot& snapshot, std::int64_t token, int around = 4);

}  // namespace oscope::gui
