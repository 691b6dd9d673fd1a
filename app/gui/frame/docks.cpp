#include "app/gui/frame/docks.h"

#include <QAction>
#include <QDockWidget>
#include <QSettings>
#include <algorithm>
#include <utility>

#include "app/gui/frame/dock_head.h"

namespace oscope::gui {
namespace {

constexpr int kLayoutVersion = 1;  // of QMainWindow::saveState: raised when docks or tool bars change
constexpr int kSideHead = 44, kJobsHead = 32, kJobsHeight = 112;
constexpr std::pair kWide{272, 328}, kNarrow{232, 288};  // Sites, Inspector
constexpr int kNarrowBelow = 1440;                       // pixels of the window

}  // namespace

Docks::Docks(QMainWindow* window) : QObject(window), m_window(window), m_jobsHeight(kJobsHeight) {
  struct Kind {
    const char* name;
    QString title;
    Qt::DockWidgetArea area;
    QSize smallest;
  };
  const std::array<Kind, kCount> kinds{{{"sites", tr("Sites"), Qt::LeftDockWidgetArea, {kNarrow.first, 0}},
                                        {"inspector", tr("Inspector"), Qt::RightDockWidgetArea, {kNarrow.second, 0}},
                                        {"jobs", tr("Jobs and log"), Qt::BottomDockWidgetArea, {0, 0}}}};
  window->setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
  window->setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
  for (Place place : {Sites, Inspector, Jobs}) {
    const Kind& kind = kinds[place];
    auto* dock = new QDockWidget(kind.title, window);
    dock->setObjectName(QString::fromLatin1(kind.name));
    dock->setMinimumSize(kind.smallest);
    m_docks[place] = dock;
    m_heads[place] = new DockHead(dock, place == Jobs ? kJobsHead : kSideHead);
    window->addDockWidget(kind.area, dock);
    auto* toggle = new QAction(kind.title, this);
    toggle->setObjectName(QStringLiteral("toggle.") + QString::fromLatin1(kind.name));
    toggle->setCheckable(true);
    m_toggles[place] = toggle;
    connect(toggle, &QAction::triggered, this, [this, place](bool wanted) { want(place, wanted); });
    connect(m_heads[place], &DockHead::closeRequested, this, [this, place] { want(place, false); });
  }
  window->resizeDocks({m_docks[Sites], m_docks[Inspector]}, {kWide.first, kWide.second}, Qt::Horizontal);
  window->resizeDocks({m_docks[Jobs]}, {kJobsHeight}, Qt::Vertical);
  m_collapse = new QAction(tr("Collapse Jobs and log"), this);
  m_collapse->setCheckable(true);
  m_collapse->setShortcut(QKeySequence(Qt::SHIFT | Qt::Key_F9));
  m_heads[Jobs]->addCollapse(m_collapse);
  connect(m_collapse, &QAction::toggled, this, &Docks::setCollapsed);
  connect(m_docks[Jobs], &QDockWidget::topLevelChanged, this, [this](bool floating) {
    if (floating) m_collapse->setChecked(false);  // a floating bar is of no use
    m_collapse->setEnabled(!floating);
  });
}

void Docks::setCollapsed(bool collapsed) {
  QDockWidget* dock = m_docks[Jobs];
  if (collapsed) m_jobsHeight = std::max(kJobsHeight, dock->height());
  dock->widget()->setMaximumHeight(collapsed ? 0 : QWIDGETSIZE_MAX);  // the dock's layout takes its limits from it
  dock->widget()->setVisible(!collapsed);
  if (!collapsed) m_window->resizeDocks({dock}, {m_jobsHeight}, Qt::Vertical);
  if (collapsed && !m_wanted[m_sideDocks][Jobs]) want(Jobs, true);  // the bar is what was asked for
}

void Docks::fitTo(int windowWidth) {
  const bool narrow = windowWidth < kNarrowBelow;
  if (narrow == m_narrow) return;
  m_narrow = narrow;
  m_refit = true;
  refit();
}

void Docks::refit() {
  // Hidden docks take no width: it waits until they are shown.
  if (!m_refit || m_docks[Sites]->isHidden() || m_docks[Inspector]->isHidden()) return;
  m_refit = false;
  const auto& [sites, inspector] = m_narrow ? kNarrow : kWide;
  m_window->resizeDocks({m_docks[Sites], m_docks[Inspector]}, {sites, inspector}, Qt::Horizontal);
}

void Docks::setContent(Place place, QWidget* content) {
  m_docks[place]->setWidget(content);
}

void Docks::show(bool open, bool sideDocks) {
  m_open = open;
  m_sideDocks = sideDocks;
  refresh();
}

void Docks::setAllHidden(bool hidden) {
  m_allHidden = hidden;
  refresh();
}

void Docks::want(Place place, bool wanted) {
  m_wanted[m_sideDocks][place] = wanted;
  if (wanted) m_allHidden = false;
  refresh();
}

void Docks::refresh() {
  for (Place place : {Sites, Inspector, Jobs}) {
    const bool shown = m_open && !m_allHidden && m_wanted[m_sideDocks][place];
    m_docks[place]->setVisible(shown);
    m_toggles[place]->setChecked(shown);
    m_toggles[place]->setEnabled(m_open);
  }
  refit();
}

void Docks::save(QSettings& settings) const {
  settings.setValue(QStringLiteral("window/docks"), m_window->saveState(kLayoutVersion));
  for (bool side : {false, true}) {
    QString wanted;
    for (bool one : m_wanted[side]) wanted += one ? QLatin1Char('1') : QLatin1Char('0');
    settings.setValue(QStringLiteral("window/wanted%1").arg(side), wanted);
  }
  settings.setValue(QStringLiteral("window/jobsCollapsed"), m_collapse->isChecked());
  settings.setValue(QStringLiteral("window/jobsHeight"), m_jobsHeight);
  settings.setValue(QStringLiteral("window/narrow"), m_narrow);
}

void Docks::restore(QSettings& settings) {
  m_window->restoreState(settings.value(QStringLiteral("window/docks")).toByteArray(), kLayoutVersion);
  for (bool side : {false, true}) {
    const QString wanted = settings.value(QStringLiteral("window/wanted%1").arg(side)).toString();
    if (wanted.size() != kCount) continue;
    for (int place = 0; place < kCount; ++place)
      m_wanted[side][static_cast<std::size_t>(place)] = wanted[place] == QLatin1Char('1');
  }
  const bool collapsed = settings.value(QStringLiteral("window/jobsCollapsed")).toBool();
  const int height = settings.value(QStringLiteral("window/jobsHeight"), kJobsHeight).toInt();
  if (collapsed) m_collapse->setChecked(true);
  m_jobsHeight = std::max(kJobsHeight, height);
  m_narrow = settings.value(QStringLiteral("window/narrow")).toBool();
  refresh();
}

}  // namespace oscope::gui
