#include "app/gui/views/compare/compare_view.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "app/gui/frame/widgets.h"
#include "app/gui/views/compare/methods_page.h"
#include "app/gui/views/compare/recipes_page.h"
#include "app/gui/views/compare/snapshots_page.h"

namespace oscope::gui {

CompareView::CompareView(const ViewServices& services, QWidget* parent) : View(parent) {
  m_controls = new QWidget(this);
  auto* controls = new QHBoxLayout(m_controls);
  controls->setContentsMargins(0, 0, 0, 0);
  controls->setSpacing(12);
  m_showEqual = new QCheckBox(tr("show equal"), m_controls);
  m_showEqual->setToolTip(tr("Show sites without a difference, too"));
  m_mode = new SegmentedControl({tr("Snapshots"), tr("Recipes"), tr("Methods")}, m_controls);
  controls->addWidget(m_showEqual);
  controls->addWidget(m_mode);

  m_pages = new QStackedWidget(this);
  m_pages->addWidget(m_snapshots = new SnapshotsPage(services, m_pages));
  m_pages->addWidget(m_recipes = new RecipesPage(services, m_pages));
  m_pages->addWidget(m_methods = new MethodsPage(services, m_pages));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(m_pages);

  connect(m_mode, &SegmentedControl::currentChanged, this, &CompareView::setMode);
  connect(m_showEqual, &QCheckBox::toggled, m_snapshots, &SnapshotsPage::setShowEqual);
  connect(m_showEqual, &QCheckBox::toggled, m_recipes, &RecipesPage::setShowEqual);
  for (int i = 0; i < m_pages->count(); ++i) {
    auto* page = static_cast<ComparePage*>(m_pages->widget(i));
    connect(page, &ComparePage::summaryChanged, this, &View::subtitleChanged);
    connect(page, &ComparePage::loading, this, [this, page](bool loading) { setLoading(page, loading); });
  }
}

ComparePage* CompareView::page() const {
  return static_cast<ComparePage*>(m_pages->currentWidget());
}

void CompareView::setMode(int mode) {
  m_mode->setCurrent(mode);
  m_pages->setCurrentIndex(mode);
  m_showEqual->setVisible(mode != kMethods);
  emit subtitleChanged();
}

QString CompareView::subtitle() const {
  return page()->summary();
}

bool CompareView::escape() {
  return page()->escape();
}

bool CompareView::canSavePicture() const {
  return page()->canSavePicture();
}

FileWork CompareView::savePicture(const QString& path) {
  return page()->savePicture(path);
}

QString CompareView::csv() const {
  return page()->csv();
}

Json CompareView::state() const {
  return {{"mode", m_mode->current()}, {"show_equal", m_showEqual->isChecked()}};
}

void CompareView::restore(const Json& state) {
  if (!state.is_object()) return;
  try {
    const auto mode = optionalKey<std::int64_t>(state, "mode", kSnapshots, "compare view");
    setMode(mode >= kSnapshots && mode <= kMethods ? static_cast<int>(mode) : kSnapshots);
    m_showEqual->setChecked(optionalKey<bool>(state, "show_equal", false, "compare view"));
  } catch (const std::exception&) {
    return;  // of another version: what could be read stays
  }
}

}  // namespace oscope::gui
