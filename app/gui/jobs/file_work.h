// What views save: made of what is shown at that moment, written by a job.
#pragma once

#include <QString>
#include <functional>
#include <string>

#include "analysis/base/job_context.h"

namespace oscope::gui {

/// Writes a file: work for any thread, however the view goes on meanwhile. Throws oscope::Error where it can't.
using FileWork = std::function<void(const JobContext&)>;
/// Makes a table as CSV (UTF-8), likewise.
using TextWork = std::function<std::string(const JobContext&)>;

/// Writes what `table` makes to `path`, under a temporary name until it is complete.
FileWork writeTable(TextWork table, const QString& path);

}  // namespace oscope::gui
