// Letters for menus: every entry gets one of its own.
#pragma once

#include <QString>
#include <QStringList>

class QMenu;
class QWidget;

namespace oscope::gui {

/// The titles with an "&" in front of a letter that none of the others has: beginnings of words first. Titles that find
/// no free letter stay without.
QStringList withMnemonics(const QStringList& titles);

/// Keeps the entries of a menu and of its submenus so, also where they change before it is shown.
void keepMnemonics(QMenu* menu);

/// The same for the buttons of a dialog and for the labels of its fields, in the order in which they were made.
void giveMnemonics(QWidget* dialog);

}  // namespace oscope::gui
