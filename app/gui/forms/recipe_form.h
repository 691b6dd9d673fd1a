// The recipe as a form: steps with the parameters that their methods declare, thresholds, weights, rules, fold edges;
// opened from and saved to files. Every edit is a change of the document's recipe, undone like any other.
#pragma once

#include <QElapsedTimer>
#include <QWidget>
#include <map>

#include "app/gui/document.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QMenu;
class QPushButton;
class QSpinBox;
class QVBoxLayout;

namespace oscope::gui {

class StepCard;
class WeightSchemeForm;

class RecipeForm : public QWidget {
  Q_OBJECT

 public:
  RecipeForm(Document& document, QWidget* parent);
  ~RecipeForm() override;
  /// Reads a recipe file, or says beside the buttons why it can't be used; then false.
  bool open(const QString& path);
  /// On a job; an error is said beside the buttons.
  void saveTo(const QString& path);
  /// Fills a menu with the methods that can be added; those that don't fit say why.
  void fillAddMenu(QMenu& menu);

  const std::vector<StepCard*>& steps() const { return m_steps; }
  WeightSchemeForm* weights() const { return m_weights; }
  QDoubleSpinBox* threshold(int which) const { return which == 0 ? m_v0 : m_v1; }
  QCheckBox* edge(const std::string& name) const { return m_edges.at(name); }
  QLabel* problem() const { return m_problem; }

 public slots:
  void chooseFile();
  void save();
  void saveAs();

 signals:
  void problemShown();

 private:
  QVBoxLayout* addSection(QVBoxLayout* column, const QString& title, QWidget* parent);
  void makeFileRow(QVBoxLayout* column, QWidget* parent);
  void makeRules(QVBoxLayout* column, QWidget* parent);
  void refresh();
  void refreshSteps();
  /// Applies a change; edits of one field that follow quickly are one undo step.
  bool apply(const quant::Recipe& next, const QString& what, const QString& field = {});
  void report(const Error& error);
  void report(const QString& words, const QString& remedy, const QString& where);
  void editStep(std::size_t index, const QString& key);
  void moveStep(std::size_t index, int by);
  void removeStep(std::size_t index);

  Document& m_document;
  QString m_path, m_lastField;
  quant::Recipe m_saved;
  QElapsedTimer m_sinceEdit;
  int m_session = 0;
  QLabel *m_file, *m_problem, *m_ownWeights;
  QLineEdit* m_name;
  QVBoxLayout* m_stepColumn;
  std::vector<StepCard*> m_steps;
  QDoubleSpinBox *m_v0, *m_v1, *m_divisor;
  QSpinBox* m_activationBits;
  QComboBox* m_scaleDtype;
  WeightSchemeForm* m_weights;
  QPushButton* m_resetWeights;
  std::map<std::string, QCheckBox*> m_edges;
};

}  // namespace oscope::gui
