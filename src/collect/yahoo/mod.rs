//! Daily prices from the chart service of Yahoo.
