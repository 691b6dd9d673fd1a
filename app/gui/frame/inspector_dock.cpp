#include "app/gui/frame/inspector_dock.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QTableWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "analysis/stats/outlier.h"
#include "app/common/number_format.h"
#include "app/gui/document.h"
#include "app/gui/frame/bar_rows.h"
#include "app/gui/frame/dock_head.h"
#include "app/gui/frame/site_steps.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/icons.h"
#include "app/gui/marks.h"
#include "app/gui/theme.h"
#include "app/gui/token_text.h"
#include "app/gui/view_context.h"

namespace oscope::gui {
namespace {

constexpr int kOutlierRows = 5;
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
  auto* nothing = new QLabel(tr("Select a site to see its policy,\nits ranges and its outliers."), this);
  nothing->setProperty("class", "label");
  nothing->setAlignment(Qt::AlignCenter);
  m_stack->addWidget(nothing);

  auto* scroll = new QScrollArea(this);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
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
  m_firstToken = new QLabel(content);
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
  m_outliers = new QTableWidget(0, 4, content);
  m_outliers->setHorizontalHeaderLabels({tr("channel"), tr("max |x|"), tr("× median"), tr("token")});
  for (int c = 0; c < 4; ++c) {
    m_outliers->horizontalHeaderItem(c)->setTextAlignment((c == 3 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
  }
  m_outliers->setStyleSheet(QStringLiteral("QTableWidget { background: palette(alternate-base); }"));
  m_outliers->verticalHeader()->hide();
  m_outliers->verticalHeader()->setDefaultSectionSize(24);
  m_outliers->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
  m_outliers->setEditTriggers(QAbstractItemView::NoEditTriggers);
  m_outliers->setSelectionBehavior(QAbstractItemView::SelectRows);
  m_outliers->setShowGrid(false);
  m_outliers->setStyleSheet(QStringLiteral("QTableView { background: palette(alternate-base); }"));
  m_outliers->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_outliers->setFixedHeight(26 + 24 * kOutlierRows);
  m_outliers->setAccessibleName(tr("Outlier channels"));
  outliers->addWidget(m_outliers);
  m_openChannels =
      new QPushButton(themedIcon(QStringLiteral("channels"), &Theme::accent), tr("Open in Channels"), content);
  m_openChannels->setProperty("class", "link");
  m_openChannels->setToolTip(tr("Open in Channels (Enter)"));
  outliers->addWidget(m_openChannels, 0, Qt::AlignLeft);

  QVBoxLayout* note = section(column, tr("Note"), makeLabel(tr("kept in the report"), "hint", content), content);
  m_note = new QPlainTextEdit(content);
  m_note->setObjectName(QStringLiteral("siteNote"));
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
  connect(m_outliers, &QTableWidget::cellClicked, this,
          [this](int row) { m_context.selectChannel(m_outliers->item(row, 0)->data(Qt::UserRole).toLongLong()); });
  connect(&m_context, &ViewContext::selectionChanged, this, [this] {
    refresh();
    refreshOutliers();
  });
  connect(&m_document, &Document::rowsChanged, this, &InspectorDock::refresh);
  connect(&m_document, &Document::snapshotChanged, this, &InspectorDock::refreshOutliers);
  // A note is one undo step when the field is left.
  m_note->installEventFilter(this);
  refresh();
}

bool InspectorDock::eventFilter(QObject* object, QEvent* event) {
  if (object == m_note && event->type() == QEvent::FocusOut && m_noteSite) {
    m_document.setNote(*m_noteSite, m_note->toPlainText());
  }
  return QWidget::eventFilter(object, event);
}

void InspectorDock::refresh() {
  const auto current = m_context.selection().current;
  const SiteRow* row = current ? m_document.row(*current) : nullptr;
  m_stack->setCurrentIndex(row == nullptr ? 0 : 1);
  if (row == nullptr) return m_title->setText(tr("Inspector"));
  const Theme& t = theme();
  const std::size_t index = *m_document.indexOf(*current);
  const quant::SitePlan& plan = m_document.plan()->sites[index];
  const stats::SiteStats& site = m_document.snapshot()->sites()[index];
  const bool previewing = m_document.previewing();

  m_title->setText(tr("Block %1 · %2").arg(current->block).arg(QString::fromUtf8(toString(current->kind).data())));
  QStringList readers;
  for (const quant::LinearPlan& linear : plan.linears) readers << text(linear.role);
  m_subtitle->setText(
      tr("input of %1 · %2 channels").arg(readers.join(QStringLiteral(", ")), text(app::formatCount(site.channels))));

  m_policy->setCurrent(static_cast<int>(row->policy));
  m_origin->setText(row->overridden ? tr("✎ by hand") : tr("from the rule"));
  m_reset->setVisible(row->overridden);
  if (previewing && !row->overridden) {
    const QString relation = row->range <= m_document.v0()  ? tr("v = %1 ≤ v0 = %2")
                             : row->range < m_document.v1() ? tr("v0 < v = %1 < v1 = %3")
                                                            : tr("v = %1 ≥ v1 = %3");
    QString words = relation;
    words.replace(QLatin1String("%1"), text(app::formatRange(row->range)));
    words.replace(QLatin1String("%2"), text(app::formatRange(m_document.v0())));
    words.replace(QLatin1String("%3"), text(app::formatRange(m_document.v1())));
    m_reason->setText(words);
    m_hint->setText(row->policy == plan.policy ? QString()
                                               : tr("Was %1 before this drag.").arg(policyTitle(plan.policy)));
  } else {
    QString reason = text(plan.reason);
    m_reason->setText(
        reason.replace(QLatin1String(">="), QStringLiteral("≥")).replace(QLatin1String("<="), QStringLiteral("≤")));
    m_hint->setText({});
  }
  const bool edgeAllowed = std::find(m_document.recipe().foldEdges.begin(), m_document.recipe().foldEdges.end(),
                                     site.foldEdge) != m_document.recipe().foldEdges.end();
  const QString obstacle = m_document.whyNot(*current, quant::Policy::LaeStatic);
  const bool lae = obstacle.isEmpty();
  const QString whyNot = lae ? QString() : tr("LAE off: %1.").arg(obstacle);
  m_policy->setChoiceEnabled(static_cast<int>(quant::Policy::LaeStatic), lae, whyNot);
  if (m_hint->text().isEmpty()) m_hint->setText(whyNot);
  m_allow->setVisible(!site.foldEdge.empty() && !edgeAllowed);
  m_allow->setText(tr("Allow %1…").arg(text(site.foldEdge)));

  // Ranges on a log scale that reaches two decades below the larger of range and v1.
  const double top = std::max<double>({row->range, m_document.v1(), 1e-9}) * 1.3;
  const double bottom = std::min<double>({top / 1000, m_document.v0() / 3});
  const auto share = [&](double value) {
    return value <= bottom ? 0.0 : std::log(value / bottom) / std::log(top / bottom);
  };
  m_ranges->setRows(
      {{tr("all tokens"), text(app::formatRange(row->range)), share(row->range), t.ink2, -1, false, false},
       {tr("without first"), text(app::formatRange(row->rangeWithoutFirst)), share(row->rangeWithoutFirst),
        t.borderStrong, -1, false, false}},
      {{share(m_document.v0()), QStringLiteral("v0")}, {share(m_document.v1()), QStringLiteral("v1")}});
  const double factor = row->rangeWithoutFirst > 0 ? row->range / row->rangeWithoutFirst : 0;
  m_firstToken->setVisible(factor >= kFirstTokenFactor);
  m_firstToken->setText(
      tr("The first token alone makes this range: %1 above every other token.").arg(text(app::formatFactor(factor))));
  m_firstToken->setStyleSheet(QStringLiteral("background: %1; border-radius: 6px;").arg(t.laeSoft.name()));

  std::vector<BarRows::Row> bars;
  double best = 1;
  const auto predictions = m_document.predictions();
  for (quant::Policy policy : {quant::Policy::Static, quant::Policy::LaeStatic, quant::Policy::Dynamic}) {
    const auto value = predictions ? predictions->at(index, policy).total : std::nullopt;
    if (value) best = std::max(best, *value);
  }
  for (quant::Policy policy : {quant::Policy::Static, quant::Policy::LaeStatic, quant::Policy::Dynamic}) {
    const auto value = predictions ? predictions->at(index, policy).total : std::nullopt;
    const bool chosen = policy == row->policy;
    bars.push_back({policy == quant::Policy::LaeStatic ? tr("LAE") : policyTitle(policy), text(app::formatDb(value)),
                    value ? *value / best : 0, chosen ? t.mark(policy) : mixed(t.surface2, t.mark(policy), 0.55),
                    static_cast<int>(policy), policy == quant::Policy::LaeStatic && !lae, chosen});
  }
  m_predictions->setRows(std::move(bars));

  QString lines;
  double allBefore = 0, allAfter = 0;
  for (const quant::LinearPlan& linear : plan.linears) {
    const double before = 2.0 * static_cast<double>(linear.out * linear.in);
    const double scales = 2.0 * static_cast<double>(linear.out) *
                          static_cast<double>(linear.in / quant::effectiveGroup(linear.scheme, linear.in));
    const double after = linear.scheme.isFloat() ? before : before * linear.scheme.bits / 16 + scales;
    allBefore += before;
    allAfter += after;
    lines += QStringLiteral("<tr><td>%1&nbsp;&nbsp;</td><td>%2&nbsp;&nbsp;</td><td align='right'>%3 → %4</td></tr>")
                 .arg(text(linear.role), text(linear.scheme.describe()), text(app::formatBytes(before)),
                      text(app::formatBytes(after)));
  }
  const QString line = QStringLiteral("<tr><td>%1</td><td colspan='2' align='right'>%2</td></tr>");
  if (plan.linears.size() > 1) {
    lines += line.arg(tr("size"),
                      tr("%1 (was %2)").arg(text(app::formatBytes(allAfter)), text(app::formatBytes(allBefore))));
  }
  lines += line.arg(tr("range v after fold"),
                    plan.scale.empty() ? tr("unchanged, %1").arg(text(app::formatRange(plan.range)))
                                       : tr("%1 → %2, in %3")
                                             .arg(text(app::formatRange(plan.range)),
                                                  text(app::formatRange(plan.rangeAfter)), text(plan.foldEdge)));
  m_weights->setText(QStringLiteral("<table cellspacing='2' width='100%'>%1</table>").arg(lines));

  if (!m_note->hasFocus() || m_noteSite != current) {
    if (m_noteSite && m_noteSite != current && m_note->hasFocus()) {
      m_document.setNote(*m_noteSite, m_note->toPlainText());  // the site went away under the cursor
    }
    m_noteSite = current;
    const auto note = m_document.recipe().notes.find(*current);
    m_note->setPlainText(note == m_document.recipe().notes.end() ? QString() : text(note->second));
  }
}

void InspectorDock::refreshOutliers() {
  m_openChannels->setVisible(hasView(QStringLiteral("channels")));
  m_outliers->setRowCount(0);
  const auto current = m_context.selection().current;
  if (!current || !m_document.snapshot() || !m_document.snapshot()->contains(*current)) return;
  const stats::SiteStats& site = m_document.snapshot()->site(*current);
  const std::vector<stats::OutlierChannel> all = stats::outlierChannels(site, kOutlierRows);
  m_outlierHint->setText(tr("largest %1 of %2").arg(all.size()).arg(text(app::formatCount(site.channels))));
  m_outliers->setRowCount(static_cast<int>(all.size()));
  for (int i = 0; i < static_cast<int>(all.size()); ++i) {
    const stats::OutlierChannel& outlier = all[static_cast<std::size_t>(i)];
    const auto place = m_document.snapshot()->place(outlier.token);
    const QString cells[] = {text(app::formatCount(outlier.channel)), text(app::formatRange(outlier.absmax)),
                             text(app::formatRange(outlier.overMedian)), visibleToken(text(place.text))};
    for (int c = 0; c < 4; ++c) {
      auto* item = new QTableWidgetItem(cells[c]);
      item->setTextAlignment(c == 3 ? Qt::AlignLeft | Qt::AlignVCenter : Qt::AlignRight | Qt::AlignVCenter);
      item->setFont(monoFont(12));
      item->setData(Qt::UserRole, QVariant::fromValue<qlonglong>(outlier.channel));
      item->setToolTip(tr("sample %1, position %2").arg(place.sample).arg(place.position));
      m_outliers->setItem(i, c, item);
    }
  }
}

}  // namespace oscope::gui
