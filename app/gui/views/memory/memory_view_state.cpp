// What the way back and the workspace keep of the Memory view.
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLineEdit>
#include <QStackedWidget>

#include "app/gui/frame/data_table.h"
#include "app/gui/frame/widgets.h"
#include "app/gui/views/memory/memory_chart.h"
#include "app/gui/views/memory/memory_view.h"

namespace oscope::gui {

Json MemoryView::state() const {
  return {{"mode", m_mode->current()},
          {"shape", m_shape->currentData().toString().toStdString()},
          {"batches", m_batches->text().toStdString()},
          {"sequences", m_sequences->text().toStdString()},
          {"schemes", m_schemes->text().toStdString()},
          {"device_gb", m_device->value()},
          {"gb_per_second", {m_gpu->value(), m_host->value(), m_disk->value()}},
          {"row", m_row},
          {"scheme", m_chart->current()}};
}

void MemoryView::restore(const Json& state) {
  if (!state.is_object()) return;
  try {
    const std::string where = "memory view";
    m_mode->setCurrent(optionalKey<std::int64_t>(state, "mode", 0, where) == 1 ? 1 : 0);
    m_pages->setCurrentIndex(m_mode->current());
    const int shape = m_shape->findData(QString::fromStdString(optionalKey<std::string>(state, "shape", "", where)));
    if (shape >= 0) m_shape->setCurrentIndex(shape);
    for (const auto& [key, edit] :
         {std::pair("batches", m_batches), std::pair("sequences", m_sequences), std::pair("schemes", m_schemes)}) {
      const std::string value = optionalKey<std::string>(state, key, "", where);
      if (!value.empty()) edit->setText(QString::fromStdString(value));
    }
    m_device->setValue(optionalKey<double>(state, "device_gb", m_device->value(), where));
    const Json rates = optionalKey<Json>(state, "gb_per_second", Json::array(), where);
    if (rates.size() == 3) {
      m_gpu->setValue(rates[0].get<double>());
      m_host->setValue(rates[1].get<double>());
      m_disk->setValue(rates[2].get<double>());
    }
    const auto row = static_cast<int>(optionalKey<std::int64_t>(state, "row", 0, where));
    if (row >= 0 && row < static_cast<int>(m_grid.rows())) m_totals->selectRow(row);
    m_chart->setCurrent(static_cast<int>(optionalKey<std::int64_t>(state, "scheme", 0, where)));
  } catch (const std::exception&) {
    return;  // of another version: what could be read stays
  }
}

}  // namespace oscope::gui
