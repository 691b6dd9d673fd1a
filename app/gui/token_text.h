// Tokens as people can read them.
#pragma once

#include <QString>

namespace oscope::gui {

/// White space made visible: line feed as ⏎, tab as ⇥, leading and trailing spaces as ␣.
QString visibleToken(QString token);

}  // namespace oscope::gui
