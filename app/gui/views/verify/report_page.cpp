#include "app/gui/views/verify/report_page.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QScrollArea>
#include <QVBoxLayout>

#include "app/gui/frame/data_table.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/icons.h"
#include "app/gui/marks.h"
#include "app/gui/models/runtime_table_model.h"
#include "app/gui/theme.h"
#include "app/gui/views/verify/agreement_plot.h"
#include "app/gui/views/verify/report_figures.h"
#include "app/gui/views/verify/site_bars.h"

namespace oscope::gui {
namespace {

QWidget* makeCard(QWidget* parent) {
  auto* card = new QWidget(parent);
  card->setProperty("class", "card");
  card->setAttribute(Qt::WA_StyledBackground);
  return card;
}

/// Title, a small line beside it, and what stands at the right end.
QHBoxLayout* cardHead(const QString& title, const QString& hint, QWidget* right, QWidget* parent) {
  auto* head = new QHBoxLayout;
  head->setSpacing(8);
  auto* label = new QLabel(title, parent);
  label->setFont(uiFont(13, QFont::DemiBold));
  head->addWidget(label);
  if (!hint.isEmpty()) head->addWidget(makeLabel(hint, "hint", parent));
  head->addStretch(1);
  if (right != nullptr) head->addWidget(right);
  return head;
}

QLabel* iconLabel(const QString& name, const QColor& color, int pixels, QWidget* parent) {
  auto* label = new QLabel(parent);
  label->setPixmap(iconPixmap(name, color, pixels, parent->devicePixelRatioF()));
  return label;
}

/// The three policies with their marks.
class PolicyLegend : public QWidget {
 public:
  explicit PolicyLegend(QWidget* parent) : QWidget(parent) { setFixedHeight(20); }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    painter.setFont(uiFont(12));
    double x = 6;
    for (const quant::Policy policy : {quant::Policy::Static, quant::Policy::LaeStatic, quant::Policy::Dynamic}) {
      paintMark(painter, QPointF(x, 10), policy, 0.85);
      painter.setPen(theme().ink2);
      const QString title = policyTitle(policy);
      painter.drawText(QRectF(x + 10, 0, 120, 20), Qt::AlignVCenter, title);
      x += painter.fontMetrics().horizontalAdvance(title) + 34;
    }
  }
};

QWidget* cardOf(const ReportCardText& text, QWidget* parent) {
  QWidget* card = makeCard(parent);
  auto* column = new QVBoxLayout(card);
  column->setContentsMargins(16, 12, 16, 12);
  column->setSpacing(4);
  auto* head = new QHBoxLayout;
  head->addWidget(makeLabel(text.title, "label", card));
  head->addStretch(1);
  if (text.mark == ReportCardText::Mark::Passed)
    head->addWidget(iconLabel(QStringLiteral("check"), theme().ok, 16, card));
  if (text.mark == ReportCardText::Mark::Failed)
    head->addWidget(iconLabel(QStringLiteral("error"), theme().error, 16, card));
  column->addLayout(head);
  auto* line = new QHBoxLayout;
  line->setSpacing(6);
  if (!text.before.isEmpty()) {
    QLabel* before = makeLabel(text.before + QStringLiteral(" →"), "label", card);
    before->setFont(uiFont(15));
    line->addWidget(before, 0, Qt::AlignBaseline);
  }
  auto* figure = new QLabel(text.figure, card);
  figure->setFont(uiFont(24, QFont::DemiBold));
  line->addWidget(figure, 0, Qt::AlignBaseline);
  line->addWidget(makeLabel(text.unit, "unit", card), 0, Qt::AlignBaseline);
  line->addStretch(1);
  column->addLayout(line);
  QLabel* note = makeLabel(text.note, "hint", card);
  note->setToolTip(text.note);
  column->addWidget(note);
  card->setAccessibleName(QStringLiteral("%1: %2 %3").arg(text.title, text.figure, text.unit));
  return card;
}

template <typename Layout>
void clear(Layout* layout) {
  while (QLayoutItem* item = layout->takeAt(0)) {
    delete item->widget();
    delete item;
  }
}

}  // namespace

ReportPage::ReportPage(ViewContext& context, QWidget* parent) : QWidget(parent) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(16, 16, 16, 16);
  column->setSpacing(16);
  m_cards = new QHBoxLayout;
  m_cards->setSpacing(16);
  column->addLayout(m_cards);

  auto* middle = new QHBoxLayout;
  middle->setSpacing(16);
  m_scatterCard = makeCard(this);
  auto* scatterColumn = new QVBoxLayout(m_scatterCard);
  scatterColumn->setContentsMargins(16, 12, 12, 8);
  scatterColumn->addLayout(cardHead(tr("Predicted and measured SQNR"), {}, nullptr, m_scatterCard));
  scatterColumn->addWidget(new PolicyLegend(m_scatterCard));
  m_scatter = new AgreementPlot(context, m_scatterCard);
  m_scatter->setMinimumHeight(320);
  scatterColumn->addWidget(m_scatter, 1);
  m_barsCard = makeCard(this);
  auto* barsColumn = new QVBoxLayout(m_barsCard);
  barsColumn->setContentsMargins(16, 12, 12, 8);
  barsColumn->addLayout(cardHead(tr("Measured SQNR by site"), tr("dB; tick = predicted"), nullptr, m_barsCard));
  m_bars = new SiteBars(context, m_barsCard);
  barsColumn->addWidget(m_bars, 1);
  QWidget* checksCard = makeCard(this);
  auto* checksColumn = new QVBoxLayout(checksCard);
  checksColumn->setContentsMargins(16, 12, 16, 8);
  m_checksHint = makeLabel({}, "hint", checksCard);
  checksColumn->addLayout(cardHead(tr("The written files, re-opened"), {}, m_checksHint, checksCard));
  auto* scroll = new QScrollArea(checksCard);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setAccessibleName(tr("Checks on the written files"));
  auto* list = new QWidget(scroll);
  list->setProperty("class", "surface");
  m_checks = new QVBoxLayout(list);
  m_checks->setContentsMargins(0, 0, 0, 0);
  m_checks->setSpacing(0);
  scroll->setWidget(list);
  checksColumn->addWidget(scroll, 1);
  middle->addWidget(m_scatterCard, 5);
  middle->addWidget(m_barsCard, 7);
  middle->addWidget(checksCard, 5);
  column->addLayout(middle, 1);

  QWidget* runtimeCard = makeCard(this);
  auto* runtimeColumn = new QVBoxLayout(runtimeCard);
  runtimeColumn->setContentsMargins(16, 12, 16, 12);
  runtimeColumn->addLayout(
      cardHead(tr("What each runtime really runs"), tr("from the exported files"), nullptr, runtimeCard));
  m_runtimes = new RuntimeTableModel(this);
  m_table = new DataTable(runtimeCard);
  m_table->setModel(m_runtimes);
  m_table->setSortingEnabled(false);
  m_table->setRowHeight(30);
  m_table->setAccessibleName(tr("What each runtime really runs"));
  m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  m_table->horizontalHeader()->setSectionResizeMode(RuntimeTableModel::kExecutes, QHeaderView::Stretch);
  runtimeColumn->addWidget(m_table);
  column->addWidget(runtimeCard);
}

void ReportPage::fillCards(const quant::VerifyReport& report) {
  clear(m_cards);
  for (const ReportCardText& card : reportCards(report)) m_cards->addWidget(cardOf(card, this), 1);
}

void ReportPage::fillChecks(const quant::VerifyReport& report) {
  clear(m_checks);
  int passed = 0, failed = 0;
  QWidget* list = m_checks->parentWidget();
  for (const CheckLine& line : checkLines(report)) {
    const bool good = line.passed == line.total;
    (good ? passed : failed) += 1;
    auto* row = new QWidget(list);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 9, 4, 9);
    layout->setSpacing(10);
    layout->addWidget(iconLabel(good ? QStringLiteral("check") : QStringLiteral("error"),
                                good ? theme().ok : theme().error, 14, row));
    layout->addWidget(new QLabel(line.title, row), 1);
    const QString count = good ? QString::number(line.total) : tr("%1 of %2").arg(line.passed).arg(line.total);
    auto* value = new QLabel(line.value.isEmpty() ? count : line.value, row);
    value->setFont(monoFont(12));
    layout->addWidget(value);
    m_checks->addWidget(row);
    // A failed check opens: tensor, offset, expected and found.
    for (const QString& failure : line.failures.mid(0, 20)) {
      QLabel* detail = makeLabel(failure, "error", list);
      detail->setWordWrap(true);
      detail->setContentsMargins(24, 0, 4, 6);
      detail->setTextInteractionFlags(Qt::TextSelectableByMouse);
      m_checks->addWidget(detail);
    }
    if (line.failures.size() > 20) {
      m_checks->addWidget(
          makeLabel(tr("and %1 more, in the saved report").arg(line.failures.size() - 20), "hint", list));
    }
    m_checks->addWidget(makeRule(Qt::Horizontal, list));
  }
  m_checks->addStretch(1);
  m_checksHint->setText(failed == 0 ? tr("%1 passed").arg(passed)
                                    : tr("%1 passed · %2 failed").arg(passed).arg(failed));
}

void ReportPage::setReport(const quant::VerifyReport& report) {
  fillCards(report);
  fillChecks(report);
  m_scatter->setSites(report.sites);
  m_bars->setSites(report.sites);
  // Files that aren't as written: the models were not run, there is nothing to plot.
  m_scatterCard->setVisible(!report.sites.empty());
  m_barsCard->setVisible(!report.sites.empty());
  m_runtimes->setRuntimes(report.runtimes);
  m_table->setFixedHeight(28 + 30 * std::max(1, m_runtimes->rowCount()) + 4);
}

}  // namespace oscope::gui
