// Right dock: the current site. Policy first, with its reason in words; ranges, predictions, weights, outliers, note.
#pragma once

#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QStackedWidget;
class QTableWidget;

namespace oscope::gui {

class Document;
class SegmentedControl;
class ViewContext;
class BarRows;

class InspectorDock : public QWidget {
  Q_OBJECT

 public:
  InspectorDock(Document& document, ViewContext& context, QWidget* parent = nullptr);
  SegmentedControl* policyControl() const { return m_policy; }

 protected:
  bool eventFilter(QObject* object, QEvent* event) override;

 private:
  void refresh();
  void refreshOutliers();
  void step(int direction);

  Document& m_document;
  ViewContext& m_context;
  QStackedWidget* m_stack;
  QLabel *m_title, *m_subtitle, *m_origin, *m_reason, *m_hint, *m_firstToken, *m_weights, *m_outlierHint;
  SegmentedControl* m_policy;
  QPushButton *m_reset, *m_allow;
  BarRows *m_ranges, *m_predictions;
  QTableWidget* m_outliers;
  QPlainTextEdit* m_note;
};

}  // namespace oscope::gui
