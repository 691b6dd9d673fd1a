#include "app/gui/frame/cell_table.h"

#include <QHeaderView>
#include <QPainter>
#include <QScopedValueRollback>
#include <QStyledItemDelegate>

#include "app/gui/marks.h"

namespace oscope::gui {
namespace {

class BadgeDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const QVariant policy = index.data(CellTableModel::PolicyRole);
    QSize size = QStyledItemDelegate::sizeHint(option, index);
    if (!policy.isValid()) return {size.width() + 2 * kMargin, size.height()};
    size.setWidth(static_cast<int>(badgeWidth(static_cast<quant::Policy>(policy.toInt()))) + 2 * kMargin);
    return size;
  }

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const QVariant policy = index.data(CellTableModel::PolicyRole);
    QStyleOptionViewItem cell = option;
    initStyleOption(&cell, index);
    cell.widget->style()->drawPrimitive(QStyle::PE_PanelItemViewItem, &cell, painter, cell.widget);
    painter->save();
    if (!policy.isValid()) {
      painter->setFont(cell.font);
      painter->setPen(cell.palette.color(QPalette::Text));
      const QRect box = option.rect.adjusted(kMargin, 0, -kMargin, 0);
      painter->drawText(box, static_cast<int>(cell.displayAlignment) | Qt::TextSingleLine,
                        cell.fontMetrics.elidedText(cell.text, Qt::ElideRight, box.width()));
      painter->restore();
      return;
    }
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setClipRect(option.rect);
    paintBadge(*painter, QPointF(option.rect.left() + kMargin, option.rect.center().y() - kHeight / 2.0 + 0.5),
               static_cast<quant::Policy>(policy.toInt()), kHeight);
    painter->restore();
  }

 private:
  static constexpr int kMargin = 8, kHeight = 20;
};

}  // namespace

CellTable::CellTable(const QString& accessibleName, QWidget* parent)
    : DataTable(parent), m_cells(new CellTableModel(this)), m_sorter(new TableSorter(this)) {
  setAccessibleName(accessibleName);
  m_sorter->setSourceModel(m_cells);
  setModel(m_sorter);
  setItemDelegate(new BadgeDelegate(this));
  horizontalHeader()->setSortIndicatorClearable(true);
  horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
  connect(selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this] {
    if (!m_setting) emit rowChosen();
  });
  connect(this, &QAbstractItemView::clicked, this, &CellTable::rowChosen);  // the current row, too
}

void CellTable::setTable(std::vector<TableColumn> columns, std::vector<std::vector<TableCell>> rows, bool keepCurrent) {
  const int current = currentRow(), before = m_cells->rowCount();
  const bool wordsLast = !columns.empty() && !columns.back().number;
  const QScopedValueRollback setting(m_setting, true);
  m_cells->setTable(std::move(columns), std::move(rows));
  horizontalHeader()->setStretchLastSection(false);
  resizeColumnsToContents();
  horizontalHeader()->setStretchLastSection(wordsLast);  // digits would stand far from their neighbours
  if (m_cells->rowCount() == 0) return;
  setCurrentRow(keepCurrent && before == m_cells->rowCount() && current >= 0 ? current : 0);
}

int CellTable::currentRow() const {
  return m_sorter->mapToSource(currentIndex()).row();
}

void CellTable::setCurrentRow(int row) {
  const QScopedValueRollback setting(m_setting, true);
  setCurrentIndex(m_sorter->mapFromSource(m_cells->index(row, 0)));
}

}  // namespace oscope::gui
