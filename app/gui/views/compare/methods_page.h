// Several recipes on the open model, measured side by side on held-out text: the choice on the left, the table beside.
#pragma once

#include <optional>
#include <vector>

#include "app/gui/views/compare/compare_page.h"
#include "app/gui/views/view.h"
#include "quant/compare/compare_methods.h"

class QLabel;
class QLineEdit;
class QListWidget;
class QPushButton;
class QSpinBox;
class QStackedWidget;

namespace oscope::gui {

class CellTable;
class Job;

class MethodsPage : public ComparePage {
  Q_OBJECT

 public:
  MethodsPage(const ViewServices& services, QWidget* parent);
  QString summary() const override;
  QString csv() const override;

  void setText(const QString& path);
  void setWindows(int windows, int length);
  /// Ticks exactly these (ids of built-in recipes, files, or "workspace").
  void setChosen(const QStringList& names);
  void addRecipeFile(const QString& path);
  void start();
  void stop();
  /// Why the comparison can't start; empty: it can.
  QString whyNot() const;
  bool running() const;

  const std::optional<quant::CompareReport>& report() const { return m_report; }
  CellTable* table() const { return m_table; }
  QPushButton* startButton() const { return m_start; }
  /// Writes the table; the suffix decides: .csv, .html, .md.
  void saveTable(const QString& path);

 private:
  QWidget* makeForm();
  void refreshState();
  std::vector<quant::NamedRecipe> chosen() const;
  void showReport(quant::CompareReport report);
  void askAndSave();

  ViewServices m_services;
  std::optional<quant::CompareReport> m_report;
  Job* m_job = nullptr;
  QListWidget* m_recipes;
  QLineEdit* m_text;
  QSpinBox *m_windows, *m_length;
  QPushButton *m_start, *m_save;
  QLabel *m_hint, *m_subject, *m_message;
  QStackedWidget* m_stack;
  CellTable* m_table;
};

}  // namespace oscope::gui
