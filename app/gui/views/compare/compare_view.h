// Two snapshots, two recipes, or several methods on the open model, side by side: A on the left, B on the right, the
// differences first.
#pragma once

#include "app/gui/views/view.h"

class QCheckBox;
class QStackedWidget;

namespace oscope::gui {

class ComparePage;
class MethodsPage;
class RecipesPage;
class SegmentedControl;
class SnapshotsPage;

class CompareView : public View {
  Q_OBJECT

 public:
  enum Mode { kSnapshots, kRecipes, kMethods };

  CompareView(const ViewServices& services, QWidget* parent);
  QWidget* headerControls() override { return m_controls; }
  QString subtitle() const override;
  bool escape() override;
  bool canSavePicture() const override;
  FileWork savePicture(const QString& path) override;
  QString csv() const override;
  Json state() const override;
  void restore(const Json& state) override;

  void setMode(int mode);
  SnapshotsPage* snapshots() const { return m_snapshots; }
  RecipesPage* recipes() const { return m_recipes; }
  MethodsPage* methods() const { return m_methods; }
  QCheckBox* showEqual() const { return m_showEqual; }

 private:
  ComparePage* page() const;

  QWidget* m_controls;
  SegmentedControl* m_mode;
  QCheckBox* m_showEqual;
  QStackedWidget* m_pages;
  SnapshotsPage* m_snapshots;
  RecipesPage* m_recipes;
  MethodsPage* m_methods;
};

}  // namespace oscope::gui
