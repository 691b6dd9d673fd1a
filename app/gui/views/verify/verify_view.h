// Verify: the form, then the report.
#pragma once

#include "app/gui/views/view.h"

class QLabel;
class QPushButton;
class QScrollArea;
class QStackedWidget;

namespace oscope::gui {

class ReportPage;
class VerifySetup;

class VerifyView : public View {
  Q_OBJECT

 public:
  VerifyView(const ViewServices& services, QWidget* parent);
  QWidget* headerControls() override { return m_controls; }
  QString subtitle() const override;
  bool canSavePicture() const override;
  FileWork savePicture(const QString& path) override;
  QString csv() const override;

  VerifySetup* setup() const { return m_setup; }
  ReportPage* page() const { return m_page; }
  bool showsReport() const;
  QString badge() const;
  /// The report as a page with its plots (.html) or for programs (.json).
  void saveReport(const QString& path);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void refresh();
  void chooseFile();

  ViewServices m_services;
  QWidget* m_controls;
  QLabel* m_badge;
  QPushButton *m_save, *m_again;
  QStackedWidget* m_pages;
  QScrollArea* m_scroll;
  VerifySetup* m_setup;
  ReportPage* m_page;
};

}  // namespace oscope::gui
