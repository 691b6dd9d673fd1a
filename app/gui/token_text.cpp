#include "app/gui/token_text.h"

namespace oscope::gui {

QString visibleToken(QString token) {
  token.replace(QLatin1Char('\n'), QStringLiteral("⏎")).replace(QLatin1Char('\t'), QStringLiteral("⇥"));
  token.replace(QStringLiteral("▁"), QStringLiteral(" "));
  qsizetype leading = 0;
  while (leading < token.size() && token[leading] == QLatin1Char(' ')) token[leading++] = QChar(0x2423);
  for (qsizetype i = token.size() - 1; i > leading && token[i] == QLatin1Char(' '); --i) token[i] = QChar(0x2423);
  return token;
}

}  // namespace oscope::gui
