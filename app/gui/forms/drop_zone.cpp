#include "app/gui/forms/drop_zone.h"

#include <QFileInfo>
#include <QPainter>
#include <QUrl>

#include "app/gui/icons.h"

namespace oscope::gui {

QString droppablePath(const QMimeData& data) {
  for (const QUrl& url : data.urls()) {
    if (!url.isLocalFile()) continue;
    const QFileInfo file(url.toLocalFile());
    const QString suffix = file.suffix().toLower();
    if (file.isDir() || suffix == QLatin1String("h5") || suffix == QLatin1String("oscope") ||
        suffix == QLatin1String("json")) {
      return file.filePath();
    }
  }
  return {};
}

DropZone::DropZone(QWidget* parent) : QWidget(parent) {
  setMinimumHeight(70);
}

void DropZone::setDragged(const QString& path) {
  m_dragged = path;
  update();
}

void DropZone::paintEvent(QPaintEvent*) {
  const Theme& t = theme();
  const bool active = !m_dragged.isEmpty();
  const QString words =
      active ? tr("Drop to open %1").arg(QFileInfo(m_dragged).fileName())
             : tr("Or drop a model folder, a snapshot (.oscope.h5), a workspace (.oscope) or a recipe (.json) here");
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(active ? t.accent : t.borderStrong, 1.5, Qt::DashLine));
  painter.setBrush(active ? QBrush(t.accentSoft) : Qt::NoBrush);
  painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 8, 8);
  painter.setFont(uiFont(12, active ? QFont::DemiBold : QFont::Normal));
  const int width = painter.fontMetrics().horizontalAdvance(words);
  const int left = (this->width() - width - 24) / 2, middle = height() / 2;
  painter.drawPixmap(left, middle - 8,
                     iconPixmap(QStringLiteral("save"), active ? t.accent : t.ink2, 16, devicePixelRatioF()));
  painter.setPen(active ? t.ink : t.ink2);
  painter.drawText(QRect(left + 24, 0, width + 4, height()), Qt::AlignVCenter | Qt::AlignLeft, words);
}

}  // namespace oscope::gui
