// The three docks and when they are seen: what the user wants, per kind of view, and F9.
#pragma once

#include <QMainWindow>
#include <array>

class QAction;
class QDockWidget;
class QSettings;

namespace oscope::gui {

class DockHead;

/// Sites and Inspector stand beside most views, some views open without them; Jobs always stands below. What the user
/// closes or shows is remembered for each of the two kinds of views, and between runs.
class Docks : public QObject {
  Q_OBJECT

 public:
  enum Place { Sites, Inspector, Jobs, kCount };

  explicit Docks(QMainWindow* window);
  QDockWidget* dock(Place place) const { return m_docks[place]; }
  DockHead* head(Place place) const { return m_heads[place]; }
  void setContent(Place place, QWidget* content);
  /// Checkable, for the View menu.
  QAction* toggle(Place place) const { return m_toggles[place]; }

  /// `open`: whether there is a workspace; `sideDocks`: whether the view wants Sites and Inspector beside it.
  void show(bool open, bool sideDocks);
  /// F9: hides all docks, and shows them again.
  void setAllHidden(bool hidden);
  bool allHidden() const { return m_allHidden; }

  /// Jobs as the bar of its head alone, and back to the height it had. Checkable, for the View menu.
  QAction* collapse() const { return m_collapse; }

  /// Side docks take their smallest width in a narrow window, and the designed one again in a wide one. In between the
  /// user's own widths stay.
  void fitTo(int windowWidth);

  void save(QSettings& settings) const;
  void restore(QSettings& settings);

 private:
  void refresh();
  void want(Place place, bool wanted);
  void refit();
  void setCollapsed(bool collapsed);

  QMainWindow* m_window;
  std::array<QDockWidget*, kCount> m_docks{};
  std::array<DockHead*, kCount> m_heads{};
  std::array<QAction*, kCount> m_toggles{};
  std::array<std::array<bool, kCount>, 2> m_wanted{{{false, false, true}, {true, true, true}}};  ///< [sideDocks][place]
  QAction* m_collapse;
  int m_jobsHeight;  ///< of the expanded dock
  bool m_narrow = false, m_refit = false;
  bool m_open = false, m_sideDocks = true, m_allHidden = false;
};

}  // namespace oscope::gui
