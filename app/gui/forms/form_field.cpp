#include "app/gui/forms/form_field.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStyle>
#include <QVBoxLayout>

#include "app/gui/frame/widgets.h"

namespace oscope::gui {

FormField::FormField(const QString& title, QWidget* control, QWidget* extra, QWidget* parent) : QWidget(parent) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  if (!title.isEmpty()) {
    QLabel* label = makeLabel(title, "label", this);
    label->setBuddy(control);
    if (control->accessibleName().isEmpty()) control->setAccessibleName(title);
    column->addWidget(label);
  }
  auto* row = new QHBoxLayout;
  row->setSpacing(8);
  row->addWidget(control, 1);
  if (extra != nullptr) row->addWidget(extra);
  column->addLayout(row);
  auto* below = new QHBoxLayout;
  below->setSpacing(6);
  m_message = makeLabel({}, "hint", this);
  m_message->setWordWrap(true);
  m_fix = new QPushButton(this);
  m_fix->setProperty("class", "link");
  m_fix->setCursor(Qt::PointingHandCursor);
  below->addWidget(m_message, 1);
  below->addWidget(m_fix, 0, Qt::AlignTop);
  column->addLayout(below);
  connect(m_fix, &QPushButton::clicked, this, &FormField::fixRequested);
  refresh();
}

void FormField::setHint(const QString& text) {
  m_hint = text;
  refresh();
}

void FormField::setError(const QString& text, const QString& fix) {
  m_error = text;
  m_fix->setText(fix);
  refresh();
}

void FormField::refresh() {
  const bool failed = !m_error.isEmpty();
  m_message->setProperty("class", failed ? "error" : "hint");
  m_message->style()->unpolish(m_message);
  m_message->style()->polish(m_message);
  m_message->setText(failed ? m_error : m_hint);
  m_message->setVisible(!m_message->text().isEmpty());
  m_fix->setVisible(failed && !m_fix->text().isEmpty());
}

PathField::PathField(const QString& title, Kind kind, const QString& filter, QWidget* parent)
    : PathField(title, kind, filter, new QLineEdit, new QPushButton(tr("Browse…")), parent) {}

PathField::PathField(const QString& title, Kind kind, const QString& filter, QLineEdit* edit, QPushButton* browse,
                     QWidget* parent)
    : FormField(title, edit, browse, parent), m_kind(kind), m_filter(filter), m_edit(edit) {
  connect(edit, &QLineEdit::textChanged, this, &PathField::pathChanged);
  connect(browse, &QPushButton::clicked, this, &PathField::browse);
}

QString PathField::path() const {
  return m_edit->text().trimmed();
}

void PathField::setPath(const QString& path) {
  m_edit->setText(path);
}

void PathField::browse() {
  QString chosen;
  switch (m_kind) {
    case Kind::OpenFile:
      chosen = QFileDialog::getOpenFileName(this, m_edit->accessibleName(), path(), m_filter);
      break;
    case Kind::SaveFile:
      // What is there is replaced only when the new file is complete; the form says so itself.
      chosen = QFileDialog::getSaveFileName(this, m_edit->accessibleName(), path(), m_filter, nullptr,
                                            QFileDialog::DontConfirmOverwrite);
      break;
    case Kind::Folder:
      chosen = QFileDialog::getExistingDirectory(this, m_edit->accessibleName(), path());
      break;
  }
  if (!chosen.isEmpty()) setPath(chosen);
}

}  // namespace oscope::gui
