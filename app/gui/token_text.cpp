#include "app/gui/token_text.h"

#include <QRegularExpression>
#include <algorithm>

#include "analysis/stats/snapshot.h"

namespace oscope::gui {
namespace {

/// Byte tokens ("<0x0A>") as the text that their bytes make; everything else as it is.
QString withBytes(const QString& text) {
  static const QRegularExpression run(QStringLiteral("(?:<0x[0-9A-F]{2}>)+"));
  QString plain;
  qsizetype end = 0;
  for (auto matches = run.globalMatch(text); matches.hasNext();) {
    const QRegularExpressionMatch match = matches.next();
    QByteArray bytes;
    for (qsizetype i = match.capturedStart(); i < match.capturedEnd(); i += 6) {
      bytes.append(static_cast<char>(text.mid(i + 3, 2).toInt(nullptr, 16)));
    }
    plain += text.mid(end, match.capturedStart() - end) + QString::fromUtf8(bytes);
    end = match.capturedEnd();
  }
  return plain + text.mid(end);
}

}  // namespace

QString visibleToken(QString token) {
  token = withBytes(token);
  token.replace(QLatin1Char('\n'), QStringLiteral("⏎")).replace(QLatin1Char('\t'), QStringLiteral("⇥"));
  token.replace(QStringLiteral("▁"), QStringLiteral(" "));
  qsizetype leading = 0;
  while (leading < token.size() && token[leading] == QLatin1Char(' ')) token[leading++] = QChar(0x2423);
  for (qsizetype i = token.size() - 1; i > leading && token[i] == QLatin1Char(' '); --i) token[i] = QChar(0x2423);
  return token;
}

TokenContext tokenContext(const stats::Snapshot& snapshot, std::int64_t token, int around) {
  const auto textOf = [&](std::int64_t index) {
    const auto place = snapshot.place(index);
    return place.text.empty() ? QStringLiteral("#%1").arg(place.id) : QString::fromStdString(place.text);
  };
  const auto running = [&](std::int64_t first, std::int64_t last) {
    QString text;
    for (std::int64_t index = first; index < last; ++index) text += textOf(index);
    text = withBytes(text);
    text.replace(QStringLiteral("▁"), QStringLiteral(" ")).replace(QLatin1Char('\t'), QStringLiteral("⇥"));
    return text.replace(QLatin1Char('\n'), QStringLiteral("⏎"));
  };
  const auto place = snapshot.place(token);
  const std::int64_t start = token - place.position, end = start + snapshot.provenance().length;
  TokenContext context;
  context.before = running(std::max(start, token - around), token);
  context.token = visibleToken(textOf(token));
  context.after = running(token + 1, std::min(end, token + 1 + around));
  context.place = QStringLiteral("sample %1, position %2").arg(place.sample).arg(place.position);
  return context;
}

}  // namespace oscope::gui
