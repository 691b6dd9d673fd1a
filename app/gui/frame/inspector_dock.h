// Right dock: the current site. Policy first, with its reason in words; ranges, predictions, weights, outliers, note.
#pragma once

#include <QWidget>
#include <optional>

#include "analysis/base/ids.h"

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QStackedWidget;
class QTableWidget;

namespace oscope::gui {

class DockHead;
class Document;
class SegmentedControl;
class ViewContext;
class BarRows;

class InspectorDock : public QWidget {
  Q_OBJECT

 public:
  /// The current site stands in the dock's head, with buttons to the sites before and after it.
  InspectorDock(Document& document, ViewContext& context, DockHead* dockHead, QWidget* parent = nullptr);
  SegmentedControl* policyControl() const { return m_policy; }

 protected:
  bool eventFilter(QObject* object, QEvent* event) override;

 private:
  void refresh();
  void refreshOutliers();

  Document& m_document;
  ViewContext& m_context;
  QStackedWidget* m_stack;
  QLabel *m_title, *m_subtitle, *m_origin, *m_reason, *m_hint, *m_firstToken, *m_weights, *m_outlierHint;
  SegmentedControl* m_policy;
  QPushButton *m_reset, *m_allow, *m_openChannels;
  BarRows *m_ranges, *m_predictions;
  QTableWidget* m_outliers;
  QPlainTextEdit* m_note;
  std::optional<SiteId> m_noteSite;  ///< whose note stands in the field
};

}  // namespace oscope::gui
