#include "app/gui/frame/table_menu.h"

#include <QActionGroup>
#include <QFileDialog>
#include <QFontMetricsF>
#include <QMenu>
#include <QMessageBox>
#include <QPainter>
#include <QSaveFile>
#include <algorithm>

#include "analysis/base/error.h"
#include "app/gui/frame/data_table.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr int kMarkHeight = 2;
constexpr double kTitleMargin = 8, kArrowGap = 8, kArrowHalf = 3.5;

void saveTable(DataTable* table) {
  QString path = QFileDialog::getSaveFileName(table, QObject::tr("Save table"), table->accessibleName(),
                                              QObject::tr("CSV table (*.csv)"));
  if (path.isEmpty()) return;
  if (!path.endsWith(QLatin1String(".csv"), Qt::CaseInsensitive)) path += QStringLiteral(".csv");
  try {
    saveCsv(path, table->csv());
  } catch (const Error& error) {
    QMessageBox::warning(table, QObject::tr("Save table"),
                         QStringLiteral("%1\n%2\n%3")
                             .arg(QString::fromStdString(error.text()), QString::fromStdString(error.where()),
                                  QString::fromStdString(error.remedy())));
  }
}

void addSorting(QMenu* menu, DataTable* table, int column) {
  const QString head = table->headText(column);
  if (!head.isEmpty()) {
    const auto add = [&](const QString& words, const QKeySequence& keys, auto act) {
      QAction* action = menu->addAction(words.arg(QString(head).replace(QLatin1Char('&'), QStringLiteral("&&"))));
      action->setShortcut(keys);  // shown; the table itself listens to it
      action->setShortcutContext(Qt::WidgetShortcut);
      QObject::connect(action, &QAction::triggered, table, act);
    };
    add(QObject::tr("Sort by %1, &ascending"), QKeySequence(Qt::ALT | Qt::Key_Up),
        [=] { table->sortBy(column, Qt::AscendingOrder); });
    add(QObject::tr("Sort by %1, &descending"), QKeySequence(Qt::ALT | Qt::Key_Down),
        [=] { table->sortBy(column, Qt::DescendingOrder); });
    if (table->canSortFurther(column)) {
      add(QObject::tr("&Then by %1, ascending"), QKeySequence(Qt::ALT | Qt::SHIFT | Qt::Key_Up),
          [=] { table->sortFurtherBy(column, Qt::AscendingOrder); });
      add(QObject::tr("Then by %1, de&scending"), QKeySequence(Qt::ALT | Qt::SHIFT | Qt::Key_Down),
          [=] { table->sortFurtherBy(column, Qt::DescendingOrder); });
    }
  }
  QMenu* all = menu->addMenu(QObject::tr("Sort &by"));
  auto* group = new QActionGroup(all);
  for (int i = 0; i < table->model()->columnCount(); ++i) {
    const QString title = table->headText(i);
    if (title.isEmpty() || table->isColumnHidden(i)) continue;
    QAction* action = all->addAction(title);
    action->setCheckable(true);
    action->setChecked(table->horizontalHeader()->sortIndicatorSection() == i);
    group->addAction(action);
    QObject::connect(action, &QAction::triggered, table, [=] { table->sortBy(i, Qt::AscendingOrder); });
  }
  if (table->horizontalHeader()->isSortIndicatorClearable()) {
    all->addSeparator();
    QObject::connect(all->addAction(QObject::tr("&Order as given")), &QAction::triggered, table,
                     [=] { table->sortBy(-1, Qt::AscendingOrder); });
  }
  menu->addSeparator();
}

}  // namespace

TableHeader::TableHeader(DataTable* table) : QHeaderView(Qt::Horizontal, table), m_table(table) {
  setSectionsClickable(true);
  setHighlightSections(false);
  setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  setFixedHeight(28);
}

void TableHeader::paintSection(QPainter* painter, const QRect& box, int section) const {
  painter->save();
  QHeaderView::paintSection(painter, box, section);
  painter->restore();
  if (isSortIndicatorShown() && sortIndicatorSection() == section) paintArrow(*painter, box, section);
  if (!m_table->hasFocus() || !m_table->isSortingEnabled() || m_table->currentIndex().column() != section) return;
  painter->fillRect(QRect(box.left(), box.bottom() - kMarkHeight + 1, box.width(), kMarkHeight), theme().accent);
}

void TableHeader::paintArrow(QPainter& painter, const QRect& box, int section) const {
  const QString title = model()->headerData(section, Qt::Horizontal).toString();
  const QVariant given = model()->headerData(section, Qt::Horizontal, Qt::TextAlignmentRole);
  const int alignment = given.isValid() ? given.toInt() : static_cast<int>(defaultAlignment());
  const double words = QFontMetricsF(uiFont(11, QFont::Medium)).horizontalAdvance(title);
  // Beside the title, on its inner side; where there is no room, at the edge.
  const double wanted = (alignment & Qt::AlignRight) != 0     ? box.right() - kTitleMargin - words - kArrowGap
                        : (alignment & Qt::AlignHCenter) != 0 ? box.center().x() + words / 2 + kArrowGap
                                                              : box.left() + kTitleMargin + words + kArrowGap;
  const double x = std::clamp(wanted, box.left() + kArrowHalf + 1.0, box.right() - kArrowHalf - 1.0);
  const double y = box.center().y() + 0.5, tip = sortIndicatorOrder() == Qt::AscendingOrder ? -2.0 : 2.0;
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(theme().ink, 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  painter.drawPolyline(
      QPolygonF{QPointF(x - kArrowHalf, y - tip), QPointF(x, y + tip), QPointF(x + kArrowHalf, y - tip)});
  painter.restore();
}

QMenu* makeTableMenu(DataTable* table, int column) {
  auto* menu = new QMenu(table);
  menu->setObjectName(QStringLiteral("tableMenu"));
  menu->setAttribute(Qt::WA_DeleteOnClose);
  if (table->sorter() != nullptr) addSorting(menu, table, column);
  QAction* copy = menu->addAction(QObject::tr("&Copy selected rows as CSV"), table, &DataTable::copySelection);
  copy->setShortcut(QKeySequence::Copy);
  copy->setShortcutContext(Qt::WidgetShortcut);
  copy->setEnabled(table->selectionModel()->hasSelection());
  menu->addAction(QObject::tr("Copy the &whole table as CSV"), table, &DataTable::copyAll);
  menu->addAction(QObject::tr("Sa&ve the table as CSV…"), table, [table] { saveTable(table); });
  return menu;
}

void saveCsv(const QString& path, const QString& csv) {
  QSaveFile file(path);
  const QByteArray table = csv.toUtf8();
  if (file.open(QIODevice::WriteOnly) && file.write(table) == table.size() && file.commit()) return;
  throw Error(ErrorCode::WriteFailed, path.toStdString(), "the table could not be saved",
              file.errorString().toStdString() + "; choose another folder");
}

}  // namespace oscope::gui
