#include "app/gui/forms/facts_dialog.h"

#include <QApplication>
#include <QClipboard>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "app/common/model_facts.h"
#include "app/common/number_format.h"
#include "app/gui/document.h"
#include "app/gui/frame/cell_table.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/theme.h"

namespace oscope::gui {
namespace {

constexpr int kNameWidth = 132;

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

std::vector<TableCell> siteRow(const app::SiteFacts& site) {
  return {{text(site.blocks)},
          {text(site.kind)},
          numberCell(text(app::formatCount(site.channels)), static_cast<double>(site.channels)),
          {text(site.readers)},
          {text(site.shapes)},
          {text(site.fold), {}, {}, -1, text(site.fold)}};
}

}  // namespace

FactsDialog::FactsDialog(Document& document, QWidget* parent) : QDialog(parent), m_document(document) {
  setWindowTitle(tr("Model facts"));
  setModal(false);
  setProperty("class", "surface");
  resize(760, 780);
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(0, 0, 0, 0);
  outer->setSpacing(0);
  auto* scroll = new QScrollArea(this);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setAccessibleName(tr("Facts"));
  auto* page = new QWidget(scroll);
  page->setProperty("class", "surface");
  page->setAttribute(Qt::WA_StyledBackground);
  scroll->setWidget(page);
  outer->addWidget(scroll, 1);
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(24, 16, 24, 16);
  column->setSpacing(12);
  m_title = makeLabel({}, "title", page);
  column->addWidget(m_title);
  m_problem = makeLabel({}, "warning", page);
  m_problem->setWordWrap(true);
  column->addWidget(m_problem);
  m_model = makeSection(tr("Model"));
  column->addWidget(m_model.box);
  column->addWidget(
      makeLabel(tr("Sites: activations that linears read, and what can be folded where"), "section", page));
  m_sites = new CellTable(tr("Sites by blocks"), page);
  column->addWidget(m_sites);
  m_snapshot = makeSection(tr("Snapshot"));
  column->addWidget(m_snapshot.box);
  column->addStretch(1);

  outer->addWidget(makeRule(Qt::Horizontal, this));
  auto* foot = new QHBoxLayout;
  foot->setContentsMargins(24, 12, 24, 14);
  foot->setSpacing(8);
  auto* copy = new QPushButton(tr("&Copy all"), this);
  auto* close = new QPushButton(tr("C&lose"), this);
  close->setDefault(true);
  foot->addStretch(1);
  for (QPushButton* button : {copy, close}) {
    button->setMinimumHeight(32);
    foot->addWidget(button);
  }
  outer->addLayout(foot);
  connect(copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(text()); });
  connect(close, &QPushButton::clicked, this, &QDialog::close);
  for (auto changed : {&Document::modelChanged, &Document::snapshotChanged}) {
    connect(&m_document, changed, this, &FactsDialog::refresh);
  }
  refresh();
}

FactsDialog::Section FactsDialog::makeSection(const QString& title) {
  Section section;
  section.box = new QWidget(this);
  auto* column = new QVBoxLayout(section.box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(6);
  section.title = makeLabel(title, "section", section.box);
  column->addWidget(section.title);
  section.rows = new QGridLayout;
  section.rows->setHorizontalSpacing(16);
  section.rows->setVerticalSpacing(4);
  section.rows->setColumnMinimumWidth(0, kNameWidth);
  section.rows->setColumnStretch(1, 1);
  column->addLayout(section.rows);
  return section;
}

void FactsDialog::fill(const Section& section, const std::vector<app::Fact>& facts) {
  while (QLayoutItem* item = section.rows->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  section.box->setVisible(!facts.empty());
  int row = 0;
  for (const app::Fact& fact : facts) {
    auto* value = makeLabel(gui::text(fact.value), "", section.box);
    value->setWordWrap(true);
    value->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    value->setAccessibleName(gui::text(fact.name));
    section.rows->addWidget(makeLabel(gui::text(fact.name), "label", section.box), row, 0, Qt::AlignTop);
    section.rows->addWidget(value, row++, 1);
    m_lines << QStringLiteral("%1\t%2").arg(gui::text(fact.name), gui::text(fact.value));
  }
}

QString FactsDialog::text() const {
  return m_lines.join(QLatin1Char('\n')) + QStringLiteral("\n\n") + m_sites->csv();
}

void FactsDialog::refresh() {
  const auto model = m_document.model();
  const auto snapshot = m_document.snapshot();
  m_lines.clear();
  m_title->setText(m_document.title().section(QStringLiteral(" · "), 0, 0));
  std::vector<app::Fact> facts;
  std::optional<model::ModelGraph> graph;
  QStringList problems;
  if (model != nullptr) {
    graph = model->graph;
    facts = app::fileFacts(*model);
    for (const Diagnostic& found : model->diagnostics) problems << gui::text(found.where + ": " + found.text);
  } else if (snapshot != nullptr) {
    try {
      graph = model::graphOfConfig({snapshot->provenance().config, "config in the snapshot"});
      facts.push_back({"model", snapshot->provenance().modelName + " (its checkpoint is not open)"});
    } catch (const Error& error) {
      problems << QString::fromUtf8(error.what());
    }
  }
  std::vector<std::vector<TableCell>> rows;
  if (graph) {
    for (const app::Fact& fact : app::graphFacts(*graph)) facts.push_back(fact);
    for (const app::SiteFacts& site : app::siteFacts(*graph)) rows.push_back(siteRow(site));
  }
  fill(m_model, facts);
  const int shown = std::clamp(static_cast<int>(rows.size()), 1, 12);
  m_sites->setTable(
      {{tr("blocks")}, {tr("site")}, {tr("channels"), true}, {tr("read by")}, {tr("out × in")}, {tr("exact fold")}},
      std::move(rows));
  m_sites->setFixedHeight(28 * (shown + 1) + 4);
  fill(m_snapshot, snapshot != nullptr ? app::snapshotFacts(*snapshot) : std::vector<app::Fact>());
  m_problem->setText(problems.join(QLatin1Char('\n')));
  m_problem->setVisible(!problems.isEmpty());
}

}  // namespace oscope::gui
