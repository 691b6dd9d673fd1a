// The dashed field that says what can be dropped, and whether what is above it can be.
#pragma once

#include <QMimeData>
#include <QWidget>

namespace oscope::gui {

/// The first local path of a drag that could be opened: a folder, .h5, .oscope or .json. Empty: none.
QString droppablePath(const QMimeData& data);

/// Dropping itself is the window's; this shows it.
class DropZone : public QWidget {
  Q_OBJECT

 public:
  explicit DropZone(QWidget* parent = nullptr);
  /// A drag of this path is over the window; empty: none.
  void setDragged(const QString& path);
  const QString& dragged() const { return m_dragged; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QString m_dragged;
};

}  // namespace oscope::gui
