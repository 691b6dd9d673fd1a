// A view of the window: one folder entry in views/ and one line in view_registry.cpp. Views know the document and the
// context, never each other.
#pragma once

#include <QString>
#include <QWidget>
#include <functional>
#include <map>
#include <vector>

#include "analysis/base/json.h"
#include "app/gui/jobs/file_work.h"

namespace oscope::gui {

class Document;
class Job;
class LoadingVeil;
class ViewContext;
class JobRunner;
class StageJobs;

/// What every view gets.
struct ViewServices {
  Document& document;
  ViewContext& context;
  JobRunner& jobs;
  StageJobs* stages = nullptr;  ///< calibrate, export, verify; null where a view is shown on its own
};

class View : public QWidget {
  Q_OBJECT

 public:
  using QWidget::QWidget;
  /// Widgets for the right side of the view's header (segmented controls, toggles); owned by the view. May be null.
  virtual QWidget* headerControls() { return nullptr; }
  /// The small line beside the title ("all sites over depth").
  virtual QString subtitle() const { return {}; }
  /// What takes the keyboard when the view is shown. Null, or nothing that can: the first that Tab reaches.
  virtual QWidget* firstFocus() const { return nullptr; }
  /// Ctrl+F: true where the view has a filter of its own and took the focus.
  virtual bool focusFilter() { return false; }
  /// Esc: the innermost thing to leave (a drag, a rubber band, a filter); true where there was one.
  virtual bool escape() { return false; }
  /// Ctrl+Shift+E and the header's save button: the picture as PNG or SVG. False: not offered.
  virtual bool canSavePicture() const { return false; }
  /// Paints the picture now; a job encodes and writes it.
  virtual FileWork savePicture(const QString& path) { return (void)path, nullptr; }
  /// The data as CSV, empty: none. A view of many figures gives tableWork() instead, which a job makes, and hasTable().
  virtual QString csv() const { return {}; }
  virtual bool hasTable() const { return !csv().isEmpty(); }
  virtual TextWork tableWork() const;
  /// Shows all of the data again. False from canFit(): there is nothing to zoom.
  virtual bool canFit() const { return false; }
  virtual void fit() {}
  /// True where the view shows fit, save and more by itself (a LegendRow): the header then leaves them out.
  virtual bool hasOwnTools() const { return false; }
  /// What the way back and the workspace keep of the view: zoom, choices. restore() takes what state() gave, and
  /// ignores what it doesn't know.
  virtual Json state() const { return {}; }
  virtual void restore(const Json& state) { Q_UNUSED(state); }

 signals:
  void subtitleChanged();
  /// The view's own buttons ask for what the header's would do.
  void saveRequested();
  void moreRequested(QWidget* below);

 protected:
  /// What `part` shows is about to be replaced: after 200 ms it is dimmed to 60 %, until it is said not to be.
  void setLoading(QWidget* part, bool loading);
  /// While the job, or a newer one in its place, runs.
  void dimWhile(Job* job, JobRunner& jobs, QWidget* part);

 private:
  std::map<QWidget*, LoadingVeil*> m_veils;  ///< children of their parts
};

/// Groups of the rail.
enum class ViewGroup { See, Decide, Deliver };

struct ViewEntry {
  QString id, title, icon, help;  ///< help: resource file of the F1 page
  ViewGroup group = ViewGroup::See;
  bool sideDocks = true;      ///< whether Sites and Inspector are shown beside it
  bool needsSnapshot = true;  ///< without one the empty state stands in
  std::function<View*(const ViewServices&, QWidget* parent)> make;
};

/// All views in the order of the rail.
const std::vector<ViewEntry>& views();

}  // namespace oscope::gui
