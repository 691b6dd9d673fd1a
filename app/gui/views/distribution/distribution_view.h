// How a site's values are spread, before and after the fold, and what a static grid makes of them; and at which token
// positions the large ones are.
#pragma once

#include <memory>
#include <optional>

#include "analysis/stats/position_profile.h"
#include "app/gui/views/distribution/value_grid.h"
#include "app/gui/views/site_inquiry.h"
#include "app/gui/views/view.h"
#include "quant/policy/fold_preview.h"
#include "quant/policy/what_if.h"

class QCheckBox;
class QLabel;
class QPushButton;
class QStackedWidget;

namespace oscope::gui {

class FigureStrip;
class HistogramPlot;
class LegendRow;
class PositionPlot;
class SegmentedControl;

class DistributionView : public View {
  Q_OBJECT

 public:
  DistributionView(const ViewServices& services, QWidget* parent);
  QWidget* headerControls() override { return m_controls; }
  QString subtitle() const override;
  QWidget* firstFocus() const override;
  bool escape() override;
  bool canSavePicture() const override { return m_answer != nullptr; }
  FileWork savePicture(const QString& path) override;
  /// The bins of the histogram, full precision.
  QString csv() const override;
  bool hasTable() const override { return m_answer != nullptr; }
  Json state() const override;
  void restore(const Json& state) override;
  /// The strip's positions, full precision.
  QString positionsCsv() const;

  HistogramPlot* histogram() const { return m_histogram; }
  PositionPlot* positions() const { return m_positions; }
  FigureStrip* figures() const { return m_figures; }
  SegmentedControl* scope() const { return m_scope; }
  double clip() const { return m_clip; }
  /// Share of the range that the grids cover; a what-if, kept until another site is shown.
  void setClip(double share);
  bool isComplete() const { return m_answer != nullptr && m_inquiry.question() == m_answer->question; }

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  /// What of the workspace the picture shows.
  struct Question : SiteQuestion {
    quant::FoldPreview fold;
    quant::WeightScheme weights;
    quant::NumericRules rules;
    int bits = 8;
    bool operator==(const Question& other) const;
  };
  struct Answer {
    Question question;
    std::shared_ptr<const stats::SiteDetail> detail;
    stats::ScaledHistogram before, after;  ///< of the whole site
    stats::PositionProfile profile;
    std::unique_ptr<quant::ClipPrediction> predictedBefore, predictedAfter;
  };
  void build();
  void refresh();
  void request(const Question& question);
  void showAnswer();
  void showClip();
  void showSelection();
  void typeClip();
  /// Zoom and clip that restore() was given, once their site is shown.
  void restoreZoom();
  std::optional<std::int64_t> shownChannel() const;

  ViewServices m_services;
  QWidget* m_controls;
  QCheckBox* m_gridShown;
  SegmentedControl* m_scope;
  QStackedWidget* m_stack;
  QWidget* m_content;
  FigureStrip* m_figures;
  LegendRow* m_legend;
  QPushButton* m_reset;
  HistogramPlot* m_histogram;
  PositionPlot* m_positions;
  QLabel* m_positionHint;

  bool m_stale = true;
  double m_clip = 1;
  Json m_wanted;  ///< what restore() was given, until its site is shown
  SiteInquiry<Question, std::shared_ptr<Answer>> m_inquiry;
  std::shared_ptr<Answer> m_answer;
};

}  // namespace oscope::gui
