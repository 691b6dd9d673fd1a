// The rows of the Compare view's tables. Pure functions, no widget.
#pragma once

#include "app/gui/models/cell_table_model.h"
#include "quant/compare/compare_methods.h"
#include "quant/compare/recipe_diff.h"
#include "quant/compare/snapshot_diff.h"

namespace oscope::gui {

struct CellRows {
  std::vector<TableColumn> columns;
  std::vector<std::vector<TableCell>> rows;
  std::vector<SiteId> sites;  ///< of the rows; empty for methods
};

/// A on the left, B on the right, the difference between them. `equalToo`: sites without a difference stand last.
CellRows snapshotRows(const quant::SnapshotDiff& diff, bool equalToo);
CellRows recipeRows(const quant::RecipeDiff& diff, bool equalToo);
/// Float first; the best figure of each column is strong.
CellRows methodRows(const quant::CompareReport& report);

/// "data: text ↔ random · seed: 0 ↔ 1", at most `most` of them, then "and 3 more".
QString factsText(const std::vector<quant::FactDifference>& facts, std::size_t most);

}  // namespace oscope::gui
