// Under the plots of the Channels view: the outlier channels, and the tokens that made the chosen one.
#pragma once

#include <QWidget>
#include <memory>

#include "analysis/stats/snapshot.h"
#include "app/gui/views/channels/channel_series.h"

class QDoubleSpinBox;
class QLabel;

namespace oscope::gui {

class DataTable;
class EvidenceModel;
class OutlierModel;
class TableSorter;
class ViewSplitter;

class ChannelTables : public QWidget {
  Q_OBJECT

 public:
  explicit ChannelTables(QWidget* parent = nullptr);
  void setSeries(std::shared_ptr<const ChannelSeries> series);
  /// Fills Token evidence; `detail` may be null while it is read. `selected`: the row is marked too.
  void setChannel(const stats::SnapshotPtr& snapshot, const stats::SiteDetail* detail, std::int64_t channel,
                  bool selected);

  DataTable* outliers() const { return m_outlierTable; }
  DataTable* evidence() const { return m_evidenceTable; }
  QDoubleSpinBox* threshold() const { return m_threshold; }  ///< times the median

 signals:
  void channelChosen(std::int64_t channel);
  void tokenChosen(std::int64_t token);
  void thresholdChanged();

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void sizeEvidence(bool narrow);

  std::shared_ptr<const ChannelSeries> m_series;
  ViewSplitter* m_split;
  QDoubleSpinBox* m_threshold;
  QLabel *m_outlierHint, *m_evidenceHint, *m_evidenceFoot;
  DataTable *m_outlierTable, *m_evidenceTable;
  OutlierModel* m_outlierModel;
  EvidenceModel* m_evidenceModel;
  TableSorter* m_outlierSorter;
};

}  // namespace oscope::gui
