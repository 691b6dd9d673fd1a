// "It fits": what a calibration will need against what there is, or what doesn't fit, by how much, and what would.
#pragma once

#include <QWidget>

#include "analysis/calibration/preflight.h"

class QGridLayout;
class QLabel;
class QPushButton;

namespace oscope::gui {

struct Theme;

class EstimatePanel : public QWidget {
  Q_OBJECT

 public:
  explicit EstimatePanel(QWidget* parent = nullptr);
  /// The old figures stay, dimmed, until the new ones are there.
  void setChecking();
  /// Something is still missing, in words.
  void setIncomplete(const QString& what);
  void setPreflight(const calibration::Preflight& preflight, std::uint64_t checkpointBytes);
  QString headline() const;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  struct Row {
    QString icon, label, value, note;
    std::optional<double> share;  ///< of what there is; above 1: too much
  };
  void setHead(const char* icon, QColor Theme::*color, const QString& title, const QString& note);
  void refreshIcon();

  QLabel *m_icon, *m_title, *m_note, *m_foot;
  QWidget* m_head;
  QString m_iconName;
  QColor Theme::*m_iconColor = nullptr;
  std::vector<Row> m_rows;
  bool m_dimmed = false;
};

}  // namespace oscope::gui
