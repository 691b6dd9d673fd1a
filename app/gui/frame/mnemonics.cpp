#include "app/gui/frame/mnemonics.h"

#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSet>
#include <QVector>
#include <functional>
#include <vector>

namespace oscope::gui {
namespace {

/// Without mnemonics; "&&" stands for the character.
QString plain(const QString& title) {
  QString text;
  for (qsizetype i = 0; i < title.size(); ++i) {
    if (title[i] == QLatin1Char('&') && i + 1 < title.size())
      text += title[i] == title[i + 1] ? title.mid(i++, 2) : title.mid(++i, 1);
    else if (title[i] != QLatin1Char('&'))
      text += title[i];
  }
  return text;
}

/// Places of letters in the order in which they are wanted: beginnings of words, then all others.
QVector<qsizetype> wantedPlaces(const QString& text) {
  QVector<qsizetype> first, other;
  const qsizetype end = text.indexOf(QLatin1Char('\t')) < 0 ? text.size() : text.indexOf(QLatin1Char('\t'));
  for (qsizetype i = 0; i < end; ++i) {
    if (!text[i].isLetterOrNumber()) continue;
    const bool begins = i == 0 || !text[i - 1].isLetterOrNumber();
    (begins ? first : other).append(i);
  }
  return first + other;
}

}  // namespace

QStringList withMnemonics(const QStringList& titles) {
  QStringList result;
  QSet<QChar> taken;
  for (const QString& title : titles) {
    QString text = plain(title);
    for (const qsizetype place : wantedPlaces(text)) {
      const QChar letter = text[place].toLower();
      if (taken.contains(letter)) continue;
      taken.insert(letter);
      text.insert(place, QLatin1Char('&'));
      break;
    }
    result << text;
  }
  return result;
}

void keepMnemonics(QMenu* menu) {
  const auto assign = [menu] {
    QList<QAction*> entries;
    QStringList titles;
    for (QAction* action : menu->actions()) {
      if (action->isSeparator() || action->text().isEmpty()) continue;
      entries << action;
      titles << action->text();
    }
    const QStringList marked = withMnemonics(titles);
    for (qsizetype i = 0; i < entries.size(); ++i) {
      if (entries[i]->text() != marked[i]) entries[i]->setText(marked[i]);
    }
  };
  QObject::connect(menu, &QMenu::aboutToShow, menu, assign);
  assign();
  for (QAction* action : menu->actions()) {
    if (action->menu() != nullptr) keepMnemonics(action->menu());
  }
}

void giveMnemonics(QWidget* dialog) {
  std::vector<std::function<void(const QString&)>> setters;
  QStringList titles;
  for (QWidget* child : dialog->findChildren<QWidget*>()) {
    auto* button = qobject_cast<QPushButton*>(child);
    auto* label = qobject_cast<QLabel*>(child);
    if (button != nullptr && !button->text().isEmpty()) {
      titles << button->text();
      setters.emplace_back([button](const QString& text) { button->setText(text); });
    } else if (label != nullptr && label->buddy() != nullptr) {
      titles << label->text();
      setters.emplace_back([label](const QString& text) { label->setText(text); });
    }
  }
  const QStringList marked = withMnemonics(titles);
  for (std::size_t i = 0; i < setters.size(); ++i) setters[i](marked[static_cast<qsizetype>(i)]);
}

}  // namespace oscope::gui
