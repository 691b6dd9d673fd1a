// Whole exports of the bundled sample model: what is written, read back, refused, and left behind after failures.
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "quant/export/export_room.h"
#include "quant/export/exported_model.h"
#include "tests/export/exported_sample.h"
#include "tests/support/expect_error.h"
#include "tests/support/host_backend.h"

namespace oscope::quant {
namespace {

using test::errorOf;
using test::ExportedSample;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<std::string> namesIn(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename());
  return names;
}

TEST(CtExport, ReadsBackBlockForBlockWhatWasQuantized) {
  ExportedSample sample;
  const ExportReport report = sample.write();
  EXPECT_EQ(report.linearsQuantized, 8 * 7);
  EXPECT_EQ(report.linearsFloat, 0);
  const ExportedModel exported(sample.folder(), sample.model());
  for (const model::BlockGraph& block : sample.model().graph.blocks) {
    const QuantizedBlock made = quantizeBlock(sample.model().graph, block.index, *sample.model().weights,
                                              sample.snapshot(), sample.plan(), test::hostBackend(), {});
    const QuantizedBlock read = exported.readBlock(block.index);
    ASSERT_EQ(read.linears.size(), made.linears.size());
    for (std::size_t i = 0; i < made.linears.size(); ++i) {
      EXPECT_EQ(read.linears[i].weight.codes, made.linears[i].weight.codes) << made.linears[i].module;
      EXPECT_EQ(read.linears[i].weight.scales, made.linears[i].weight.scales) << made.linears[i].module;
    }
    for (const auto& [name, values] : made.folded) EXPECT_EQ(read.folded.at(name), values) << name;
    for (std::size_t s = 0; s < made.sites.size(); ++s) {
      EXPECT_EQ(read.sites[s].policy, made.sites[s].policy);
      EXPECT_EQ(read.sites[s].scale, made.sites[s].scale);
      EXPECT_EQ(read.sites[s].activation.scale, made.sites[s].activation.scale);
      EXPECT_EQ(read.sites[s].activation.granularity, made.sites[s].activation.granularity);
    }
    EXPECT_EQ(read.weightErrors, made.weightErrors);
  }
}

TEST(CtExport, CarriesTokenizerAndConfigAndKeepsFoldVectorsOutOfTheRoot) {
  ExportedSample sample;
  sample.write();
  EXPECT_THAT(namesIn(sample.folder()), UnorderedElementsAre("model.safetensors", "config.json", "tokenizer.json",
                                                             "tokenizer_config.json", "deploy.json", "aux"));
  const Json config = readJsonFile(sample.folder() / "config.json");
  EXPECT_EQ(config.at("torch_dtype"), "bfloat16");
  EXPECT_EQ(config.at("quantization_config").at("quant_method"), "compressed-tensors");
  const checkpoint::SafetensorsReader reader(sample.folder() / "model.safetensors");
  EXPECT_EQ(reader.header().metadata.at("format"), "pt");
}

TEST(CtExport, KnowsItsSizeBeforehand) {
  for (const char* container : {"packed", "int8"}) {
    ExportedSample sample;
    sample.options().params.setFromText(ExportedSample::format().params(), "container", container, "test");
    const std::uint64_t predicted = ExportedSample::format().predictedBytes(
        {sample.model(), sample.snapshot(), sample.plan()}, sample.options().params);
    const auto written = static_cast<double>(sample.write().bytes);
    EXPECT_NEAR(static_cast<double>(predicted), written, 0.01 * written) << container;
  }
}

TEST(CtExport, RoomIsAskedForBeforeTheStart) {
  const test::ScratchFolder scratch;
  EXPECT_EQ(whyNoRoom(scratch / "new/deep/out", 1000), std::nullopt);
  const std::optional<Error> full = whyNoRoom(scratch / "out/", 2'500'000, 1'000'000);
  ASSERT_TRUE(full.has_value());
  EXPECT_EQ(full->code(), ErrorCode::DiskFull);
  EXPECT_EQ(full->where(), scratch.path().string());
  EXPECT_EQ(full->text(), "the export needs 2.50 MB, 1.00 MB are free");
  EXPECT_THAT(full->remedy(), HasSubstr("free 1.50 MB"));
  std::ofstream(scratch / "file") << "x";
  const std::optional<Error> inTheWay = whyNoRoom(scratch / "file/out", 1);
  ASSERT_TRUE(inTheWay.has_value());
  EXPECT_THAT(inTheWay->text(), HasSubstr("is a file"));
  if (::access("/proc", W_OK) != 0) {
    EXPECT_THAT(whyNoRoom("/proc/out", 1)->text(), HasSubstr("can't be written to"));
  }
}

TEST(CtExport, WritesTheSameBytesEveryTime) {
  ExportedSample first, second;
  first.write();
  second.write();
  for (const char* name : {"model.safetensors", "config.json", "deploy.json", "aux/fold.safetensors"}) {
    std::ifstream a(first.folder() / name, std::ios::binary), b(second.folder() / name, std::ios::binary);
    const std::string left((std::istreambuf_iterator<char>(a)), {}), right((std::istreambuf_iterator<char>(b)), {});
    EXPECT_FALSE(left.empty()) << name;
    EXPECT_EQ(left, right) << name;
  }
}

TEST(CtExport, ShardsKeepModulesTogetherAndTheIndexNamesEveryTensor) {
  ExportedSample sample;
  sample.options().shardBytes = 200'000;
  sample.write();
  const Json index = readJsonFile(sample.folder() / "model.safetensors.index.json");
  const Json& map = index.at("weight_map");
  std::set<std::string> files;
  for (const auto& [name, file] : map.items()) {
    files.insert(file.get<std::string>());
    const std::string module = name.substr(0, name.rfind('.'));
    if (map.contains(module + ".weight_scale")) {
      EXPECT_EQ(file, map.at(module + ".weight_scale")) << name;
    }
  }
  EXPECT_GT(files.size(), 2u);
  const ExportedModel exported(sample.folder(), sample.model());
  EXPECT_EQ(exported.files().entries().size(), map.size());
  EXPECT_EQ(exported.files().totalBytes(), index.at("metadata").at("total_size").get<std::uint64_t>());
  EXPECT_THAT(exported.files().diagnostics(), IsEmpty());
}

TEST(CtExport, BothContainersHoldTheSameWeights) {
  ExportedSample packed, bytes;
  packed.write();
  bytes.options().params.setFromText(ExportedSample::format().params(), "container", "int8", "test");
  bytes.write();
  const ExportedModel a(packed.folder(), packed.model()), b(bytes.folder(), bytes.model());
  EXPECT_TRUE(b.files().contains("model.layers.0.mlp.down_proj.weight"));
  EXPECT_FALSE(a.files().contains("model.layers.0.mlp.down_proj.weight"));
  const QuantizedBlock left = a.readBlock(3), right = b.readBlock(3);
  for (std::size_t i = 0; i < left.linears.size(); ++i) {
    EXPECT_EQ(left.linears[i].weight.codes, right.linears[i].weight.codes);
  }
}

TEST(CtExport, FloatLinearsAreIgnoredByName) {
  Recipe recipe = defaultRecipe();
  recipe.overrides[{2, SiteKind::FfnMid}] = Policy::None;
  recipe.weightOverrides["model.layers.2.mlp.down_proj"] = {16, 0, true};
  ExportedSample sample(recipe);
  EXPECT_EQ(sample.write().linearsFloat, 1);
  const ExportedModel exported(sample.folder(), sample.model());
  EXPECT_THAT(exported.config().ignore, UnorderedElementsAre("model.layers.2.mlp.down_proj", "lm_head"));
  EXPECT_EQ(exported.files().entry("model.layers.2.mlp.down_proj.weight").dtype, DType::BF16);
}

TEST(CtExport, RefusesBeforehandWhatTheFormatCannotSay) {
  const auto refusal = [](const std::function<void(SitePlan&)>& change) {
    ExportedSample sample;
    change(sample.plan().sites.at(1));
    const Error error = errorOf([&] { sample.write(); });
    EXPECT_THAT(namesIn(sample.scratch()), IsEmpty());
    return error;
  };
  using Granularity = ActivationPlan::Granularity;
  const Error clusters = refusal([](SitePlan& site) { site.activation.granularity = Granularity::Cluster; });
  EXPECT_EQ(clusters.code(), ErrorCode::Unsupported);
  EXPECT_EQ(clusters.where(), "blocks.0.attn_out");
  EXPECT_FALSE(clusters.remedy().empty());
  EXPECT_THAT(refusal([](SitePlan& s) { s.activation.granularity = Granularity::Sequence; }).text(),
              HasSubstr("per sequence"));
  EXPECT_THAT(refusal([](SitePlan& s) { s.activation.bits = 6; }).text(), HasSubstr("6 bits"));
  EXPECT_THAT(refusal([](SitePlan& s) { s.linears[0].scheme.bits = 3; }).text(), HasSubstr("3 bits"));
  EXPECT_THAT(refusal([](SitePlan& s) { s.linears[0].scheme.bits = 16; }).text(), HasSubstr("float weights"));
  EXPECT_THAT(refusal([](SitePlan& s) { s.shift.assign(128, 0.5f); }).text(), HasSubstr("bias"));
  EXPECT_THAT(refusal([](SitePlan& s) {
                s.scale.assign(128, 2.0f);
                s.foldEdge = kRuntimeEdge;
              }).text(),
              HasSubstr("run time"));
}

TEST(CtExport, AnotherModelsPlanIsRefused) {
  ExportedSample sample;
  sample.plan().modelFingerprint = "another";
  EXPECT_EQ(errorOf([&] { sample.write(); }).code(), ErrorCode::Mismatch);
  EXPECT_THAT(namesIn(sample.scratch()), IsEmpty());
}

TEST(CtExport, AnotherSnapshotsPlanIsRefused) {
  ExportedSample sample;
  sample.plan().snapshotHash = "another";
  EXPECT_EQ(errorOf([&] { sample.write(); }).code(), ErrorCode::Mismatch);
  EXPECT_THAT(namesIn(sample.scratch()), IsEmpty());
}

TEST(CtExport, CancellingLeavesNothing) {
  ExportedSample sample;
  std::stop_source stop;
  sample.context().stop = stop.get_token();
  sample.context().progress = [&](const Progress& progress) {
    if (progress.done == 3) stop.request_stop();
  };
  EXPECT_THROW(sample.write(), Cancelled);
  EXPECT_THAT(namesIn(sample.scratch()), IsEmpty());
}

/// Files of this process can't grow beyond `bytes` while it lives: what a full disk does to a writer.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    m_oldHandler = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &m_old);
    const rlimit limit{bytes, m_old.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &m_old);
    std::signal(SIGXFSZ, m_oldHandler);
  }

 private:
  rlimit m_old{};
  void (*m_oldHandler)(int) = nullptr;
};

TEST(CtExport, AFullDiskIsOneErrorAndLeavesNothing) {
  // Too small for the file of the embedding; too small for the one file of all weights.
  for (const std::uint64_t shardBytes : {std::uint64_t{200'000}, std::uint64_t{5} << 30}) {
    ExportedSample sample;
    sample.options().shardBytes = shardBytes;
    const Error error = [&] {
      const FileSizeLimit limit(250'000);
      return errorOf([&] { sample.write(); });
    }();
    EXPECT_THAT(error.where(), HasSubstr("out"));
    EXPECT_THAT(namesIn(sample.scratch()), IsEmpty());
  }
}

TEST(CtExport, AnExistingFolderIsKeptUnlessItMayBeReplaced) {
  ExportedSample sample;
  sample.write();
  const auto written = std::filesystem::last_write_time(sample.folder() / "deploy.json");
  EXPECT_THROW(sample.write(), Error);
  EXPECT_EQ(std::filesystem::last_write_time(sample.folder() / "deploy.json"), written);
  sample.options().replace = true;
  EXPECT_NO_THROW(sample.write());
  EXPECT_THAT(namesIn(sample.scratch()), UnorderedElementsAre("out"));
}

TEST(CtExport, OnlyAnEarlierExportIsReplaced) {
  ExportedSample sample;
  sample.write();
  const std::filesystem::path folder = sample.folder(), mine = folder / "aux" / "notes.txt";
  EXPECT_FALSE(quant::whyNotReplaced(folder, sample.model().folder));
  EXPECT_FALSE(quant::whyNotReplaced(folder / "none", sample.model().folder));
  std::ofstream(mine) << "mine";
  sample.options().replace = true;
  EXPECT_THAT(errorOf([&] { sample.write(); }).text(), HasSubstr("aux/notes.txt"));
  EXPECT_TRUE(std::filesystem::exists(mine));
  std::filesystem::remove(mine);
  std::filesystem::remove(folder / "deploy.json");
  EXPECT_THAT(errorOf([&] { sample.write(); }).text(), HasSubstr("no earlier export"));
  EXPECT_TRUE(std::filesystem::exists(folder / "config.json"));
  EXPECT_THAT(quant::whyNotReplaced(sample.model().folder / ".", sample.model().folder)->text(),
              HasSubstr("the model itself"));
}

TEST(CtExport, TellsWhatRuntimesReallyExecute) {
  ExportedSample sample;
  const auto truths = ExportedSample::format().runtimes(sample.model().graph, sample.plan(), sample.options().params);
  ASSERT_EQ(truths.size(), 4u);
  for (const RuntimeTruth& truth : truths) {
    const bool transformers = truth.runtime.find("transformers") == 0;
    EXPECT_EQ(truth.exact, transformers) << truth.runtime << ": " << truth.layers;
  }
}

TEST(CtExport, WarnsWherePerTokenScalesMeetFlattenedTokens) {
  ExportedSample sample;  // ffn_mid is dynamic, the other sites are static
  model::ModelGraph graph = sample.model().graph;
  const auto warnings = [&] {
    const Diagnostics found = ExportedSample::format().check(graph, sample.plan(), sample.options().params);
    return std::count_if(found.begin(), found.end(),
                         [](const Diagnostic& finding) { return finding.code == "export.flattened_tokens"; });
  };
  EXPECT_EQ(warnings(), 0);
  for (model::BlockGraph& block : graph.blocks) {
    for (model::SiteDesc& site : block.sites) site.tokensFlattened = site.id.kind != SiteKind::AttnIn;
  }
  EXPECT_EQ(warnings(), static_cast<std::ptrdiff_t>(graph.blocks.size()));
  int otherwise = 0;
  for (const RuntimeTruth& truth : ExportedSample::format().runtimes(graph, sample.plan(), sample.options().params)) {
    if (truth.runtime.find("transformers") != 0 || truth.exact) continue;
    ++otherwise;
    EXPECT_THAT(truth.layers, HasSubstr("dynamic"));
    EXPECT_THAT(truth.executes, HasSubstr("one scale for all tokens"));
  }
  EXPECT_EQ(otherwise, 1);
}

}  // namespace
}  // namespace oscope::quant
