// Right dock: the current site. Policy first, with its reason in words; ranges, predictions, weights, outliers, note.
#pragma once

#include <QElapsedTimer>
#include <QWidget>
#include <optional>
#include <vector>

#include "analysis/base/ids.h"

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QStackedWidget;

namespace oscope::stats {
struct SiteStats;
}

namespace oscope::gui {

class CellTable;
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

 private:
  void refresh();
  void refreshOutliers();
  void refreshNote();
  void keepNote();

  Document& m_document;
  ViewContext& m_context;
  QStackedWidget* m_stack;
  QLabel *m_title, *m_nothing, *m_subtitle, *m_origin, *m_reason, *m_hint, *m_firstToken, *m_weights, *m_outlierHint;
  SegmentedControl* m_policy;
  QPushButton *m_reset, *m_allow, *m_openChannels;
  BarRows *m_ranges, *m_predictions;
  CellTable* m_outliers;
  const stats::SiteStats* m_outlierSite = nullptr;  ///< whose channels stand in the table
  std::vector<std::int64_t> m_outlierChannels;
  QPlainTextEdit* m_note;
  std::optional<SiteId> m_noteSite;  ///< whose note stands in the field
  QElapsedTimer m_noteClock;         ///< since it was last typed
  int m_noteBurst = 0;
};

}  // namespace oscope::gui
