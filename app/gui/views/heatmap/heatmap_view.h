// Sites x channels of the model as four bands, and tokens x channels of the selected site below them.
#pragma once

#include <map>

#include "app/gui/plots/heat_plot.h"
#include "app/gui/views/heatmap/heat_tables.h"
#include "app/gui/views/view.h"

class QLabel;
class QToolButton;

namespace oscope::gui {

class HeatLegend;
class Job;
class SegmentedControl;

class HeatmapView : public View {
  Q_OBJECT

 public:
  HeatmapView(const ViewServices& services, QWidget* parent);
  QWidget* headerControls() override { return m_controls; }
  QString subtitle() const override;
  QWidget* firstFocus() const override;
  bool escape() override;
  bool canSavePicture() const override { return true; }
  FileWork savePicture(const QString& path) override;
  /// Cells of the visible part of the upper map (of the lower one where it is alone), in full precision.
  TextWork tableWork() const override;
  Json state() const override;
  void restore(const Json& state) override;
  bool hasTable() const override { return !(tokensAlone() ? m_sitePlot : m_modelPlot)->bands().empty(); }

  HeatPlot* modelPlot() const { return m_modelPlot; }
  HeatPlot* sitePlot() const { return m_sitePlot; }
  HeatLegend* legend() const { return m_legend; }
  SegmentedControl* fold() const { return m_fold; }
  SegmentedControl* layoutControl() const { return m_layout; }
  /// What the tooltip says: title, then lines of label, tab and figure.
  QString modelTooltip(const HeatCell& cell) const;

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  void buildModel();
  void buildSite();
  /// The plot is dimmed until the job has ended, and says what went wrong (a damaged file) in place of its map.
  void followJob(Job* job, HeatPlot* plot);
  void showModel(std::shared_ptr<const ModelHeat> heat);
  void showSite(std::shared_ptr<const SiteHeat> heat);
  void forget();
  void followSelection();
  void applyLayout();
  void select(SiteId site, std::int64_t channel, std::optional<std::int64_t> token, bool open);
  /// Once: the user's own zoom stays when the tables are made again.
  void restoreZoom(const char* key, HeatPlot& plot);
  bool isFolded() const;
  bool tokensAlone() const;
  HeatMeasure measure() const;

  ViewServices m_services;
  QWidget* m_controls;
  SegmentedControl *m_fold, *m_measure, *m_layout;
  HeatLegend* m_legend;
  QLabel *m_hint, *m_siteTitle, *m_siteRows;
  HeatPlot *m_modelPlot, *m_sitePlot;
  QWidget* m_sitePanel;
  std::shared_ptr<const ModelHeat> m_model;
  std::shared_ptr<const SiteHeat> m_site;
  std::optional<SiteId> m_siteWanted;  ///< shown or being read
  /// Both sides of Before / After LAE and both measures are kept: switching is immediate. By (measure, folded).
  std::map<std::pair<int, int>, std::shared_ptr<const ModelHeat>> m_known;
  std::vector<SiteKind> m_bandKinds;  ///< bands of the upper map
  quant::Recipe m_recipe;             ///< that the folded tables were made with
  Json m_wanted;                      ///< zoom that restore() was given, until its tables are shown
  bool m_stale = true;                ///< the view was not shown since the snapshot changed
};

}  // namespace oscope::gui
