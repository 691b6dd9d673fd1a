// What follows from the document's snapshot and recipe: plan, predictions, rows, and the thresholds under the mouse.
#include <algorithm>

#include "app/gui/document.h"
#include "app/gui/jobs/job_runner.h"

namespace oscope::gui {

bool Document::isChecked(const quant::Recipe& recipe) const {
  return m_checked && m_checked->recipe == recipe && m_checked->snapshotHash == m_snapshot->contentHash();
}

void Document::refreshPlan() {
  const std::shared_ptr<const quant::Plan> before = std::move(m_plan);
  m_plan.reset();
  m_thresholds.reset();
  if (m_snapshot) {
    try {
      m_plan = isChecked(recipe())
                   ? m_checked
                   : std::make_shared<const quant::Plan>(quant::makePlan(*m_snapshot, recipe(), before.get()));
      m_thresholds = std::make_unique<quant::ThresholdModel>(*m_snapshot, *m_plan, m_predictions.get());
    } catch (const Error& error) {
      emit openFailed(QString::fromStdString(error.text()), QString::fromStdString(error.where()),
                      QString::fromStdString(error.remedy()));
    }
  }
  refreshRows();
  emit planChanged();
}

void Document::refreshRows() {
  m_rows.clear();
  m_outlook = {};
  if (m_plan) {
    m_rows.reserve(m_plan->sites.size());
    for (std::size_t i = 0; i < m_plan->sites.size(); ++i) {
      const quant::SitePlan& site = m_plan->sites[i];
      SiteRow row;
      row.id = site.id;
      row.range = site.range;
      row.rangeWithoutFirst = site.rangeWithoutFirst;
      row.overridden = site.overridden;
      for (const quant::LinearPlan& linear : site.linears)
        row.weightBits = std::min(row.weightBits, linear.scheme.bits);
      row.policy = m_thresholds->policy(i, v0(), v1());
      row.byRule = m_thresholds->byRule(i, v0(), v1());
      if (m_predictions) row.predictedDb = m_predictions->at(i, row.policy).total;
      if (m_report) {
        const auto measured = std::find_if(m_report->sites.begin(), m_report->sites.end(),
                                           [&](const quant::SiteMeasure& measure) { return measure.id == site.id; });
        // What was measured under another policy says nothing about this one.
        const bool same = measured != m_report->sites.end() && measured->policy == row.policy;
        if (same) row.measuredDb = measured->outputSqnrLocalDb;
      }
      m_rows.push_back(row);
    }
    m_outlook = m_thresholds->outlook(v0(), v1());
    if (!m_preview) m_committed = m_outlook;
  }
  emit rowsChanged();
}

void Document::startPredictions() {
  m_predictions.reset();
  emit predictionsChanged();
  if (!m_snapshot) return;
  m_jobs.start<std::shared_ptr<const quant::PredictionTable>>(
      tr("Predict SQNR"),
      [snapshot = m_snapshot, recipe = recipe()](const JobContext& context) {
        return std::make_shared<const quant::PredictionTable>(*snapshot, recipe, context);
      },
      [this](std::shared_ptr<const quant::PredictionTable> table) {
        m_predictions = std::move(table);
        if (m_plan) {
          m_thresholds = std::make_unique<quant::ThresholdModel>(*m_snapshot, *m_plan, m_predictions.get());
        }
        refreshRows();
        emit predictionsChanged();
      },
      QStringLiteral("predict"));
}

const SiteRow* Document::row(SiteId id) const {
  const auto index = indexOf(id);
  return index ? &m_rows[*index] : nullptr;
}

std::optional<std::size_t> Document::indexOf(SiteId id) const {
  const auto found = std::lower_bound(m_rows.begin(), m_rows.end(), id,
                                      [](const SiteRow& row, SiteId wanted) { return row.id < wanted; });
  if (found == m_rows.end() || found->id != id) return std::nullopt;
  return static_cast<std::size_t>(found - m_rows.begin());
}

void Document::previewThresholds(double v0, double v1) {
  if (!m_plan) return;
  m_preview = {v0, v1};
  refreshRows();
}

void Document::commitPreview() {
  if (!m_preview) return;
  const auto [v0, v1] = *m_preview;
  m_preview.reset();
  if (v0 == recipe().v0 && v1 == recipe().v1) {
    refreshRows();
  } else {
    setThresholds(v0, v1);
  }
}

void Document::cancelPreview() {
  if (!m_preview) return;
  m_preview.reset();
  refreshRows();
}

}  // namespace oscope::gui
