#include "app/gui/frame/data_table.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QStyledItemDelegate>
#include <algorithm>
#include <cmath>

#include "app/gui/frame/table_menu.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

QString quoted(QString field) {
  if (!field.contains(QLatin1Char(',')) && !field.contains(QLatin1Char('"')) && !field.contains(QLatin1Char('\n')))
    return field;
  return QLatin1Char('"') + field.replace(QLatin1Char('"'), QStringLiteral("\"\"")) + QLatin1Char('"');
}

QString cell(const QAbstractItemModel& model, int row, int column) {
  const QModelIndex index = model.index(row, column);
  const QVariant full = index.data(CsvRole);
  if (!full.isValid()) return quoted(index.data(Qt::DisplayRole).toString());
  if (full.typeId() != QMetaType::Double) return quoted(full.toString());
  const double number = full.toDouble();
  return std::isnan(number) ? QString() : QString::number(number, 'g', 9);
}

/// Whether there is nothing to sort by.
bool isMissing(const QVariant& value) {
  return !value.isValid() || (value.typeId() == QMetaType::Double && std::isnan(value.toDouble()));
}

/// Text as far from the edges of its cell as titles are from those of their heads.
class CellDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    QStyleOptionViewItem inner = option;  // words wrap within the padding
    inner.rect.setWidth(option.rect.width() - 2 * kPadding);
    const bool wraps = static_cast<const QTableView*>(option.widget)->wordWrap();
    return QStyledItemDelegate::sizeHint(inner, index) + QSize(2 * kPadding, wraps ? 2 * kPadding : 0);
  }
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    QStyleOptionViewItem cell = option;
    initStyleOption(&cell, index);
    cell.widget->style()->drawPrimitive(QStyle::PE_PanelItemViewItem, &cell, painter, cell.widget);
    QStyleOptionViewItem inner = option;
    inner.rect.adjust(kPadding, 0, -kPadding, 0);
    QStyledItemDelegate::paint(painter, inner, index);
  }

 private:
  static constexpr int kPadding = 5;
};

}  // namespace

void TableSorter::sort(int column, Qt::SortOrder order) {
  m_keys.clear();
  if (column >= 0) m_keys.push_back({column, order});
  QSortFilterProxyModel::sort(column, order);
  emit headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);
}

void TableSorter::addKey(int column, std::optional<Qt::SortOrder> order) {
  if (m_keys.empty()) return sort(column, order.value_or(Qt::AscendingOrder));
  const auto known = std::find_if(m_keys.begin(), m_keys.end(), [&](const Key& key) { return key.column == column; });
  if (known == m_keys.end()) {
    m_keys.push_back({column, order.value_or(Qt::AscendingOrder)});
  } else {
    known->order = order.value_or(known->order == Qt::AscendingOrder ? Qt::DescendingOrder : Qt::AscendingOrder);
  }
  if (known == m_keys.begin()) QSortFilterProxyModel::sort(column, m_keys.front().order);
  invalidate();
  emit headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);
}

QVariant TableSorter::headerData(int section, Qt::Orientation orientation, int role) const {
  QVariant head = QSortFilterProxyModel::headerData(section, orientation, role);
  if (orientation != Qt::Horizontal) return head;
  if (role == CsvRole && !head.isValid()) return QSortFilterProxyModel::headerData(section, orientation);
  if (role != Qt::DisplayRole) return head;
  for (std::size_t i = 1; i < m_keys.size(); ++i) {
    if (m_keys[i].column != section) continue;
    const QString arrow = m_keys[i].order == Qt::AscendingOrder ? QStringLiteral("↑") : QStringLiteral("↓");
    return QStringLiteral("%1 %2%3").arg(head.toString(), arrow).arg(i + 1);
  }
  return head;
}

bool TableSorter::lessThan(const QModelIndex& left, const QModelIndex& right) const {
  // Descending, Qt asks whether `right` stands before `left`.
  const QModelIndex& a = sortOrder() == Qt::AscendingOrder ? left : right;
  const QModelIndex& b = sortOrder() == Qt::AscendingOrder ? right : left;
  for (const Key& key : m_keys) {
    const QModelIndex first = a.siblingAtColumn(key.column), second = b.siblingAtColumn(key.column);
    QVariant x = first.data(SortRole), y = second.data(SortRole);
    if (!x.isValid() && !y.isValid()) {
      x = first.data(Qt::DisplayRole);
      y = second.data(Qt::DisplayRole);
    }
    if (isMissing(x) && isMissing(y)) continue;
    if (isMissing(x) != isMissing(y)) return isMissing(y);
    const QPartialOrdering order = QVariant::compare(x, y);
    if (order == QPartialOrdering::Less) return key.order == Qt::AscendingOrder;
    if (order == QPartialOrdering::Greater) return key.order == Qt::DescendingOrder;
  }
  return false;
}

QString tableCsv(const QAbstractItemModel& model, const QList<int>& rows) {
  QString text;
  std::vector<std::pair<int, QString>> heads;
  for (int column = 0; column < model.columnCount(); ++column) {
    QVariant head = model.headerData(column, Qt::Horizontal, CsvRole);
    if (head.typeId() == QMetaType::Bool && !head.toBool()) continue;
    if (!head.isValid()) head = model.headerData(column, Qt::Horizontal, Qt::DisplayRole);
    heads.emplace_back(column, quoted(head.toString()));
  }
  const auto line = [&](const auto& field) {
    for (const auto& head : heads) {
      if (&head != &heads.front()) text += QLatin1Char(',');
      text += field(head);
    }
    text += QLatin1Char('\n');
  };
  line([&](const auto& head) { return head.second; });
  for (int row : rows) line([&](const auto& head) { return cell(model, row, head.first); });
  return text;
}

QString tableCsv(const QAbstractItemModel& model) {
  QList<int> rows(model.rowCount());
  for (int row = 0; row < rows.size(); ++row) rows[row] = row;
  return tableCsv(model, rows);
}

DataTable::DataTable(QWidget* parent) : QTableView(parent) {
  setSelectionBehavior(QAbstractItemView::SelectRows);
  setSelectionMode(QAbstractItemView::ExtendedSelection);
  setEditTriggers(QAbstractItemView::NoEditTriggers);
  setShowGrid(false);
  setWordWrap(false);
  setMouseTracking(true);
  setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  setTabKeyNavigation(false);
  setItemDelegate(new CellDelegate(this));
  setCornerButtonEnabled(false);
  verticalHeader()->hide();
  setHorizontalHeader(new TableHeader(this));
  horizontalHeader()->viewport()->installEventFilter(this);
  setSortingEnabled(true);
  setRowHeight(28);
}

void DataTable::setRowHeight(int pixels) {
  verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  verticalHeader()->setMinimumSectionSize(pixels);
  verticalHeader()->setDefaultSectionSize(pixels);
}

void DataTable::setEmptyText(const QString& text) {
  m_emptyText = text;
  viewport()->update();
}

void DataTable::paintEvent(QPaintEvent* event) {
  QTableView::paintEvent(event);
  if (m_emptyText.isEmpty() || model() == nullptr || model()->rowCount() > 0) return;
  QPainter painter(viewport());
  painter.setFont(uiFont(12));
  painter.setPen(theme().ink3);
  painter.drawText(viewport()->rect().adjusted(16, 8, -16, -8), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
}

void DataTable::copySelection() const {
  if (model() == nullptr) return;
  QList<int> rows;
  for (const QModelIndex& index : selectionModel()->selectedRows()) rows.append(index.row());
  std::sort(rows.begin(), rows.end());
  QApplication::clipboard()->setText(tableCsv(*model(), rows));
}

void DataTable::copyAll() const {
  QApplication::clipboard()->setText(csv());
}

TableSorter* DataTable::sorter() const {
  return isSortingEnabled() ? qobject_cast<TableSorter*>(model()) : nullptr;
}

void DataTable::sortBy(int column, Qt::SortOrder order) {
  sortByColumn(column, order);
  if (currentIndex().isValid()) scrollTo(currentIndex());
}

bool DataTable::canSortFurther(int column) const {
  return sorter() != nullptr && !sorter()->keys().empty() && sorter()->keys().front().column != column;
}

void DataTable::sortFurtherBy(int column, Qt::SortOrder order) {
  if (!canSortFurther(column)) return sortBy(column, order);
  sorter()->addKey(column, order);
  if (currentIndex().isValid()) scrollTo(currentIndex());
}

QString DataTable::headText(int column) const {
  if (model() == nullptr || column < 0) return {};
  // Beneath the sorter, whose heads carry the marks of further keys.
  const QAbstractItemModel* heads = sorter() != nullptr ? sorter()->sourceModel() : model();
  QString head = heads->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString().simplified();
  if (head.isEmpty()) head = heads->headerData(column, Qt::Horizontal, Qt::ToolTipRole).toString().simplified();
  return head;
}

void DataTable::showMenu(int column, const QPoint& globalPlace) {
  if (model() != nullptr) makeTableMenu(this, column)->popup(globalPlace);
}

void DataTable::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
  QTableView::currentChanged(current, previous);
  if (current.column() != previous.column()) horizontalHeader()->viewport()->update();
}

void DataTable::focusInEvent(QFocusEvent* event) {
  QTableView::focusInEvent(event);
  horizontalHeader()->viewport()->update();
}

void DataTable::focusOutEvent(QFocusEvent* event) {
  QTableView::focusOutEvent(event);
  horizontalHeader()->viewport()->update();
}

void DataTable::contextMenuEvent(QContextMenuEvent* event) {
  event->accept();
  if (event->reason() == QContextMenuEvent::Mouse) return showMenu(columnAt(event->pos().x()), event->globalPos());
  const QRect cell = visualRect(currentIndex()).intersected(viewport()->rect());
  showMenu(currentIndex().column(), viewport()->mapToGlobal(cell.isValid() ? cell.bottomLeft() : QPoint(8, 0)));
}

bool DataTable::eventFilter(QObject* object, QEvent* event) {
  if (event->type() == QEvent::ContextMenu && object == horizontalHeader()->viewport()) {
    const auto* menu = static_cast<QContextMenuEvent*>(event);
    showMenu(horizontalHeader()->logicalIndexAt(menu->pos()), menu->globalPos());
    return true;
  }
  const bool isClick = event->type() == QEvent::MouseButtonPress || event->type() == QEvent::MouseButtonRelease;
  if (!isClick || object != horizontalHeader()->viewport()) return QTableView::eventFilter(object, event);
  const auto* mouse = static_cast<QMouseEvent*>(event);
  auto* sorter = qobject_cast<TableSorter*>(model());
  if (sorter == nullptr || mouse->button() != Qt::LeftButton || !(mouse->modifiers() & Qt::ShiftModifier)) return false;
  const int column = horizontalHeader()->logicalIndexAt(mouse->position().toPoint());
  if (event->type() == QEvent::MouseButtonRelease && column >= 0) sorter->addKey(column);
  return true;
}

void DataTable::keyPressEvent(QKeyEvent* event) {
  if (event->matches(QKeySequence::Copy)) return copySelection();
  const bool menuKeys = event->key() == Qt::Key_F10 && event->modifiers() == Qt::ShiftModifier;
  if (menuKeys || event->key() == Qt::Key_Menu) {
    QContextMenuEvent menu(QContextMenuEvent::Keyboard, {}, {});
    return contextMenuEvent(&menu);
  }
  const bool vertical = event->key() == Qt::Key_Up || event->key() == Qt::Key_Down;
  if (vertical && event->modifiers().testFlag(Qt::AltModifier) && sorter() != nullptr && currentIndex().isValid()) {
    const Qt::SortOrder order = event->key() == Qt::Key_Up ? Qt::AscendingOrder : Qt::DescendingOrder;
    const int column = currentIndex().column();
    return event->modifiers().testFlag(Qt::ShiftModifier) ? sortFurtherBy(column, order) : sortBy(column, order);
  }
  if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && currentIndex().isValid()) {
    emit activated(currentIndex());
    return;
  }
  QTableView::keyPressEvent(event);
}

}  // namespace oscope::gui
