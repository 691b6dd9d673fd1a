// What views of a single site share: how it is called, and what stands in while there is none.
#pragma once

#include <QString>
#include <QWidget>

#include "analysis/base/ids.h"

class QLabel;
class QPushButton;

namespace oscope::gui {

class Document;
class ViewContext;

/// "block 24 · ffn_in".
QString siteTitle(SiteId site);

/// Nothing selected: offers the site with the largest range. A recipe that the snapshot can't follow: offers undo.
class SitePlaceholder : public QWidget {
  Q_OBJECT

 public:
  /// `what` completes "Select a site in the list on the left to see ...".
  SitePlaceholder(Document& document, ViewContext& context, const QString& what, QWidget* parent = nullptr);

 private:
  void refresh();
  void act();

  Document& m_document;
  ViewContext& m_context;
  QString m_what;
  QLabel* m_text;
  QPushButton* m_action;
};

}  // namespace oscope::gui
