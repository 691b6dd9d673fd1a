#include "analysis/calibration/site_watcher.h"

#include <fmt/format.h>

#include "analysis/base/error.h"

namespace oscope::calibration {
namespace {

void requireFinite(const model::SiteDesc& site, const ObservedRun& run, const compute::SiteReductions& reductions) {
  if (reductions.nonFinite == 0) return;
  const std::int64_t token = reductions.firstNonFiniteToken;
  throw Error(
      ErrorCode::NonFinite, toString(site.id),
      fmt::format("{} NaN or infinite activations; the first is in channel {} at sample {}, position {}",
                  reductions.nonFinite, reductions.firstNonFiniteChannel, token / run.length, token % run.length),
      "check the checkpoint: its weights overflow, or the config does not belong to them");
}

}  // namespace

SiteWatcher::SiteWatcher(const model::BlockGraph& block, const std::vector<ActiveObserver>& observers,
                         const ObservedRun& run, compute::Backend& backend, const std::filesystem::path& scratchFolder)
    : m_block(block), m_observers(observers), m_run(run), m_backend(backend), m_energies(block.linears.size()) {
  for (const model::SiteDesc& site : block.sites) {
    compute::ReductionSpec spec;
    spec.scratchFolder = scratchFolder;
    for (const ActiveObserver& active : observers) active.observer->request(site, run, active.params, spec);
    m_sites[site.id.kind] = {backend.makeAccumulator(site.channels, spec), run.firstSample};
  }
  for (Energy& energy : m_energies) energy.seen = run.firstSample;
}

void SiteWatcher::onSite(SiteId site, compute::Tensor& x, const compute::SequenceLayout& layout) {
  Site& watched = m_sites.at(site.kind);
  if (layout.firstSample < watched.seen) return;
  m_backend.accumulate(*watched.accumulator, x, layout, layout.firstSample * m_run.length);
  watched.seen = layout.firstSample + layout.sequences();
}

void SiteWatcher::onLinear(SiteId, int linear, const compute::Tensor&, compute::Tensor& y,
                           const compute::SequenceLayout& layout) {
  Energy& energy = m_energies[static_cast<std::size_t>(linear)];
  if (layout.firstSample < energy.seen) return;
  for (const double value : m_backend.energies(y, layout)) energy.sum.add(value);
  energy.seen = layout.firstSample + layout.sequences();
}

std::vector<stats::SiteRecord> SiteWatcher::finish() {
  std::vector<stats::SiteRecord> records;
  for (const model::SiteDesc& site : m_block.sites) {
    compute::SiteReductions reductions = m_sites.at(site.id.kind).accumulator->read();
    m_sites.at(site.id.kind).accumulator.reset();
    requireFinite(site, m_run, reductions);
    stats::SiteRecord record;
    record.stats.id = site.id;
    record.stats.channels = site.channels;
    record.stats.tokens = reductions.tokens;
    for (const ActiveObserver& active : m_observers) active.observer->store(reductions, record);
    for (const int linear : site.readers) {
      record.detail.outputEnergy.push_back(m_energies[static_cast<std::size_t>(linear)].sum);
    }
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace oscope::calibration
