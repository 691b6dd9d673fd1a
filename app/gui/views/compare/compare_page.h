// One mode of the Compare view.
#pragma once

#include <QWidget>

namespace oscope::gui {

class ComparePage : public QWidget {
  Q_OBJECT

 public:
  using QWidget::QWidget;
  /// What the header says beside the title: "12 of 32 sites differ, 3 get another policy".
  virtual QString summary() const = 0;
  virtual QString csv() const = 0;
  virtual bool canSavePicture() const { return false; }
  virtual void savePicture(const QString& path) { Q_UNUSED(path); }
  virtual bool escape() { return false; }

 signals:
  void summaryChanged();
};

}  // namespace oscope::gui
