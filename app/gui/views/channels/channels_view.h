// One site, channel by channel: before and after the fold, outliers named, and the tokens that made them.
#pragma once

#include <memory>
#include <optional>

#include "app/gui/views/channels/channel_series.h"
#include "app/gui/views/site_inquiry.h"
#include "app/gui/views/view.h"
#include "quant/policy/what_if.h"

class QCheckBox;
class QStackedWidget;

namespace oscope::gui {

class ChannelOrderPlot;
class ChannelRankPlot;
class ChannelTables;
class FigureStrip;
class LegendRow;
class SegmentedControl;

class ChannelsView : public View {
  Q_OBJECT

 public:
  ChannelsView(const ViewServices& services, QWidget* parent);
  QWidget* headerControls() override { return m_controls; }
  QString subtitle() const override;
  QWidget* firstFocus() const override;
  bool escape() override;
  bool canSavePicture() const override { return m_series != nullptr; }
  FileWork savePicture(const QString& path) override;
  /// Every channel of the site, full precision.
  TextWork tableWork() const override;
  bool hasTable() const override { return m_series != nullptr; }
  Json state() const override;
  void restore(const Json& state) override;

  ChannelOrderPlot* orderPlot() const { return m_order; }
  ChannelRankPlot* rankPlot() const { return m_rank; }
  FigureStrip* figures() const { return m_figures; }
  ChannelTables* tables() const { return m_tables; }
  std::shared_ptr<const ChannelSeries> series() const { return m_series; }
  /// Whether the site's large arrays are here (token evidence of sampled rows, predictions).
  bool isComplete() const { return m_inquiry.detail() != nullptr; }

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  /// What of the workspace the predictions were computed from.
  struct Question : SiteQuestion {
    std::vector<float> scale;
    quant::WeightScheme weights;
    quant::NumericRules rules;
    quant::ActivationClusters clusters;
    friend bool operator==(const Question&, const Question&) = default;
  };
  struct Answer {
    quant::Prediction before, after;
  };
  void build();
  void refresh();
  void showSeries(bool newSite);
  void refreshFigures();
  void refreshChannel();
  void requestDetail();
  void arrange();
  /// The zoom that restore() was given, once its site is shown.
  void restoreZoom();
  std::optional<std::int64_t> shownChannel() const;

  ViewServices m_services;
  QWidget* m_controls;
  SegmentedControl *m_panes, *m_scaleKind;
  QCheckBox* m_grouped;
  QStackedWidget* m_stack;
  FigureStrip* m_figures;
  LegendRow* m_legend;
  ChannelOrderPlot* m_order;
  ChannelRankPlot* m_rank;
  ChannelTables* m_tables;

  bool m_stale = true;
  std::shared_ptr<const ChannelSeries> m_series;
  SiteInquiry<Question, Answer> m_inquiry;
  Answer m_predicted;
  Json m_wanted;  ///< what restore() was given, until its site is shown
};

}  // namespace oscope::gui
