//! A table rounded so that it adds up in both directions.
//!
//! Source: Bacharach, "Matrix rounding problems", Management Science (1966); the nearest such table is a flow of the lowest cost.

/// No cell lies as many steps from its exact value: a row and a column that are each rounded the other way take it beyond one.
pub(super) const MOVED: f64 = 1.5;

/// Cells rounded to whole numbers that add up to these totals of rows and of columns, with the smallest squared difference from
/// the exact ones. An empty cell stays empty. The totals of rows and those of columns come to the same, and some row is
/// empty nowhere: then there is such a table.
pub(super) fn rounded(cells: &[Vec<Option<f64>>], rows: &[i64], columns: &[i64]) -> Vec<Vec<Option<i64>>> {
    let mut table = Table {
        exact: cells,
        whole: cells
            .iter()
            .map(|row| row.iter().map(|cell| cell.map(|exact| exact.round() as i64)).collect())
            .collect(),
    };
    let of_row = |at: usize| table.whole.get(at).into_iter().flatten().flatten().sum::<i64>();
    let of_column = |at: usize| table.whole.iter().filter_map(|row| row.get(at).copied().flatten()).sum::<i64>();
    // What has to enter at a row leaves at a column: what is above zero is missing there, and what is below is too much.
    let mut missing: Vec<i64> = rows.iter().enumerate().map(|(at, total)| total - of_row(at)).collect();
    missing.extend(columns.iter().enumerate().map(|(at, total)| of_column(at) - total));
    while let Some(path) = table.cheapest_path(rows.len(), &missing) {
        for pair in path.windows(2) {
            if let [from, to] = *pair {
                table.step(rows.len(), from, to);
            }
        }
        for (node, change) in
            path.first().map(|node| (*node, -1)).into_iter().chain(path.last().map(|node| (*node, 1)))
        {
            missing.iter_mut().skip(node).take(1).for_each(|missing| *missing += change);
        }
    }
    table.whole
}

struct Table<'a> {
    exact: &'a [Vec<Option<f64>>],
    whole: Vec<Vec<Option<i64>>>,
}

impl Table<'_> {
    /// The row and the column between two nodes (rows come first), and by how much a step from one to the other changes
    /// their cell.
    fn edge(rows: usize, from: usize, to: usize) -> (usize, usize, i64) {
        if from < rows { (from, to - rows, 1) } else { (to, from - rows, -1) }
    }

    fn step(&mut self, rows: usize, from: usize, to: usize) {
        let (row, column, change) = Self::edge(rows, from, to);
        let cell = self.whole.get_mut(row).and_then(|row| row.get_mut(column)).and_then(Option::as_mut);
        cell.into_iter().for_each(|whole| *whole += change);
    }

    /// By how much a step makes the squared difference larger; none where the cell is empty.
    fn cost(&self, rows: usize, from: usize, to: usize) -> Option<f64> {
        let (row, column, change) = Self::edge(rows, from, to);
        let exact = self.exact.get(row)?.get(column).copied()??;
        let whole = self.whole.get(row)?.get(column).copied()??;
        let off = |whole: i64| (whole as f64 - exact).powi(2);
        Some(off(whole + change) - off(whole))
    }

    /// The cheapest way from a node at which something is missing to one that has too much (Bellman and Ford).
    fn cheapest_path(&self, rows: usize, missing: &[i64]) -> Option<Vec<usize>> {
        let nodes = missing.len();
        let mut cost: Vec<f64> =
            missing.iter().map(|missing| if *missing > 0 { 0.0 } else { f64::INFINITY }).collect();
        let mut before: Vec<Option<usize>> = vec![None; nodes];
        for _ in 0..nodes {
            let mut changed = false;
            for from in 0..nodes {
                let reached = cost.get(from).copied().filter(|cost| cost.is_finite());
                let others = if from < rows { rows..nodes } else { 0..rows };
                for (to, reached) in others.filter_map(|to| Some((to, reached? + self.cost(rows, from, to)?))) {
                    if cost.get(to).is_some_and(|cost| reached < cost - 1e-9) {
                        cost.iter_mut().skip(to).take(1).for_each(|cost| *cost = reached);
                        before.iter_mut().skip(to).take(1).for_each(|before| *before = Some(from));
                        changed = true;
                    }
                }
            }
            if !changed {
                break;
            }
        }
        let ends =
            missing.iter().zip(&cost).enumerate().filter(|(_, (missing, cost))| **missing < 0 && cost.is_finite());
        let (end, _) = ends.min_by(|(_, (_, one)), (_, (_, other))| one.total_cmp(other))?;
        let way = std::iter::successors(Some(end), |node| before.get(*node).copied().flatten());
        let mut path: Vec<usize> = way.take(nodes).collect();
        path.reverse();
        Some(path)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::step::Step;
    use super::*;

    #[test]
    fn a_table_by_hand() {
        // The nearest whole numbers are [[0, 1], [0, 1]]: 1 too little in the first column, 1 too much in the second.
        let cells = [vec![Some(0.4), Some(0.6)], vec![Some(0.3), Some(0.7)]];
        assert_eq!(rounded(&cells, &[1, 1], &[1, 1]), [[Some(1), Some(0)], [Some(0), Some(1)]]);
        // What is empty stays so.
        let cells = [vec![Some(1.4), None], vec![Some(0.2), Some(0.4)]];
        assert_eq!(rounded(&cells, &[1, 1], &[1, 1]), [[Some(1), None], [Some(0), Some(1)]]);
        assert!(rounded(&[], &[], &[]).is_empty());
    }

    proptest! {
        #[test]
        fn no_cell_moves_far(
            cells in prop::collection::vec(prop::collection::vec(prop::option::weighted(0.7, -9.0f64..9.0), 12), 1..6),
            whole in prop::collection::vec(-9.0f64..9.0, 12),
        ) {
            let mut cells = cells;
            cells.push(whole.iter().copied().map(Some).collect());
            let of_column = |at: usize| cells.iter().filter_map(|row| row[at]).sum::<f64>();
            let of_rows: Vec<f64> = cells.iter().map(|row| row.iter().flatten().sum()).collect();
            let total = of_rows.iter().sum::<f64>().round() as i64;
            let rows = Step::Of(1.0).parts(&of_rows, total);
            let columns = Step::Of(1.0).parts(&(0..12).map(of_column).collect::<Vec<_>>(), total);
            let found = rounded(&cells, &rows, &columns);
            let off = |(exact, whole): (&Option<f64>, &Option<i64>)| Some((whole.as_ref().copied()? as f64 - (*exact)?).abs());
            let widest = cells.iter().flatten().zip(found.iter().flatten()).filter_map(off).fold(0.0, f64::max);
            prop_assert!(widest < MOVED, "{widest}");
        }

        #[test]
        fn rows_and_columns_add_up(
            cells in prop::collection::vec(prop::collection::vec(prop::option::of(-9.0f64..9.0), 7), 1..9),
            whole in prop::collection::vec(-9.0f64..9.0, 7),
        ) {
            let mut cells = cells;
            cells.push(whole.iter().copied().map(Some).collect());
            let of_row = |row: &Vec<Option<f64>>| row.iter().flatten().sum::<f64>().floor() as i64;
            let mut rows: Vec<i64> = cells.iter().map(of_row).collect();
            let of_column = |at: usize| cells.iter().filter_map(|row| row[at]).sum::<f64>().round() as i64;
            let columns: Vec<i64> = (0..7).map(of_column).collect();
            let missing = columns.iter().sum::<i64>() - rows.iter().sum::<i64>();
            *rows.last_mut().unwrap() += missing;
            let found = rounded(&cells, &rows, &columns);
            let row_totals: Vec<i64> = found.iter().map(|row| row.iter().flatten().sum()).collect();
            let column_totals: Vec<i64> = (0..7).map(|at| found.iter().filter_map(|row| row[at]).sum()).collect();
            prop_assert_eq!(row_totals, rows);
            prop_assert_eq!(column_totals, columns);
            let same = cells.iter().flatten().zip(found.iter().flatten()).all(|(exact, whole)| exact.is_some() == whole.is_some());
            prop_assert!(same);
        }

        #[test]
        fn no_other_table_of_neighbours_is_nearer(cells in prop::collection::vec(-2.0f64..2.0, 4)) {
            let table = [vec![Some(cells[0]), Some(cells[1])], vec![Some(cells[2]), Some(cells[3])]];
            let rows = [(cells[0] + cells[1]).round() as i64, (cells[2] + cells[3]).round() as i64];
            let columns = [(cells[0] + cells[2]).round() as i64, 0];
            let columns = [columns[0], rows[0] + rows[1] - columns[0]];
            let off = |first: i64| {
                let whole = [first, rows[0] - first, columns[0] - first, rows[1] - columns[0] + first];
                whole.iter().zip(&cells).map(|(whole, exact)| (*whole as f64 - exact).powi(2)).sum::<f64>()
            };
            let found = off(rounded(&table, &rows, &columns)[0][0].unwrap());
            prop_assert!((-6..=6).all(|first| off(first) >= found - 1e-9));
        }
    }
}
