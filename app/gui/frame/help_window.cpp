#include "app/gui/frame/help_window.h"

#include <QFile>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QListWidget>
#include <QTextBrowser>

#include "app/gui/theme.h"
#include "app/gui/views/view.h"

namespace oscope::gui {
namespace {

/// HTML of the pages in the colours and sizes of the theme; they bring no style of their own.
QString pageStyle() {
  const Theme& t = theme();
  return QStringLiteral(
             "body { color: %1; font-size: 13px; line-height: 145%; } h1 { font-size: 20px; font-weight: 600; } "
             "b { font-weight: 600; } h2 { font-size: 14px; font-weight: 600; margin-top: 18px; } a { color: %2; "
             "text-decoration: none; } "
             "code, kbd, pre { font-family: '%3'; font-size: 12px; color: %1; background-color: %4; } "
             "p.lead { color: %5; font-size: 14px; } p.eq { margin-left: 16px; } "
             "td, th { padding: 3px 14px 3px 0; vertical-align: top; } th { color: %5; text-align: left; "
             "font-weight: 500; } .hint { color: %5; }")
      .arg(t.ink.name(), t.accent.name(), monoFont(12).family(), t.surface2.name(), t.ink2.name());
}

struct Extra {
  const char *id, *title;
};
constexpr Extra kBefore[] = {{"start", QT_TR_NOOP("The whole job")}, {"calibrate", QT_TR_NOOP("Calibrate")}};
constexpr Extra kAfter[] = {{"filter", QT_TR_NOOP("Filter language")},
                            {"shortcuts", QT_TR_NOOP("Keyboard and mouse")},
                            {"about", QT_TR_NOOP("About Outlierscope")}};

}  // namespace

QStringList helpPages() {
  QStringList pages;
  for (const Extra& extra : kBefore) pages << QLatin1String(extra.id);
  for (const ViewEntry& entry : views()) pages << entry.id;
  for (const Extra& extra : kAfter) pages << QLatin1String(extra.id);
  return pages;
}

HelpWindow::HelpWindow(QWidget* parent) : QWidget(parent, Qt::Window) {
  setWindowTitle(tr("Outlierscope help"));
  setAttribute(Qt::WA_StyledBackground);
  setProperty("class", "surface");
  resize(820, 640);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(0);
  m_list = new QListWidget(this);
  m_list->setObjectName(QStringLiteral("helpList"));
  m_list->setFixedWidth(190);
  m_list->setAccessibleName(tr("Pages"));
  const auto add = [this](const QString& id, const QString& title) {
    auto* item = new QListWidgetItem(title, m_list);
    item->setData(Qt::UserRole, id);
  };
  for (const Extra& extra : kBefore) add(QLatin1String(extra.id), tr(extra.title));
  for (const ViewEntry& entry : views()) add(entry.id, entry.title);
  for (const Extra& extra : kAfter) add(QLatin1String(extra.id), tr(extra.title));
  m_browser = new QTextBrowser(this);
  m_browser->setOpenLinks(false);
  m_browser->setFrameShape(QFrame::NoFrame);
  m_browser->setObjectName(QStringLiteral("helpText"));
  m_browser->document()->setDocumentMargin(24);
  row->addWidget(m_list);
  row->addWidget(m_browser, 1);
  connect(m_list, &QListWidget::currentItemChanged, this, [this](QListWidgetItem* item) {
    if (item != nullptr) load(item->data(Qt::UserRole).toString());
  });
  connect(m_browser, &QTextBrowser::anchorClicked, this,
          [this](const QUrl& link) { showPage(link.fileName().section(QLatin1Char('.'), 0, 0)); });
}

void HelpWindow::showPage(const QString& id) {
  for (int row = 0; row < m_list->count(); ++row) {
    if (m_list->item(row)->data(Qt::UserRole).toString() == id) m_list->setCurrentRow(row);
  }
  show();
  raise();
  activateWindow();
}

void HelpWindow::follow(const QString& id) {
  if (isVisible() && !isActiveWindow()) {
    for (int row = 0; row < m_list->count(); ++row) {
      if (m_list->item(row)->data(Qt::UserRole).toString() == id) m_list->setCurrentRow(row);
    }
  }
}

void HelpWindow::load(const QString& id) {
  QFile file(QStringLiteral(":/help/%1.html").arg(id));
  m_page = id;
  m_browser->document()->setDefaultStyleSheet(pageStyle());
  m_browser->setHtml(file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll())
                                                    : tr("<p>There is no page on %1.</p>").arg(id));
}

void HelpWindow::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange && !m_page.isEmpty()) load(m_page);
}

void HelpWindow::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape || event->key() == Qt::Key_F1) return hide();
  QWidget::keyPressEvent(event);
}

}  // namespace oscope::gui
