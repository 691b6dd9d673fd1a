// What the open model and its snapshot are: architecture, sites, folds, files; what was calibrated on what.
#pragma once

#include <QDialog>

class QGridLayout;
class QLabel;

namespace oscope::app {
struct Fact;
}

namespace oscope::gui {

class CellTable;
class Document;

class FactsDialog : public QDialog {
  Q_OBJECT

 public:
  FactsDialog(Document& document, QWidget* parent);
  /// All facts as lines "name<tab>value", and the sites as CSV.
  QString text() const;
  CellTable* sites() const { return m_sites; }

 private:
  struct Section {
    QLabel* title;
    QGridLayout* rows;
    QWidget* box;
  };
  Section makeSection(const QString& title);
  void fill(const Section& section, const std::vector<app::Fact>& facts);
  void refresh();

  Document& m_document;
  QLabel *m_title, *m_problem;
  Section m_model, m_snapshot;
  CellTable* m_sites;
  QStringList m_lines;
};

}  // namespace oscope::gui
