// Exports of the bundled sample model that are verified as written, and after somebody changed them.
#include "quant/verify/reload_check.h"

#include <gmock/gmock.h>

#include <fstream>

#include "analysis/compute/backend_registry.h"
#include "quant/verify/agreement.h"
#include "tests/export/exported_sample.h"
#include "tests/support/expect_error.h"

namespace oscope::quant {
namespace {

using test::errorOf;
using test::ExportedSample;
using ::testing::HasSubstr;

constexpr std::int64_t kLength = 24;

calibration::Dataset windows(std::int64_t count) {
  calibration::Dataset data;
  data.samples = count;
  data.length = kLength;
  for (std::int64_t i = 0; i < count * kLength; ++i) data.ids.push_back(static_cast<std::int32_t>(3 + i * 37 % 1000));
  return data;
}

VerifyReport verify(const ExportedSample& sample, const VerifyOptions& options = {}, std::int64_t count = 2) {
  const auto backend = compute::cpuBackendFactory().create("cpu", {});
  return verifyExport(sample.model(), sample.folder(), windows(count), options, *backend, {});
}

/// The checks that failed, as "name: detail" lines.
std::string failures(const VerifyReport& report) {
  std::string text;
  for (const FileCheck& check : report.checks) {
    if (!check.passed) text += check.name + ": " + check.detail + "\n";
  }
  return text;
}

/// Inverts one bit pattern in a file.
void flip(const std::filesystem::path& path, std::uint64_t offset, unsigned char mask) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  char byte = 0;
  file.seekg(static_cast<std::streamoff>(offset));
  file.get(byte);
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(static_cast<char>(byte ^ mask));
}

/// Where a tensor's bytes begin in the one weights file.
std::uint64_t placeOf(const ExportedSample& sample, const std::string& tensor) {
  const checkpoint::SafetensorsReader reader(sample.folder() / "model.safetensors");
  for (const checkpoint::TensorEntry& entry : reader.header().tensors) {
    if (entry.name == tensor) return reader.header().dataStart + entry.begin;
  }
  throw std::runtime_error("no tensor " + tensor);
}

TEST(VerifyExport, WrittenFilesRunExactlyAsThePlanInMemory) {
  ExportedSample sample;
  sample.write();
  VerifyOptions options;
  options.siteSamples = 1;
  options.logitsFile = sample.scratch() / "logits.safetensors";
  const VerifyReport written = verify(sample, options);
  EXPECT_TRUE(written.passed()) << failures(written);
  EXPECT_GT(written.checks.size(), 8u * 7u);

  const auto backend = compute::cpuBackendFactory().create("cpu", {});
  options.logitsFile.clear();
  const VerifyReport planned =
      verifyPlan(sample.model(), sample.snapshot(), sample.plan(), windows(2), options, *backend, {});
  EXPECT_EQ(written.floatNllPerWindow, planned.floatNllPerWindow);
  EXPECT_EQ(written.quantized.nllPerWindow, planned.quantized.nllPerWindow);
  EXPECT_EQ(written.quantized.klPerWindow, planned.quantized.klPerWindow);
  ASSERT_TRUE(written.staticEverywhere && planned.staticEverywhere);
  EXPECT_EQ(written.staticEverywhere->nllPerWindow, planned.staticEverywhere->nllPerWindow);
  ASSERT_EQ(written.sites.size(), planned.sites.size());
  for (std::size_t s = 0; s < written.sites.size(); ++s) {
    EXPECT_EQ(written.sites[s].inputSqnrDb, planned.sites[s].inputSqnrDb);
    EXPECT_EQ(written.sites[s].outputSqnrLocalDb, planned.sites[s].outputSqnrLocalDb);
  }
  const checkpoint::SafetensorsReader logits(sample.scratch() / "logits.safetensors");
  EXPECT_EQ(logits.tensor("logits").shape, (std::vector<std::int64_t>{kLength, 1024}));
}

TEST(VerifyExport, SpilledHiddenStatesChangeNothing) {
  ExportedSample sample;
  sample.write();
  VerifyOptions options;
  options.siteSamples = 1;
  constexpr int kWindows = 48;  // states of three models: 19 MB
  const VerifyReport inMemory = verify(sample, options, kWindows);
  // The smallest promise that can be kept has no room for them, nor has this little more.
  options.memoryBytes = 1;
  const Error refused = test::errorOf([&] { verify(sample, options, kWindows); });
  EXPECT_EQ(refused.code(), ErrorCode::OutOfMemory);
  const std::string& remedy = refused.remedy();
  ASSERT_THAT(remedy, HasSubstr(" MB of memory"));
  options.memoryBytes =
      static_cast<std::uint64_t>((std::stod(remedy.substr(remedy.find_first_of("0123456789"))) + 6) * 1e6);
  const VerifyReport spilled = verify(sample, options, kWindows);
  EXPECT_EQ(spilled.quantized.klPerWindow, inMemory.quantized.klPerWindow);
  EXPECT_EQ(spilled.staticEverywhere->klPerWindow, inMemory.staticEverywhere->klPerWindow);
}

TEST(VerifyExport, ATamperedCodeIsNamedWithTensorAndByte) {
  ExportedSample sample;
  sample.write();
  const std::string tensor = "model.layers.5.mlp.gate_proj.weight_packed";
  const std::uint64_t place = placeOf(sample, tensor) + 1000;
  flip(sample.folder() / "model.safetensors", place, 0x07);
  const VerifyReport report = verify(sample);
  EXPECT_FALSE(report.passed());
  EXPECT_THAT(failures(report), HasSubstr(tensor));
  EXPECT_THAT(failures(report), HasSubstr("file model.safetensors, byte " + std::to_string(place)));
  EXPECT_EQ(report.quantized.nllPerWindow.size(), 0u) << "a damaged export was run";
}

TEST(VerifyExport, TamperedScalesNormsAndEmbeddingsAreNamed) {
  for (const char* tensor : {"model.layers.1.self_attn.o_proj.weight_scale", "model.layers.2.input_layernorm.weight",
                             "model.layers.3.self_attn.k_proj.input_scale", "model.embed_tokens.weight"}) {
    ExportedSample sample;
    sample.write();
    flip(sample.folder() / "model.safetensors", placeOf(sample, tensor) + 1, 0x01);
    EXPECT_THAT(failures(verify(sample)), HasSubstr(tensor));
  }
}

TEST(VerifyExport, AChangedTokenizerOrConfigIsNamed) {
  ExportedSample sample;
  sample.write();
  flip(sample.folder() / "tokenizer.json", 100, 0x01);
  EXPECT_THAT(failures(verify(sample)), HasSubstr("tokenizer.json"));
  std::filesystem::remove(sample.folder() / "tokenizer.json");
  EXPECT_THAT(failures(verify(sample)), HasSubstr("tokenizer.json is missing"));
}

TEST(VerifyExport, AGroupThatDiffersFromThePlanIsNamed) {
  ExportedSample sample;
  sample.write();
  Json config = readJsonFile(sample.folder() / "config.json");
  config["quantization_config"]["config_groups"]["group_0"]["targets"].erase(0);
  writeJsonFile(sample.folder() / "config.json", config);
  EXPECT_THAT(failures(verify(sample)), HasSubstr("neither in one group nor in the ignore list"));
}

TEST(VerifyExport, MissingAndTruncatedFilesAreOneErrorEach) {
  for (const char* name : {"model.safetensors", "config.json", "deploy.json", "aux/fold.safetensors"}) {
    ExportedSample sample;
    sample.write();
    std::filesystem::remove(sample.folder() / name);
    const Error error = errorOf([&] { verify(sample); });
    EXPECT_EQ(error.code(), ErrorCode::FileNotFound) << name << ": " << error.what();
  }
  ExportedSample sample;
  sample.write();
  const std::filesystem::path weights = sample.folder() / "model.safetensors";
  std::filesystem::resize_file(weights, std::filesystem::file_size(weights) - 64);
  const Error error = errorOf([&] { verify(sample); });
  EXPECT_THAT(error.where(), HasSubstr("model.safetensors"));
}

TEST(VerifyExport, ASidecarOfAnotherModelIsRefused) {
  ExportedSample sample;
  sample.write();
  Json deploy = readJsonFile(sample.folder() / "deploy.json");
  deploy["source"]["fingerprint"] = std::string(64, '0');
  writeJsonFile(sample.folder() / "deploy.json", deploy);
  const Error error = errorOf([&] { verify(sample); });
  EXPECT_EQ(error.code(), ErrorCode::Mismatch);
  EXPECT_FALSE(error.remedy().empty());
}

TEST(VerifyExport, StopsWhenAsked) {
  ExportedSample sample;
  sample.write();
  const auto backend = compute::cpuBackendFactory().create("cpu", {});
  std::stop_source stop;
  JobContext context;
  context.stop = stop.get_token();
  context.progress = [&](const Progress& progress) {
    if (progress.stage == "verify") stop.request_stop();
  };
  EXPECT_THROW(verifyExport(sample.model(), sample.folder(), windows(2), {}, *backend, context), Cancelled);
}

TEST(VerifyReport, HtmlShowsFailuresAndEscapesNames) {
  VerifyReport report;
  report.model = "a<b>&c";
  report.checks = {{"codes", "codes of x", false, "byte 7"}, {"config", "fine", true, ""}};
  const std::string html = toHtml(report);
  EXPECT_THAT(html, HasSubstr("a&lt;b&gt;&amp;c"));
  EXPECT_THAT(html, HasSubstr("codes of x: byte 7"));
  EXPECT_EQ(html.find("fine:"), std::string::npos);
}

TEST(VerifyReport, ComesBackFromItsJson) {
  ExportedSample sample;
  sample.write();
  const VerifyReport report = verify(sample);
  ASSERT_FALSE(report.sites.empty());
  EXPECT_FALSE(report.runtimes.empty());
  EXPECT_GT(report.exportedBytes, 0u);
  const Json json = toJson(report);
  EXPECT_EQ(toJson(verifyReportFromJson(json, "report")), json);
  // The combined report of a whole run holds it under "verify".
  writeJsonFile(sample.scratch() / "run.json", {{"plan", nullptr}, {"verify", json}});
  EXPECT_EQ(toJson(loadVerifyReport(sample.scratch() / "run.json")), json);
  writeJsonFile(sample.scratch() / "broken.json", {{"model", 3}});
  EXPECT_EQ(errorOf([&] { loadVerifyReport(sample.scratch() / "broken.json"); }).code(), ErrorCode::Malformed);
}

SiteMeasure siteOf(int block, double predicted, double measured) {
  SiteMeasure site;
  site.id = {block, SiteKind::FfnMid};
  site.policy = Policy::Dynamic;
  site.predictedDb = predicted;
  site.outputSqnrLocalDb = measured;
  return site;
}

TEST(VerifyReport, AgreementIsPearsonsCorrelationAndTheMeanDistance) {
  std::vector<SiteMeasure> sites{siteOf(0, 10, 11), siteOf(1, 20, 19), siteOf(2, 30, 33)};
  sites.push_back(siteOf(3, 12, std::numeric_limits<double>::infinity()));  // no error at all: no figure
  sites.emplace_back().id = {4, SiteKind::AttnIn};                          // not predicted
  const Agreement agreement = agreementOf(sites);
  EXPECT_EQ(agreement.sites, 3);
  EXPECT_NEAR(agreement.correlation.value(), 0.987829, 1e-6);  // by hand
  EXPECT_NEAR(agreement.meanAbsDb, 5.0 / 3, 1e-12);
  EXPECT_EQ(agreement.largestDb, 3);
  EXPECT_EQ(agreement.largestAt, (SiteId{2, SiteKind::FfnMid}));
  sites.resize(2);
  EXPECT_FALSE(agreementOf(sites).correlation.has_value()) << "two points always lie on a line";
}

TEST(VerifyReport, PlotsShowEverySiteWithItsFigures) {
  VerifyReport report;
  report.sites = {siteOf(0, 10, 11), siteOf(1, 20, 19)};
  const std::string html = toHtml(report);
  EXPECT_THAT(html, HasSubstr("<title>blocks.1.ffn_mid: predicted 20.0 dB, measured 19.0 dB</title>"));
  EXPECT_THAT(html, HasSubstr("<rect class=\"dynamic\""));
  report.sites.clear();
  EXPECT_EQ(toHtml(report).find("<svg"), std::string::npos);
}

TEST(VerifyReport, NotesOnSitesStandInThePageAndComeBackFromJson) {
  VerifyReport report;
  report.notes[{1, SiteKind::FfnMid}] = "sink <s>";
  EXPECT_THAT(toHtml(report), HasSubstr("<td>blocks.1.ffn_mid</td><td class=\"words\">sink &lt;s&gt;</td>"));
  EXPECT_EQ(verifyReportFromJson(toJson(report), "report").notes, report.notes);
  report.notes.clear();
  EXPECT_EQ(toHtml(report).find("<h2>Notes"), std::string::npos);
}

TEST(VerifyReport, JsonHasNullForNoErrorAtAll) {
  VerifyReport report;
  SiteMeasure& site = report.sites.emplace_back();
  site.inputSqnrLocalDb = std::numeric_limits<double>::infinity();
  const Json json = toJson(report);
  EXPECT_TRUE(json.at("sites").at(0).at("input_sqnr_local_db").is_null());
  EXPECT_TRUE(json.at("static_everywhere").is_null());
  EXPECT_NO_THROW(Json::parse(json.dump()));
}

}  // namespace
}  // namespace oscope::quant
