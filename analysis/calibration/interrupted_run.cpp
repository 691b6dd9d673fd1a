#include "analysis/calibration/interrupted_run.h"

#include "analysis/base/build_info.h"
#include "analysis/base/error.h"
#include "analysis/calibration/observer_registry.h"

namespace oscope::calibration {

void rememberRequest(const WorkFolder& work, const Dataset& data, const CalibrateOptions& options) {
  writeJsonFile(work.requestFile(),
                {{"file", data.file.string()}, {"json_key", data.jsonKey}, {"memory_bytes", options.memoryBytes}});
}

std::optional<InterruptedRun> findInterruptedRun(const std::filesystem::path& output) {
  const std::filesystem::path folder = WorkFolder::pathFor(output);
  if (!std::filesystem::exists(folder / "request.json")) return std::nullopt;
  try {
    const Json job = readJsonFile(folder / "job.json"), request = readJsonFile(folder / "request.json");
    const std::string where = folder.string();
    if (requireKey<std::string>(job, "version", where) != versionText()) return std::nullopt;
    const auto source = parseSource(requireKey<std::string>(job, "data_source", where));
    if (!source) return std::nullopt;
    InterruptedRun run;
    run.data.source = *source;
    run.data.file = requireKey<std::string>(request, "file", where);
    run.data.jsonKey = requireKey<std::string>(request, "json_key", where);
    run.data.samples = requireKey<std::int64_t>(job, "samples", where);
    run.data.length = requireKey<std::int64_t>(job, "length", where);
    run.data.firstSample = optionalKey<std::int64_t>(job, "first_sample", 0, where);
    run.data.seed = static_cast<std::uint64_t>(requireKey<std::int64_t>(job, "seed", where));
    run.options.output = output;
    run.options.seed = run.data.seed;
    run.options.memoryBytes = static_cast<std::uint64_t>(requireKey<std::int64_t>(request, "memory_bytes", where));
    for (const Json& id : requireKey<Json>(job, "observers", where)) {
      run.options.observers.push_back(id.get<std::string>());
    }
    const auto observerParams = requireKey<Json>(job, "observer_params", where);
    for (const auto& [id, params] : observerParams.items()) {
      run.options.observerParams[id] = ParamSet::fromJson(findObserver(id).params(), params, where);
    }
    run.modelFingerprint = requireKey<std::string>(job, "model_fingerprint", where);
    run.device = requireKey<std::string>(job, "device", where);
    run.finishedBlocks = WorkFolder::finishedBlocksOf(output);
    return run;
  } catch (const std::exception&) {
    return std::nullopt;  // damaged or of another version: nothing to go on from
  }
}

void discardInterruptedRun(const std::filesystem::path& output) {
  if (!std::filesystem::exists(WorkFolder::pathFor(output))) return;
  WorkFolder(output, Json::object(), true).remove();
}

}  // namespace oscope::calibration
