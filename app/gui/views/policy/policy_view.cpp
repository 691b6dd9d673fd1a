#include "app/gui/views/policy/policy_view.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/common/number_format.h"
#include "app/gui/document.h"
#include "app/gui/forms/recipe_form.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/icons.h"
#include "app/gui/models/policy_table_model.h"
#include "app/gui/view_context.h"
#include "app/gui/views/policy/edit_bar.h"
#include "app/gui/views/policy/filter_row.h"
#include "app/gui/views/policy/policy_delegate.h"
#include "app/gui/views/policy/policy_table.h"

namespace oscope::gui {
namespace {

constexpr int kRoomForBar = 72;
const QString kPanelKey = QStringLiteral("policy/recipePanel");

}  // namespace

PolicyView::PolicyView(const ViewServices& services, QWidget* parent) : View(parent), m_services(services) {
  Document& document = services.document;
  ViewContext& context = services.context;
  m_controls = new QWidget(this);
  auto* controls = new QHBoxLayout(m_controls);
  controls->setContentsMargins(0, 0, 0, 0);
  controls->setSpacing(8);
  auto* open = new QPushButton(themedIcon(QStringLiteral("folder")), tr("Open recipe…"), m_controls);
  auto* save = new QPushButton(themedIcon(QStringLiteral("save")), tr("Save recipe"), m_controls);
  m_recipeToggle = new QPushButton(themedIcon(QStringLiteral("policy")), tr("Edit recipe"), m_controls);
  m_recipeToggle->setCheckable(true);
  m_recipeToggle->setToolTip(tr("Method steps with their parameters, weights, rules"));
  auto* copy = makeIconButton(QStringLiteral("copy"), tr("Copy the table as CSV"), {}, m_controls);
  for (QWidget* widget : std::initializer_list<QWidget*>{m_recipeToggle, open, save, copy}) controls->addWidget(widget);

  m_model = new PolicyTableModel(document, this);
  m_sorter = new PolicySorter(m_model, this);
  m_delegate = new PolicyDelegate(m_model, m_sorter, this);
  m_filter = new FilterRow(document, context, this);
  m_table = new PolicyTable(m_model, this);
  m_table->setModel(m_sorter);
  m_table->setItemDelegate(m_delegate);
  m_table->sortByColumn(PolicyTableModel::Site, Qt::AscendingOrder);
  m_nothing = new EmptyState(tr("No site matches the filter."), tr("Clear the filter"), m_table);
  m_nothing->hide();
  m_bar = new EditBar(document, this);
  m_recipePanel = new QWidget(this);
  m_recipePanel->setFixedWidth(360);
  m_recipe = new RecipeForm(document, m_recipePanel);
  auto* panel = new QHBoxLayout(m_recipePanel);
  panel->setContentsMargins(0, 0, 0, 0);
  panel->setSpacing(0);
  panel->addWidget(makeRule(Qt::Vertical, m_recipePanel));
  panel->addWidget(m_recipe, 1);

  auto* column = new QVBoxLayout;
  column->setSpacing(0);
  column->addWidget(m_filter);
  column->addWidget(makeRule(Qt::Horizontal, this));
  column->addWidget(m_table, 1);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(0);
  row->addLayout(column, 1);
  row->addWidget(m_recipePanel);

  connect(m_recipeToggle, &QPushButton::toggled, this, &PolicyView::setRecipeShown);
  connect(open, &QPushButton::clicked, m_recipe, &RecipeForm::chooseFile);
  connect(save, &QPushButton::clicked, m_recipe, &RecipeForm::save);
  connect(m_recipe, &RecipeForm::problemShown, this, [this] { setRecipeShown(true); });
  connect(copy, &QToolButton::clicked, m_table, &DataTable::copyAll);
  connect(&document, &Document::rowsChanged, this, [this] {
    if (isVisible() || m_services.document.rows().size() != static_cast<std::size_t>(m_model->rowCount())) refresh();
  });
  connect(&document, &Document::notice, m_bar, &EditBar::setNotice);
  connect(&context, &ViewContext::filterChanged, this, &PolicyView::applyFilter);
  connect(&context, &ViewContext::selectionChanged, this, &PolicyView::showSelection);
  connect(&context, &ViewContext::hoverChanged, this, [this](std::optional<SiteId> site) {
    m_delegate->setHovered(site);
    m_table->viewport()->update();
  });
  connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &PolicyView::takeSelection);
  connect(m_table, &QTableView::entered, this,
          [this](const QModelIndex& index) { m_services.context.hover(m_sorter->row(index.row()).id); });
  connect(m_table, &QTableView::activated, this, &PolicyView::drillDown);
  connect(m_table, &PolicyTable::resized, this, [this] {
    m_bar->placeIn(m_table->geometry());
    m_nothing->setGeometry(m_table->viewport()->geometry());
  });
  connect(m_nothing, &EmptyState::actionRequested, &context, [&context] { context.setFilter({}); });
  connect(m_bar, &EditBar::closed, &context, &ViewContext::clear);
  setRecipeShown(QSettings().value(kPanelKey, false).toBool());
  applyFilter();
}

QWidget* PolicyView::firstFocus() const {
  return m_table;
}

QString PolicyView::subtitle() const {
  int byHand = 0;
  for (const SiteRow& row : m_services.document.rows()) byHand += row.overridden ? 1 : 0;
  const auto all = static_cast<std::int64_t>(m_services.document.rows().size());
  const QString sites = QString::fromStdString(app::formatCounted(all, "site", "sites"));
  return byHand == 0 ? tr("%1, none set by hand").arg(sites) : tr("%1, %2 set by hand").arg(sites).arg(byHand);
}

bool PolicyView::focusFilter() {
  m_filter->focusFilter();
  return true;
}

QString PolicyView::csv() const {
  return m_table->csv();
}

void PolicyView::setRecipeShown(bool shown) {
  m_recipePanel->setVisible(shown);
  m_recipeToggle->setChecked(shown);
  QSettings().setValue(kPanelKey, shown);
}

void PolicyView::editRecipe() {
  setRecipeShown(true);
  m_recipe->setFocus(Qt::ShortcutFocusReason);
}

void PolicyView::refresh() {
  m_model->refresh();
  m_nothing->setVisible(m_sorter->rowCount() == 0 && m_model->rowCount() > 0);
  m_filter->refresh(m_sorter->rowCount());
  m_table->horizontalHeader()->viewport()->update();
  emit subtitleChanged();
}

void PolicyView::applyFilter() {
  m_sorter->setFilter(SiteFilter::parse(m_services.context.filter()));
  refresh();
  showSelection();
}

void PolicyView::takeSelection() {
  if (m_following) return;
  Selection next;
  for (const QModelIndex& index : m_table->selectionModel()->selectedRows()) {
    next.sites.insert(m_sorter->row(index.row()).id);
  }
  const QModelIndex current = m_table->currentIndex();
  if (current.isValid() && next.sites.count(m_sorter->row(current.row()).id) > 0) {
    next.current = m_sorter->row(current.row()).id;
  } else if (!next.sites.empty()) {
    next.current = *next.sites.begin();
  }
  m_following = true;
  m_services.context.select(std::move(next));
  m_following = false;
  m_bar->setSites(m_services.context.selection().sites);
  m_table->setRoomBelow(m_bar->isHidden() ? 0 : kRoomForBar);
}

void PolicyView::showSelection() {
  const Selection& selection = m_services.context.selection();
  m_bar->setSites(selection.sites);
  m_table->setRoomBelow(m_bar->isHidden() ? 0 : kRoomForBar);
  if (!m_following) {
    m_following = true;
    QItemSelection rows;
    for (SiteId site : selection.sites) {
      const QModelIndex index = m_sorter->indexOf(site);
      if (index.isValid()) rows.select(index, index);
    }
    m_table->selectionModel()->select(rows, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    const QModelIndex current = selection.current ? m_sorter->indexOf(*selection.current) : QModelIndex();
    if (current.isValid()) {
      m_table->selectionModel()->setCurrentIndex(current, QItemSelectionModel::NoUpdate);
      m_table->scrollTo(current);
    }
    m_following = false;
  }
}

void PolicyView::drillDown() {
  for (const ViewEntry& entry : views()) {
    if (entry.id == QLatin1String("channels")) m_services.context.show(entry.id);
  }
}

void PolicyView::showEvent(QShowEvent* event) {
  View::showEvent(event);
  refresh();
  showSelection();
}

void PolicyView::changeEvent(QEvent* event) {
  View::changeEvent(event);
  if (event->type() == QEvent::PaletteChange) m_table->viewport()->update();
}

}  // namespace oscope::gui
