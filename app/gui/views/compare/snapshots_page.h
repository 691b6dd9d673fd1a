// The workspace's snapshot (A) beside another one (B): every site's range and policy, and the channels of one site.
#pragma once

#include <optional>

#include "app/gui/views/compare/compare_page.h"
#include "app/gui/views/view.h"
#include "quant/compare/snapshot_diff.h"

class QLabel;
class QPushButton;
class QStackedWidget;

namespace oscope::gui {

class ChannelOverlay;
class Job;
class SegmentedControl;
class SiteTable;

class SnapshotsPage : public ComparePage {
  Q_OBJECT

 public:
  SnapshotsPage(const ViewServices& services, QWidget* parent);
  QString summary() const override;
  QString csv() const override;
  bool canSavePicture() const override { return m_diff.has_value(); }
  FileWork savePicture(const QString& path) override;
  bool escape() override;

  /// Opens B on a job.
  void openOther(const QString& path);
  void setShowEqual(bool on);
  const std::optional<quant::SnapshotDiff>& diff() const { return m_diff; }
  SiteTable* table() const { return m_table; }
  ChannelOverlay* overlay() const { return m_overlay; }

 private:
  void askForOther();
  void recompute();
  void followJob(Job* job);
  void refresh();
  void showSite();

  ViewServices m_services;
  stats::SnapshotPtr m_other;
  QString m_otherName;
  std::optional<quant::SnapshotDiff> m_diff;
  bool m_showEqual = false;
  QStackedWidget* m_stack;
  QLabel *m_nameA, *m_nameB, *m_facts, *m_note, *m_siteName;
  SiteTable* m_table;
  SegmentedControl* m_order;
  ChannelOverlay* m_overlay;
};

}  // namespace oscope::gui
