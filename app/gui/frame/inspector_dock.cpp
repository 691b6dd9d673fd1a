#include "app/gui/frame/inspector_dock.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "analysis/stats/outlier.h"
#include "app/common/number_format.h"
#include "app/gui/document.h"
#include "app/gui/frame/bar_rows.h"
#include "app/gui/frame/cell_table.h"
#include "app/gui/frame/dock_head.h"
#include "app/gui/frame/inspector_figures.h"
#include "app/gui/frame/site_steps.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/icons.h"
#include "app/gui/marks.h"
#include "app/gui/models/site_reason.h"
#include "app/gui/theme.h"
#include "app/gui/token_text.h"
#include "app/gui/view_context.h"

namespace oscope::gui {
namespace {

constexpr int kOutlierRows = 5;
constexpr int kNotePause = 2000;         // milliseconds after which typing starts another undo step
constexpr double kFirstTokenFactor = 3;  // "the first token alone makes this range"

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

/// A section: rule, head with a hint at the right, content.
QVBoxLayout* section(QVBoxLayout* column, const QString& title, QLabel* hint, QWidget* parent) {
  column->addWidget(makeRule(Qt::Horizontal, parent));
  auto* box = new QVBoxLayout;
  box->setContentsMargins(16, 12, 16, 12);
  box->setSpacing(6);
  auto* head = new QHBoxLayout;
  head->addWidget(makeLabel(title, "section", parent));
  head->addStretch(1);
  if (hint != nullptr) head->addWidget(hint);
  box->addLayout(head);
  column->addLayout(box);
  return box;
}

}  // namespace

InspectorDock::InspectorDock(Document& document, ViewContext& context, DockHead* dockHead, QWidget* parent)
    : QWidget(parent), m_document(document), m_context(context) {
  setProperty("class", "surface2");
  setAttribute(Qt::WA_StyledBackground);
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  m_stack = new QStackedWidget(this);
  outer->addWidget(m_stack);
  m_nothing = makeLabel({}, "label", this);
  m_nothing->setAlignment(Qt::AlignCenter);
  m_stack->addWidget(m_nothing);

  auto* scroll = new QScrollArea(this);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setAccessibleName(tr("Inspector"));
  auto* content = new QWidget(scroll);
  content->setProperty("class", "surface2");
  scroll->setWidget(content);
  m_stack->addWidget(scroll);
  auto* column = new QVBoxLayout(content);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);

  auto* head = new QVBoxLayout;
  head->setContentsMargins(16, 0, 12, 10);
  m_title = dockHead->title();
  m_title->setFont(uiFont(15, QFont::DemiBold));
  for (const auto& [icon, name, keys, direction] : {std::tuple("chevron-up", tr("Previous site"), Qt::Key_K, -1),
                                                    std::tuple("chevron-down", tr("Next site"), Qt::Key_J, 1)}) {
    auto* button = makeIconButton(QLatin1String(icon), name, {}, dockHead);
    button->setToolTip(QStringLiteral("%1 (%2)").arg(name, QKeySequence(keys).toString()));
    button->setFixedSize(24, 24);
    dockHead->add(button);
    connect(button, &QToolButton::clicked, this, [this, step = direction] { stepSite(m_document, m_context, step); });
  }
  m_subtitle = makeLabel({}, "label", content);
  m_subtitle->setWordWrap(true);
  head->addWidget(m_subtitle);
  column->addLayout(head);

  m_origin = makeLabel({}, "hint", content);
  QVBoxLayout* policy = section(column, tr("Activation policy"), m_origin, content);
  m_policy = new SegmentedControl({tr("Static"), tr("LAE"), tr("Dynamic"), tr("Float")}, content);
  for (quant::Policy choice : quant::kPolicies) m_policy->setMark(static_cast<int>(choice), static_cast<int>(choice));
  policy->addWidget(m_policy);
  m_reason = new QLabel(content);
  m_reason->setWordWrap(true);
  policy->addWidget(m_reason);
  auto* hintRow = new QHBoxLayout;
  m_hint = makeLabel({}, "hint", content);
  m_hint->setWordWrap(true);
  m_allow = new QPushButton(content);
  m_allow->setProperty("class", "link");
  m_reset = new QPushButton(tr("Reset to rule"), content);
  m_reset->setProperty("class", "link");
  m_reset->setToolTip(tr("Reset to rule (R)"));
  hintRow->addWidget(m_hint, 1);
  hintRow->addWidget(m_allow);
  hintRow->addWidget(m_reset);
  policy->addLayout(hintRow);

  QVBoxLayout* ranges = section(column, tr("Range v = max |x|"), makeLabel(tr("log scale"), "hint", content), content);
  m_ranges = new BarRows(content);
  ranges->addWidget(m_ranges);
  m_firstToken = makeLabel({}, "noteBar", content);
  m_firstToken->setWordWrap(true);
  m_firstToken->setContentsMargins(10, 8, 10, 8);
  ranges->addWidget(m_firstToken);

  QVBoxLayout* predictions =
      section(column, tr("Predicted SQNR"), makeLabel(tr("dB, higher is better"), "hint", content), content);
  m_predictions = new BarRows(content);
  predictions->addWidget(m_predictions);

  QVBoxLayout* weights = section(column, tr("Weights"), nullptr, content);
  m_weights = new QLabel(content);
  m_weights->setWordWrap(true);
  m_weights->setTextFormat(Qt::RichText);
  weights->addWidget(m_weights);

  m_outlierHint = makeLabel({}, "hint", content);
  QVBoxLayout* outliers = section(column, tr("Outlier channels"), m_outlierHint, content);
  m_outliers = new CellTable(tr("Outlier channels"), content);
  m_outliers->setStyleSheet(
      QStringLiteral("QTableView { background: palette(alternate-base); } QHeaderView::section { padding: 4px 6px; }"));
  m_outliers->setRowHeight(24);
  m_outliers->setSelectionMode(QAbstractItemView::SingleSelection);
  m_outliers->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_outliers->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_outliers->setFixedHeight(28 + 24 * kOutlierRows);
  outliers->addWidget(m_outliers);
  m_openChannels =
      new QPushButton(themedIcon(QStringLiteral("channels"), &Theme::accent), tr("Open in Channels"), content);
  m_openChannels->setProperty("class", "link");
  m_openChannels->setToolTip(tr("Open in Channels (Enter)"));
  outliers->addWidget(m_openChannels, 0, Qt::AlignLeft);

  QVBoxLayout* note = section(column, tr("Note"), makeLabel(tr("kept in the report"), "hint", content), content);
  m_note = new QPlainTextEdit(content);
  m_note->setObjectName(QStringLiteral("siteNote"));
  m_note->setAccessibleName(tr("Note on this site"));
  m_note->setPlaceholderText(tr("Add a note on this site"));
  m_note->setFixedHeight(72);
  m_note->setTabChangesFocus(true);
  note->addWidget(m_note);
  column->addStretch(1);

  connect(m_policy, &SegmentedControl::currentChanged, this, [this](int choice) {
    if (m_context.selection().current) {
      m_document.setPolicy({*m_context.selection().current}, static_cast<quant::Policy>(choice));
    }
    refresh();  // a refused choice springs back
  });
  connect(m_reset, &QPushButton::clicked, this, [this] {
    if (m_context.selection().current) m_document.setPolicy({*m_context.selection().current}, std::nullopt);
  });
  connect(m_allow, &QPushButton::clicked, this, [this] {
    quant::Recipe next = m_document.recipe();
    next.foldEdges.push_back(m_document.snapshot()->site(*m_context.selection().current).foldEdge);
    m_document.setRecipe(next, tr("Allow fold into %1").arg(text(next.foldEdges.back())));
  });
  connect(m_openChannels, &QPushButton::clicked, &m_context, [this] { m_context.show(QStringLiteral("channels")); });
  const auto chooseChannel = [this] {
    const int row = m_outliers->currentRow();
    if (row >= 0) m_context.selectChannel(m_outlierChannels[static_cast<std::size_t>(row)]);
  };
  connect(m_outliers, &QTableView::clicked, this, chooseChannel);
  connect(m_outliers, &QTableView::activated, this, [this, chooseChannel] {
    chooseChannel();
    m_context.show(QStringLiteral("channels"));
  });
  connect(&m_context, &ViewContext::selectionChanged, this, [this] {
    refresh();
    refreshOutliers();
  });
  connect(&m_document, &Document::rowsChanged, this, &InspectorDock::refresh);
  connect(&m_document, &Document::snapshotChanged, this, [this] {
    m_outlierSite = nullptr;
    refreshOutliers();
  });
  // Kept while it is typed; what is typed in one go is one undo step.
  connect(m_note, &QPlainTextEdit::textChanged, this, &InspectorDock::keepNote);
  refresh();
}

void InspectorDock::refresh() {
  const auto current = m_context.selection().current;
  const SiteRow* row = current ? m_document.row(*current) : nullptr;
  m_stack->setCurrentIndex(row == nullptr ? 0 : 1);
  if (row == nullptr) {
    m_nothing->setText(m_document.rows().empty()
                           ? tr("A calibration finds the sites,\ntheir ranges and their outliers.")
                           : tr("Select a site to see its policy,\nits ranges and its outliers."));
    return m_title->setText(tr("Inspector"));
  }
  const std::size_t index = *m_document.indexOf(*current);
  const quant::SitePlan& plan = m_document.plan()->sites[index];
  const stats::SiteStats& site = m_document.snapshot()->sites()[index];

  m_title->setText(tr("Block %1 · %2").arg(current->block).arg(QString::fromUtf8(toString(current->kind).data())));
  QStringList readers;
  for (const quant::LinearPlan& linear : plan.linears) readers << text(linear.role);
  m_subtitle->setText(
      tr("input of %1 · %2 channels").arg(readers.join(QStringLiteral(", ")), text(app::formatCount(site.channels))));

  m_policy->setCurrent(static_cast<int>(row->policy));
  m_origin->setText(row->overridden ? tr("✎ by hand") : tr("from the rule"));
  m_reset->setVisible(row->overridden);
  m_reason->setText(fullReason(m_document, index));
  const bool dragged = m_document.previewing() && row->policy != plan.policy;
  m_hint->setText(dragged ? tr("Was %1 before this drag.").arg(policyTitle(plan.policy)) : QString());
  const bool edgeAllowed = std::find(m_document.recipe().foldEdges.begin(), m_document.recipe().foldEdges.end(),
                                     site.foldEdge) != m_document.recipe().foldEdges.end();
  const QString obstacle = m_document.whyNot(*current, quant::Policy::LaeStatic);
  const bool lae = obstacle.isEmpty();
  const QString whyNot = lae ? QString() : tr("LAE off: %1.").arg(obstacle);
  m_policy->setChoiceEnabled(static_cast<int>(quant::Policy::LaeStatic), lae, whyNot);
  if (m_hint->text().isEmpty()) m_hint->setText(whyNot);
  m_allow->setVisible(!site.foldEdge.empty() && !edgeAllowed);
  m_allow->setText(tr("Allow %1…").arg(text(site.foldEdge)));

  const Bars ranges = rangeBars(m_document, index);
  m_ranges->setRows(ranges.rows, ranges.ticks);
  const double factor = row->rangeWithoutFirst > 0 ? row->range / row->rangeWithoutFirst : 0;
  m_firstToken->setVisible(factor >= kFirstTokenFactor);
  m_firstToken->setText(
      tr("The first token alone makes this range: %1 above every other token.").arg(text(app::formatFactor(factor))));

  m_predictions->setRows(predictionBars(m_document, index).rows);
  m_weights->setText(weightsTable(plan));
  refreshNote();
}

void InspectorDock::refreshNote() {
  const auto current = m_context.selection().current;
  if (m_noteSite != current) ++m_noteBurst;
  m_noteSite = current;
  const auto note = m_document.recipe().notes.find(*current);
  const QString kept = note == m_document.recipe().notes.end() ? QString() : text(note->second);
  if (m_note->toPlainText() == kept) return;  // mostly what has just been typed here
  const QSignalBlocker quiet(m_note);
  m_note->setPlainText(kept);
}

void InspectorDock::keepNote() {
  if (!m_noteSite) return;
  if (m_noteClock.isValid() && m_noteClock.elapsed() > kNotePause) ++m_noteBurst;
  m_noteClock.start();
  m_document.setNote(*m_noteSite, m_note->toPlainText(), QStringLiteral("note %1").arg(m_noteBurst));
}

void InspectorDock::refreshOutliers() {
  m_openChannels->setVisible(hasView(QStringLiteral("channels")));
  const auto current = m_context.selection().current;
  if (!current || !m_document.snapshot() || !m_document.snapshot()->contains(*current)) return;
  const stats::SiteStats& site = m_document.snapshot()->site(*current);
  if (m_outlierSite != &site) {
    m_outlierSite = &site;
    m_outlierChannels.clear();
    std::vector<std::vector<TableCell>> rows;
    for (const stats::OutlierChannel& outlier : stats::outlierChannels(site, kOutlierRows)) {
      const auto place = m_document.snapshot()->place(outlier.token);
      const QString token = tokenContext(*m_document.snapshot(), outlier.token, 0).token;
      const QString where = tr("“%1” · sample %2, position %3").arg(token).arg(place.sample).arg(place.position);
      std::vector<TableCell> row{
          numberCell(text(app::formatCount(outlier.channel)), static_cast<double>(outlier.channel)),
          numberCell(text(app::formatRange(outlier.absmax)), outlier.absmax),
          numberCell(text(app::formatRange(outlier.overMedian)), outlier.overMedian),
          {token}};
      for (TableCell& cell : row) cell.tooltip = where;
      rows.push_back(std::move(row));
      m_outlierChannels.push_back(outlier.channel);
    }
    m_outlierHint->setText(tr("largest %1 of %2").arg(rows.size()).arg(text(app::formatCount(site.channels))));
    m_outliers->setTable({{tr("channel"), true}, {tr("max |x|"), true}, {tr("× median"), true}, {tr("token")}},
                         std::move(rows));
    for (const auto& [column, width] : {std::pair(0, 60), {1, 56}, {2, 74}}) m_outliers->setColumnWidth(column, width);
    m_outliers->horizontalHeader()->setSectionResizeMode(3, QHeaderView::Stretch);  // long tokens are cut where it ends
  }
  const auto chosen =
      std::find(m_outlierChannels.begin(), m_outlierChannels.end(), m_context.selection().channel.value_or(-1));
  if (chosen == m_outlierChannels.end()) return m_outliers->selectionModel()->clear();
  m_outliers->setCurrentRow(static_cast<int>(chosen - m_outlierChannels.begin()));
}

}  // namespace oscope::gui
