#include "app/gui/views/compare/snapshots_page.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "analysis/stats/hdf5_store.h"
#include "app/gui/document.h"
#include "app/gui/frame/view_splitter.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/jobs/job_runner.h"
#include "app/gui/plots/save_picture.h"
#include "app/gui/views/compare/channel_overlay.h"
#include "app/gui/views/compare/compare_cells.h"
#include "app/gui/views/compare/site_table.h"

namespace oscope::gui {
namespace {

constexpr std::size_t kFactsShown = 5;

struct Loaded {
  stats::SnapshotPtr other;
  quant::SnapshotDiff diff;
};

}  // namespace

SnapshotsPage::SnapshotsPage(const ViewServices& services, QWidget* parent)
    : ComparePage(parent), m_services(services) {
  auto* empty = new EmptyState(tr("Another calibration of this model, to lay beside the one that is open: other text, "
                                  "random tokens, before and after a change."),
                               tr("Open snapshot B…"), this);
  connect(empty, &EmptyState::actionRequested, this, &SnapshotsPage::askForOther);

  auto* content = new QWidget(this);
  auto* column = new QVBoxLayout(content);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  auto* head = new QHBoxLayout;
  head->setContentsMargins(16, 10, 16, 4);
  head->setSpacing(8);
  m_nameA = makeLabel({}, "section", content);
  m_nameB = makeLabel({}, "section", content);
  auto* other = new QPushButton(tr("Open snapshot B…"), content);
  connect(other, &QPushButton::clicked, this, &SnapshotsPage::askForOther);
  head->addWidget(makeLabel(tr("A"), "unit", content));
  head->addWidget(m_nameA);
  head->addSpacing(16);
  head->addWidget(makeLabel(tr("B"), "unit", content));
  head->addWidget(m_nameB);
  head->addStretch(1);
  head->addWidget(other);
  column->addLayout(head);
  m_facts = makeLabel({}, "label", content);
  m_facts->setWordWrap(true);
  m_facts->setContentsMargins(16, 0, 16, 8);
  m_note = makeLabel({}, "error", content);
  m_note->setWordWrap(true);
  m_note->setContentsMargins(16, 0, 16, 8);
  column->addWidget(m_facts);
  column->addWidget(m_note);
  column->addWidget(makeRule(Qt::Horizontal, content));

  auto* splitter = new ViewSplitter(QStringLiteral("snapshots"), Qt::Vertical, content);
  m_table = new SiteTable(services, tr("Sites of both snapshots"), splitter);
  auto* lower = new QWidget(splitter);
  auto* lowerColumn = new QVBoxLayout(lower);
  lowerColumn->setContentsMargins(0, 8, 8, 4);
  lowerColumn->setSpacing(0);
  auto* legend = new QHBoxLayout;
  legend->setContentsMargins(16, 0, 8, 0);
  legend->setSpacing(16);
  m_siteName = makeLabel({}, "section", lower);
  m_order = new SegmentedControl({tr("in order"), tr("sorted")}, lower);
  legend->addWidget(m_siteName);
  legend->addWidget(new OverlayLegend(lower));
  legend->addStretch(1);
  legend->addWidget(m_order);
  lowerColumn->addLayout(legend);
  m_overlay = new ChannelOverlay(lower);
  lowerColumn->addWidget(m_overlay, 1);
  splitter->addWidget(m_table);
  splitter->addWidget(lower);
  splitter->setStretchFactor(0, 1);
  splitter->setStretchFactor(1, 1);
  column->addWidget(splitter, 1);

  m_stack = new QStackedWidget(this);
  m_stack->addWidget(empty);
  m_stack->addWidget(content);
  auto* whole = new QVBoxLayout(this);
  whole->setContentsMargins(0, 0, 0, 0);
  whole->addWidget(m_stack);

  connect(m_table, &SiteTable::currentSiteChanged, this, &SnapshotsPage::showSite);
  connect(m_order, &SegmentedControl::currentChanged, this, [this](int order) { m_overlay->setSorted(order == 1); });
  connect(&m_services.document, &Document::snapshotChanged, this, &SnapshotsPage::recompute);
  connect(&m_services.document, &Document::recipeChanged, this, &SnapshotsPage::recompute);
}

void SnapshotsPage::askForOther() {
  const QString path = QFileDialog::getOpenFileName(this, tr("Open snapshot B"), {}, tr("Snapshots (*.h5)"));
  if (!path.isEmpty()) openOther(path);
}

void SnapshotsPage::openOther(const QString& path) {
  const stats::SnapshotPtr mine = m_services.document.snapshot();
  if (!mine) return;
  followJob(m_services.jobs.start<Loaded>(
      tr("Compare with %1").arg(QFileInfo(path).fileName()),
      [path, mine, recipe = m_services.document.recipe()](const JobContext&) {
        Loaded loaded{stats::openSnapshot(path.toStdString()), {}};
        loaded.diff = quant::diffSnapshots(*mine, *loaded.other, recipe);
        return loaded;
      },
      [this, path](Loaded loaded) {
        m_other = std::move(loaded.other);
        m_diff = std::move(loaded.diff);
        m_otherName = QFileInfo(path).fileName();
        refresh();
      },
      QStringLiteral("compare.snapshots")));
}

void SnapshotsPage::recompute() {
  const stats::SnapshotPtr mine = m_services.document.snapshot();
  if (!mine || !m_other) {
    m_diff.reset();
    return refresh();
  }
  followJob(m_services.jobs.start<quant::SnapshotDiff>(
      tr("Compare snapshots"),
      [mine, other = m_other, recipe = m_services.document.recipe()](const JobContext&) {
        return quant::diffSnapshots(*mine, *other, recipe);
      },
      [this](quant::SnapshotDiff diff) {
        m_diff = std::move(diff);
        refresh();
      },
      QStringLiteral("compare.snapshots")));
}

void SnapshotsPage::followJob(Job* job) {
  emit loading(true);
  connect(job, &Job::finished, this, [this, job] { emit loading(m_services.jobs.runs(job->channel())); });
}

void SnapshotsPage::refresh() {
  m_stack->setCurrentIndex(m_diff ? 1 : 0);
  emit summaryChanged();
  if (!m_diff) return;
  const std::filesystem::path mine = m_services.document.workspace().snapshot;
  m_nameA->setText(QString::fromStdString(mine.filename().string()));
  m_nameB->setText(m_otherName);
  m_facts->setText(m_diff->facts.empty() ? tr("Same model, tokens and options.")
                                         : factsText(m_diff->facts, kFactsShown));
  m_note->setVisible(!m_diff->whyNoPolicies.empty());
  m_note->setText(tr("Policies are not shown: %1").arg(QString::fromStdString(m_diff->whyNoPolicies)));
  m_table->setRows(snapshotRows(*m_diff, m_showEqual));
}

void SnapshotsPage::setShowEqual(bool on) {
  m_showEqual = on;
  refresh();
}

void SnapshotsPage::showSite() {
  const stats::SnapshotPtr mine = m_services.document.snapshot();
  const std::optional<SiteId> site = m_table->currentSite();
  if (!site || !mine || !m_other) {
    m_siteName->setText(tr("No site differs"));
    m_overlay->setSeries({}, {});
    return;
  }
  m_siteName->setText(QString::fromStdString(toString(*site)));
  const auto channels = [site](const stats::Snapshot& snapshot) {
    return snapshot.contains(*site) ? snapshot.site(*site).absmax : std::vector<float>();
  };
  m_overlay->setSeries(channels(*mine), channels(*m_other));
}

QString SnapshotsPage::summary() const {
  if (!m_diff) return tr("two calibrations");
  return tr("%1 of %2 sites differ, %3 get another policy")
      .arg(m_diff->differing)
      .arg(m_diff->sites.size())
      .arg(m_diff->policies);
}

QString SnapshotsPage::csv() const {
  return m_diff ? m_table->csv() : QString();
}

FileWork SnapshotsPage::savePicture(const QString& path) {
  return gui::savePicture(path, m_overlay->size(), [this](QPainter& painter) { m_overlay->renderTo(painter); });
}

bool SnapshotsPage::escape() {
  return m_overlay->escape();
}

}  // namespace oscope::gui
