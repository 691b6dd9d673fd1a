// The report of a verification: cards, scatter, bars by site, checks on the re-opened files, what each runtime runs.
#pragma once

#include <QWidget>

#include "quant/verify/verify.h"

class QGridLayout;
class QHBoxLayout;
class QLabel;
class QVBoxLayout;

namespace oscope::gui {

class AgreementPlot;
class DataTable;
class RuntimeTableModel;
class SiteBars;
class ViewContext;

class ReportPage : public QWidget {
  Q_OBJECT

 public:
  ReportPage(ViewContext& context, QWidget* parent = nullptr);
  void setReport(const quant::VerifyReport& report);
  AgreementPlot* scatter() const { return m_scatter; }
  SiteBars* bars() const { return m_bars; }
  RuntimeTableModel* runtimes() const { return m_runtimes; }

 private:
  void fillCards(const quant::VerifyReport& report);
  void fillChecks(const quant::VerifyReport& report);

  QHBoxLayout* m_cards;
  AgreementPlot* m_scatter;
  SiteBars* m_bars;
  QWidget *m_scatterCard, *m_barsCard;
  QLabel* m_checksHint;
  QVBoxLayout* m_checks;
  RuntimeTableModel* m_runtimes;
  DataTable* m_table;
};

}  // namespace oscope::gui
