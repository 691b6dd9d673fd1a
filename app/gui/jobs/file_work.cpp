#include "app/gui/jobs/file_work.h"

#include "analysis/base/atomic_file.h"

namespace oscope::gui {

FileWork writeTable(TextWork table, const QString& path) {
  return [table = std::move(table), path = path.toStdString()](const JobContext& context) {
    AtomicFile file(path);  // a place that can't be written is known before the work
    const std::string text = table(context);
    file.write(text);
    context.checkCancelled();
    file.commit();
  };
}

}  // namespace oscope::gui
