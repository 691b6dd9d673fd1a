// One field of a form: label above, the control, and under it a hint or the error with the value that would do.
#pragma once

#include <QWidget>

class QLabel;
class QLineEdit;
class QPushButton;

namespace oscope::gui {

class FormField : public QWidget {
  Q_OBJECT

 public:
  /// `control` becomes a child; `extra` stands right of it ("Browse…"). An empty title leaves no room for a label.
  FormField(const QString& title, QWidget* control, QWidget* extra = nullptr, QWidget* parent = nullptr);

  /// Said where there is no error.
  void setHint(const QString& text);
  /// `fix`: words of a button that mends it ("Use 37"); fixRequested() when it is pressed.
  void setError(const QString& text, const QString& fix = {});
  void clearError() { setError({}); }
  bool hasError() const { return !m_error.isEmpty(); }
  QString error() const { return m_error; }
  QPushButton* fixButton() const { return m_fix; }

 signals:
  void fixRequested();

 private:
  void refresh();

  QLabel* m_message;
  QPushButton* m_fix;
  QString m_hint, m_error;
};

/// A path with a button that opens a file dialog.
class PathField : public FormField {
  Q_OBJECT

 public:
  enum class Kind { OpenFile, SaveFile, Folder };
  PathField(const QString& title, Kind kind, const QString& filter, QWidget* parent = nullptr);
  QLineEdit* edit() const { return m_edit; }
  QString path() const;
  void setPath(const QString& path);

 signals:
  void pathChanged();

 private:
  void browse();

  Kind m_kind;
  QString m_filter;
  QLineEdit* m_edit;
  PathField(const QString& title, Kind kind, const QString& filter, QLineEdit* edit, QPushButton* browse,
            QWidget* parent);
};

}  // namespace oscope::gui
