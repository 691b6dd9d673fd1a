#include "app/gui/views/policy/policy_table.h"

#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <algorithm>

#include "app/gui/theme.h"
#include "app/gui/views/policy/policy_delegate.h"

namespace oscope::gui {
namespace {

using Model = PolicyTableModel;

bool isStep(const QKeyEvent& event) {
  return event.modifiers() == Qt::NoModifier && (event.key() == Qt::Key_J || event.key() == Qt::Key_K);
}

}  // namespace

StripHeader::StripHeader(const PolicyTableModel* model, DataTable* table) : TableHeader(table), m_model(model) {}

void StripHeader::paintSection(QPainter* painter, const QRect& box, int section) const {
  TableHeader::paintSection(painter, box, section);
  if (section != Model::Strip) return;
  const auto [v0, v1] = stripThresholds(*m_model, box.left(), box.width());
  painter->save();
  painter->setFont(uiFont(10.5));
  painter->setPen(theme().ink3);
  // Close to each other the labels move apart.
  const double middle = (v0 + v1) / 2, apart = std::max(20.0, v1 - v0);
  painter->drawText(QRectF(middle - apart / 2 - 12, box.top(), 24, box.height() - 1), Qt::AlignCenter,
                    QStringLiteral("v0"));
  painter->drawText(QRectF(middle + apart / 2 - 12, box.top(), 24, box.height() - 1), Qt::AlignCenter,
                    QStringLiteral("v1"));
  painter->restore();
}

PolicyTable::PolicyTable(const PolicyTableModel* model, QWidget* parent) : DataTable(parent) {
  auto* header = new StripHeader(model, this);
  setHorizontalHeader(header);
  header->setSectionResizeMode(QHeaderView::Fixed);
  header->setMinimumSectionSize(40);
  header->viewport()->installEventFilter(this);
  setSortingEnabled(true);
  setAccessibleName(tr("Policies of all sites"));
}

void PolicyTable::setRoomBelow(int pixels) {
  if (pixels == m_roomBelow) return;
  m_roomBelow = pixels;
  updateGeometries();
}

void PolicyTable::scrollTo(const QModelIndex& index, ScrollHint hint) {
  DataTable::scrollTo(index, hint);
  const int covered = visualRect(index).bottom() - (viewport()->height() - m_roomBelow);
  if (m_roomBelow > 0 && covered > 0) verticalScrollBar()->setValue(verticalScrollBar()->value() + covered);
}

void PolicyTable::updateGeometries() {
  const int scrolled = verticalScrollBar()->value();
  DataTable::updateGeometries();
  if (m_roomBelow == 0) return;
  const int over = verticalHeader()->length() - viewport()->height();
  verticalScrollBar()->setMaximum(std::max(verticalScrollBar()->maximum(), std::max(0, over + m_roomBelow)));
  verticalScrollBar()->setValue(scrolled);  // the base has cut it to the range without the room
}

void PolicyTable::resizeEvent(QResizeEvent* event) {
  DataTable::resizeEvent(event);
  fitColumns();
  emit resized();
}

void PolicyTable::fitColumns() {
  const int width = viewport()->width();
  setColumnHidden(Model::Weights, width < 1020);
  setColumnHidden(Model::First, width < 920);
  setColumnHidden(Model::Strip, width < 740);
  int left = width;
  const auto resize = [&](int column, int pixels) {
    setColumnWidth(column, pixels);
    if (!isColumnHidden(column)) left -= pixels;
  };
  resize(Model::Site, 124);
  resize(Model::Range, 84);
  resize(Model::Strip, width < 1100 ? 120 : 170);
  resize(Model::First, 84);
  resize(Model::PolicyColumn, 152);
  resize(Model::Predicted, 96);
  resize(Model::Measured, 104);
  resize(Model::Weights, 120);
  setColumnWidth(Model::Reason, std::max(80, left));
}

bool PolicyTable::event(QEvent* event) {
  // J and K follow the order of the table here, not the order of depth.
  if (event->type() == QEvent::ShortcutOverride && isStep(*static_cast<QKeyEvent*>(event))) {
    event->accept();
    return true;
  }
  return DataTable::event(event);
}

void PolicyTable::keyPressEvent(QKeyEvent* event) {
  if (isStep(*event)) return step(event->key() == Qt::Key_J ? 1 : -1);
  DataTable::keyPressEvent(event);
}

void PolicyTable::step(int rows) {
  if (model()->rowCount() == 0) return;
  const int from = currentIndex().isValid() ? currentIndex().row() : -1;
  const int to = from < 0 ? 0 : std::clamp(from + rows, 0, model()->rowCount() - 1);
  const QModelIndex index = model()->index(to, Model::Site);
  selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
  scrollTo(index);
}

}  // namespace oscope::gui
