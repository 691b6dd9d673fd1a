// The bar that says what went wrong, where, and how to go on, with "Copy details".
#pragma once

#include <QWidget>

class QLabel;

namespace oscope::gui {

/// An error that the user can act on.
struct ErrorBarText {
  QString text, where, remedy;
};

/// Hidden until there is something to say.
class ErrorBar : public QWidget {
  Q_OBJECT

 public:
  explicit ErrorBar(QWidget* parent = nullptr);
  void showError(const ErrorBarText& error);
  QString text() const;

 private:
  QLabel* m_text;
  QString m_details;
};

}  // namespace oscope::gui
