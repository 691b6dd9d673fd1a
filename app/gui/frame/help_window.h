// F1: one page for each view, and pages on calibration, the filter language and the keyboard.
#pragma once

#include <QStringList>
#include <QWidget>

class QListWidget;
class QTextBrowser;

namespace oscope::gui {

/// Ids of all pages in the order of the list: the views and what belongs to no view. Files are :/help/<id>.html.
QStringList helpPages();

class HelpWindow : public QWidget {
  Q_OBJECT

 public:
  explicit HelpWindow(QWidget* parent);
  void showPage(const QString& id);
  /// The window shows another view: its page, where the help is open.
  void follow(const QString& id);
  const QString& page() const { return m_page; }
  QTextBrowser* browser() const { return m_browser; }

 protected:
  void changeEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void load(const QString& id);

  QListWidget* m_list;
  QTextBrowser* m_browser;
  QString m_page;
};

}  // namespace oscope::gui
