#include "app/gui/views/one_site.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/gui/document.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/view_context.h"

namespace oscope::gui {

QString siteTitle(SiteId site) {
  return QObject::tr("block %1 · %2").arg(site.block).arg(QString::fromUtf8(toString(site.kind).data()));
}

SitePlaceholder::SitePlaceholder(Document& document, ViewContext& context, const QString& what, QWidget* parent)
    : QWidget(parent), m_document(document), m_context(context), m_what(what) {
  auto* column = new QVBoxLayout(this);
  m_text = makeLabel({}, "label", this);
  m_action = new QPushButton(this);
  column->addStretch(1);
  column->addWidget(m_text, 0, Qt::AlignHCenter);
  column->addSpacing(12);
  column->addWidget(m_action, 0, Qt::AlignHCenter);
  column->addStretch(1);
  connect(m_action, &QPushButton::clicked, this, &SitePlaceholder::act);
  connect(&document, &Document::planChanged, this, &SitePlaceholder::refresh);
  refresh();
}

void SitePlaceholder::refresh() {
  const bool planned = m_document.plan() != nullptr;
  m_text->setText(planned ? tr("Select a site in the list on the left to see %1.").arg(m_what)
                          : tr("This snapshot can't follow the recipe: the message above says why."));
  m_action->setText(planned ? tr("Take the site with the largest range") : tr("Undo the change"));
  m_action->setVisible(planned || m_document.undoStack().canUndo());
}

void SitePlaceholder::act() {
  const auto& rows = m_document.rows();
  if (m_document.plan() == nullptr) return m_document.undoStack().undo();
  const auto widest =
      std::max_element(rows.begin(), rows.end(), [](const SiteRow& a, const SiteRow& b) { return a.range < b.range; });
  if (widest != rows.end()) m_context.selectSite(widest->id);
}

}  // namespace oscope::gui
