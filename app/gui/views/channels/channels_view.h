// One site, channel by channel: before and after the fold, outliers named, and the tokens that made them.
#pragma once

#include <memory>
#include <optional>

#include "app/gui/views/channels/channel_series.h"
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
  bool escape() override;
  bool canSavePicture() const override { return m_series != nullptr; }
  FileWork savePicture(const QString& path) override;
  /// Every channel of the site, full precision.
  TextWork tableWork() const override;
  bool hasTable() const override { return m_series != nullptr; }

  ChannelOrderPlot* orderPlot() const { return m_order; }
  ChannelRankPlot* rankPlot() const { return m_rank; }
  FigureStrip* figures() const { return m_figures; }
  ChannelTables* tables() const { return m_tables; }
  std::shared_ptr<const ChannelSeries> series() const { return m_series; }
  /// Whether the site's large arrays are here (token evidence of sampled rows, predictions).
  bool isComplete() const { return m_detail != nullptr; }

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  /// What of the workspace the predictions were computed from.
  struct Question {
    SiteId site;
    std::string snapshot;  ///< content hash
    std::vector<float> scale;
    quant::WeightScheme weights;
    quant::NumericRules rules;
    quant::ActivationClusters clusters;
    friend bool operator==(const Question&, const Question&) = default;
  };
  void build();
  void refresh();
  void showSeries(bool newSite);
  void refreshFigures();
  void refreshChannel();
  void requestDetail();
  void arrange();
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
  std::shared_ptr<const stats::SiteDetail> m_detail;
  std::optional<Question> m_question;
  quant::Prediction m_predictedBefore, m_predictedAfter;
};

}  // namespace oscope::gui
