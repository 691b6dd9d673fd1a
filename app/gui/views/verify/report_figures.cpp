#include "app/gui/views/verify/report_figures.h"

#include <QObject>
#include <algorithm>
#include <cmath>

#include "app/common/number_format.h"
#include "quant/verify/agreement.h"

namespace oscope::gui {
namespace {

constexpr double kFarDb = 2;  ///< the prediction's aim

QString text(const std::string& utf8) {
  return QString::fromStdString(utf8);
}

bool ran(const quant::VerifyReport& report) {
  return !report.floatNllPerWindow.empty();
}

/// "0.026" and "± 0.006".
std::pair<QString, QString> withError(double value, double error) {
  const QStringList parts = text(app::formatWithError(value, error)).split(QLatin1Char(' '));
  return {parts.first(), parts.mid(1).join(QLatin1Char(' '))};
}

ReportCardText checksCard(const quant::VerifyReport& report) {
  const auto passed =
      std::count_if(report.checks.begin(), report.checks.end(), [](const auto& check) { return check.passed; });
  ReportCardText card;
  card.title = QObject::tr("Written files");
  card.figure = text(app::formatCount(passed));
  card.unit = QObject::tr("of %1").arg(text(app::formatCount(static_cast<std::int64_t>(report.checks.size()))));
  card.note =
      report.filesPassed() ? QObject::tr("checks passed: as planned, bit for bit") : QObject::tr("checks passed");
  card.mark = report.filesPassed() ? ReportCardText::Mark::Passed : ReportCardText::Mark::Failed;
  return card;
}

}  // namespace

QString changeText(double value, double reference) {
  const double change = value - reference;
  const auto sign = [&](double number, const char* format) {
    return QString::asprintf(format, std::abs(number)).prepend(number < 0 ? QStringLiteral("−") : QStringLiteral("+"));
  };
  if (!std::isfinite(change) || !(reference > 0)) return QStringLiteral("–");
  return QStringLiteral("%1 (%2 %)").arg(sign(change, "%.2f"), sign(100 * change / reference, "%.1f"));
}

std::vector<ReportCardText> reportCards(const quant::VerifyReport& report) {
  std::vector<ReportCardText> cards{checksCard(report)};
  const auto add = [&](const QString& title, const QString& before, const QString& figure, const QString& unit,
                       const QString& note) {
    cards.push_back({title, before, figure, unit, note});
  };
  if (ran(report)) {
    const quant::ModelMeasure& model = report.quantized;
    add(QObject::tr("Perplexity"), text(app::formatPerplexity(report.floatPerplexity)),
        text(app::formatPerplexity(model.perplexity)), {},
        QObject::tr("%1 against float").arg(changeText(model.perplexity, report.floatPerplexity)));
    const auto [kl, klError] = withError(model.klMean, model.klStandardError);
    add(QObject::tr("KL divergence"), {}, kl, klError, QObject::tr("nat per token, mean ± s.e."));
    const auto tokens = static_cast<double>(report.windows * (report.windowLength - 1));
    const double top = model.top1Agreement, error = tokens > 0 ? std::sqrt(top * (1 - top) / tokens) : 0;
    add(QObject::tr("Top-1 agreement"), {}, text(app::formatShare(top)),
        QObject::tr("± %1 %").arg(text(app::formatShare(error))),
        QObject::tr("of %1 predicted tokens").arg(text(app::formatCount(static_cast<std::int64_t>(tokens)))));
  }
  const quant::Agreement agreement = quant::agreementOf(report.sites);
  if (agreement.sites > 0) {
    const QString r = agreement.correlation ? QString::number(*agreement.correlation, 'f', 2) : QStringLiteral("–");
    add(QObject::tr("Predicted against measured"), {}, r, QStringLiteral("r"),
        QObject::tr("mean abs. error %1 dB").arg(text(app::formatDb(agreement.meanAbsDb))));
  }
  const QStringList size = text(app::formatBytes(static_cast<double>(report.exportedBytes))).split(QLatin1Char(' '));
  const double share =
      report.sourceBytes > 0 ? static_cast<double>(report.exportedBytes) / static_cast<double>(report.sourceBytes) : 0;
  if (report.exportedBytes > 0) {
    add(QObject::tr("Size on disk"), {}, size.first(), size.last(),
        QObject::tr("%1 % of %2")
            .arg(text(app::formatShare(share)), text(app::formatBytes(static_cast<double>(report.sourceBytes)))));
  }
  return cards;
}

std::vector<CheckLine> checkLines(const quant::VerifyReport& report) {
  std::vector<CheckLine> lines;
  for (const quant::CheckKind& kind : quant::checkKinds()) {
    CheckLine line;
    line.title = QObject::tr(kind.title);
    for (const quant::FileCheck& check : report.checks) {
      if (check.kind != kind.id) continue;
      ++line.total;
      line.passed += check.passed ? 1 : 0;
      if (!check.passed) line.failures << text(check.name) + QStringLiteral(": ") + text(check.detail);
    }
    if (line.total > 0) lines.push_back(line);
  }
  if (const std::optional<double> largest = quant::largestIntegerDifference(report.sites); ran(report) && largest) {
    CheckLine integers;
    integers.title = QObject::tr("Fake-quant = integer-true");
    integers.total = 1;
    integers.passed = std::isfinite(*largest) ? 1 : 0;
    integers.value = integers.passed == 1 ? QString::asprintf("≤ %.1e", *largest) : QObject::tr("not finite");
    for (const quant::SiteMeasure& site : report.sites) {
      for (const quant::LinearMeasure& linear : site.linears) {
        if (!std::isfinite(linear.integerMaxRelative.value_or(0))) integers.failures << text(linear.module);
      }
    }
    lines.push_back(integers);
  }
  return lines;
}

int warningCount(const quant::VerifyReport& report) {
  const auto far = std::count_if(report.sites.begin(), report.sites.end(), [](const quant::SiteMeasure& site) {
    return site.predictedDb && std::abs(*site.predictedDb - site.outputSqnrLocalDb) > kFarDb;
  });
  const auto warnings = std::count_if(report.diagnostics.begin(), report.diagnostics.end(),
                                      [](const Diagnostic& d) { return d.severity == Severity::Warning; });
  return static_cast<int>(far + warnings);
}

}  // namespace oscope::gui
