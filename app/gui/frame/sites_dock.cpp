#include "app/gui/frame/sites_dock.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QTreeView>
#include <QVBoxLayout>

#include "app/gui/document.h"
#include "app/gui/frame/dock_head.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/icons.h"
#include "app/gui/marks.h"
#include "app/gui/models/site_tree_model.h"
#include "app/gui/theme.h"
#include "app/gui/view_context.h"

namespace oscope::gui {
namespace {

constexpr int kRowHeight = 22;

/// Marks in the middle columns; a pencil's dot where the policy was set by hand.
class SiteMarkDelegate : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    QSize size = QStyledItemDelegate::sizeHint(option, index);
    size.setHeight(kRowHeight);
    return size;
  }
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
    QStyledItemDelegate::initStyleOption(option, index);
    if (option->state & QStyle::State_Selected) option->font.setWeight(QFont::DemiBold);
  }
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    QStyledItemDelegate::paint(painter, option, index);
    if (index.column() == SiteTreeModel::Name && (option.state & QStyle::State_Selected)) {
      painter->fillRect(QRect(0, option.rect.top(), 3, option.rect.height()), theme().accent);
    }
    const QVariant policy = index.data(SiteTreeModel::PolicyRole);
    if (!policy.isValid()) return;
    const QPointF center = QRectF(option.rect).center();
    paintMark(*painter, center, static_cast<quant::Policy>(policy.toInt()), 0.8);
    if (index.data(SiteTreeModel::OverriddenRole).toBool()) {
      painter->setPen(QPen(theme().ink, 1.2));
      painter->drawLine(center + QPointF(-4, 8), center + QPointF(4, 8));
    }
  }
};

}  // namespace

SitesDock::SitesDock(Document& document, ViewContext& context, DockHead* head, QWidget* parent)
    : QWidget(parent), m_document(document), m_context(context), m_model(new SiteTreeModel(document, this)) {
  setProperty("class", "surface2");
  setAttribute(Qt::WA_StyledBackground);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);

  m_count = head->hint();

  m_filter = new QLineEdit(this);
  m_filter->setPlaceholderText(tr("ffn_mid & range>150"));
  m_filter->setClearButtonEnabled(true);
  m_filter->addAction(themedIcon(QStringLiteral("search"), &Theme::ink3), QLineEdit::LeadingPosition);
  m_filter->setAccessibleName(tr("Filter sites"));
  m_filter->setToolTip(tr("Filter sites (Ctrl+F). %1").arg(siteFilterHelp()));
  auto* filterRow = new QHBoxLayout;
  filterRow->setContentsMargins(12, 0, 12, 4);
  filterRow->addWidget(m_filter);
  column->addLayout(filterRow);
  m_problem = makeLabel({}, "error", this);
  m_problem->setContentsMargins(16, 0, 12, 4);
  m_problem->hide();
  column->addWidget(m_problem);

  m_tree = new QTreeView(this);
  m_tree->setModel(m_model);
  m_tree->setItemDelegate(new SiteMarkDelegate(m_tree));
  m_tree->setUniformRowHeights(true);
  m_tree->setIndentation(10);
  m_tree->setSelectionBehavior(QAbstractItemView::SelectRows);
  m_tree->setSelectionMode(QAbstractItemView::ExtendedSelection);
  m_tree->setAllColumnsShowFocus(true);
  m_tree->setMouseTracking(true);
  m_tree->setAccessibleName(tr("Sites by block"));
  m_tree->setStyleSheet(QStringLiteral("QTreeView { background: palette(alternate-base); }"));
  QHeaderView* header = m_tree->header();
  header->setStretchLastSection(false);
  header->setSectionsMovable(false);
  header->setSectionResizeMode(QHeaderView::Fixed);
  header->setMinimumSectionSize(20);
  for (int c = SiteTreeModel::AttnIn; c <= SiteTreeModel::FfnMid; ++c) header->resizeSection(c, 24);
  header->resizeSection(SiteTreeModel::MaxRange, 54);
  header->setSectionResizeMode(SiteTreeModel::Name, QHeaderView::Stretch);
  header->setFixedHeight(36);
  header->setStyleSheet(
      QStringLiteral("QHeaderView::section { padding: 2px 0; font-size: 10px; } QHeaderView::section:first { "
                     "padding-left: 6px; } QHeaderView::section:last { padding-right: 6px; }"));
  column->addWidget(m_tree, 1);

  connect(m_filter, &QLineEdit::textChanged, &m_context, &ViewContext::setFilter);
  connect(&m_context, &ViewContext::filterChanged, this, [this](const QString& text) {
    if (m_filter->text() != text) m_filter->setText(text);
    const SiteFilter filter = SiteFilter::parse(text);
    m_problem->setText(filter.error);
    m_problem->setVisible(!filter.error.isEmpty());
    m_model->setFilter(filter);
    if (!text.isEmpty() && m_model->shownSites() <= 40) m_tree->expandAll();
    refreshCount();
  });
  connect(m_model, &QAbstractItemModel::modelReset, this, [this] {
    refreshCount();
    showSelection();
  });
  connect(m_tree, &QTreeView::expanded, this, [this](const QModelIndex& opened) {
    if (!m_filter->text().isEmpty()) return;
    for (int row = 0; row < m_model->rowCount(); ++row) {
      const QModelIndex other = m_model->index(row, 0);
      if (other != opened) m_tree->collapse(other);
    }
  });
  connect(m_tree->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
    if (m_following) return;
    std::set<SiteId> sites;
    for (const QModelIndex& index : m_tree->selectionModel()->selectedRows()) {
      if (const auto site = m_model->siteOf(index)) {
        sites.insert(*site);
      } else {
        for (int child = 0; child < m_model->rowCount(index); ++child) {
          sites.insert(*m_model->siteOf(m_model->index(child, 0, index)));
        }
      }
    }
    m_context.selectSites(std::move(sites));
  });
  connect(m_tree, &QTreeView::entered, this,
          [this](const QModelIndex& index) { m_context.hover(m_model->siteOf(index)); });
  connect(&m_context, &ViewContext::selectionChanged, this, &SitesDock::showSelection);
  refreshCount();
}

void SitesDock::focusFilter() {
  m_filter->setFocus(Qt::ShortcutFocusReason);
  m_filter->selectAll();
}

void SitesDock::refreshCount() {
  const int all = static_cast<int>(m_document.rows().size());
  const int shown = m_model->shownSites();
  m_count->setText(shown == all ? QString::number(all) : tr("%1 of %2").arg(shown).arg(all));
}

void SitesDock::showSelection() {
  if (m_tree->selectionModel()->hasSelection() && m_tree->hasFocus()) return;
  m_following = true;
  QItemSelection rows;
  for (SiteId site : m_context.selection().sites) {
    const QModelIndex index = m_model->indexOf(site);
    if (index.isValid()) rows.select(index, index);
  }
  m_tree->selectionModel()->select(rows, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
  if (m_context.selection().current) {
    const QModelIndex current = m_model->indexOf(*m_context.selection().current);
    if (current.isValid()) {
      m_tree->expand(current.parent());
      m_tree->scrollTo(current);
    }
  }
  m_following = false;
}

}  // namespace oscope::gui
