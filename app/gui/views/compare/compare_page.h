// One mode of the Compare view.
#pragma once

#include <QWidget>

#include "app/gui/jobs/file_work.h"

namespace oscope::gui {

class ComparePage : public QWidget {
  Q_OBJECT

 public:
  using QWidget::QWidget;
  /// What the header says beside the title: "12 of 32 sites differ, 3 get another policy".
  virtual QString summary() const = 0;
  virtual QString csv() const = 0;
  virtual bool canSavePicture() const { return false; }
  virtual FileWork savePicture(const QString& path) { return (void)path, nullptr; }
  virtual bool escape() { return false; }

 signals:
  void summaryChanged();
  /// What is shown is about to be replaced, or has been.
  void loading(bool loading);
};

}  // namespace oscope::gui
