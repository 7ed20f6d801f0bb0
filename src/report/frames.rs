//! The tables of a summary as Polars frames: flat columns, units in their names, null for unknown.

use std::path::Path;

use polars::prelude::{
    ChunkedArray, Column, DataFrame, Float64Type, IntoColumn, NewChunkedArray, PolarsDataType,
    PolarsResult, StringType, UInt32Type, UInt64Type,
};
use rayon::prelude::*;

use crate::data::Estimate;
use crate::data::summary::{
    CategoryRow, Counts, ExtractorRow, Measures, ModelRow, PolicyRow, Quantiles, Summary, Versus,
};
use crate::report::{
    ReportError, comparisons, drilled, judges, outages, reasons, reliability, routers,
};

/// A frame with the name of its file, without the ending.
pub(super) type Table = (&'static str, DataFrame);

/// Every table. The first four are of every run, and the others where they have rows.
const TABLES: [&str; 18] = [
    "models",
    "policies",
    "categories",
    "pairs",
    "frontier",
    "comparisons",
    "routers",
    "diversity",
    "gains",
    "contributions",
    "samples",
    "calibration",
    "judging",
    "extractors",
    "simulated",
    "outages",
    "timeline",
    "drilled",
];

/// The names of the tables that are not among `tables`.
pub(super) fn absent(tables: &[Table]) -> impl Iterator<Item = &'static str> {
    TABLES.into_iter().filter(|name| !tables.iter().any(|(known, _)| known == name))
}

/// The frames `models`, `policies`, `categories` and `pairs` of a run; where there is something to
/// say, also `frontier`, `comparisons`, `diversity` and others.
pub(super) fn tables(summary: &Summary, dir: &Path) -> Result<Vec<Table>, ReportError> {
    let named = |(name, frame): (&'static str, PolarsResult<DataFrame>)| match frame {
        Ok(frame) => Ok((name, frame)),
        Err(source) => Err(ReportError::Table { path: dir.join(name), source }),
    };
    let tables: Result<Vec<Table>, ReportError> = all(summary).into_iter().map(named).collect();
    let mut tables = tables?;
    let is_run = !summary.policies.is_empty();
    tables.retain(|(name, frame)| frame.height() > 0 || is_run && TABLES[..4].contains(name));
    Ok(tables)
}

fn all(summary: &Summary) -> [(&'static str, PolarsResult<DataFrame>); TABLES.len()] {
    [
        ("models", models(&summary.models)),
        ("policies", policies(&summary.policies)),
        ("categories", categories(&summary.categories)),
        ("pairs", reasons::pairs(&summary.pairs)),
        ("frontier", comparisons::frontier(&summary.frontier)),
        ("comparisons", comparisons::comparisons(&summary.comparisons)),
        ("routers", routers::routers(&summary.routers)),
        ("diversity", reasons::diversity(&summary.diversity)),
        ("gains", reasons::gains(&summary.gains)),
        ("contributions", reasons::contributions(&summary.contributions)),
        ("samples", reliability::samples(&summary.samples)),
        ("calibration", reliability::calibration(&summary.calibration)),
        ("judging", judges::judging(&summary.judging)),
        ("extractors", extractors(&summary.extractors)),
        ("simulated", outages::simulated(&summary.simulated)),
        ("outages", outages::outages(&summary.outages)),
        ("timeline", outages::timeline(&summary.timeline)),
        ("drilled", drilled::frame(&summary.drilled)),
    ]
}

fn models(rows: &[ModelRow]) -> PolarsResult<DataFrame> {
    Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("model", |row| Some(row.model.as_str()))
        .measures(|row| &row.measures)
        .frame()
}

fn policies(rows: &[PolicyRow]) -> PolarsResult<DataFrame> {
    fn versus(row: &PolicyRow) -> Option<&Versus> {
        row.versus.as_ref()
    }
    Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("policy", |row| Some(row.policy.as_str()))
        .text("kind", |row| Some(row.kind.as_str()))
        .text("members", |row| {
            Some(row.members.iter().map(|member| member.as_str()).collect::<Vec<_>>().join(" + "))
        })
        .measures(|row| &row.measures)
        .number("calls_per_item", |row| row.calls_per_item)
        .number("strong_share", |row| row.strong_share)
        .count("tied", |row| Some(row.tied))
        .text("rungs", |row| serde_json::to_string(&row.rungs).ok())
        .text("fitting", |row| Some(row.fitting.name()))
        .number("in_sample", |row| row.in_sample)
        .count("flips", |row| row.flips)
        .text("versus_policy", |row| versus(row).map(|versus| versus.policy.as_str()))
        .text("versus_metric", |row| versus(row).map(|versus| versus.metric.as_str()))
        .number("versus_difference", |row| versus(row).map(|versus| versus.difference.point))
        .interval("versus", |row| versus(row).map(|versus| &versus.difference))
        .number("versus_p", |row| versus(row).map(|versus| versus.p))
        .number("versus_p_holm", |row| versus(row)?.p_holm)
        .number("versus_together_low", |row| Some(versus(row)?.simultaneous?.low))
        .number("versus_together_high", |row| Some(versus(row)?.simultaneous?.high))
        .number("versus_detectable", |row| versus(row)?.detectable)
        .count("wins", |row| versus(row).map(|versus| versus.wins))
        .count("losses", |row| versus(row).map(|versus| versus.losses))
        .frame()
}

fn categories(rows: &[CategoryRow]) -> PolarsResult<DataFrame> {
    Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("policy", |row| Some(row.policy.as_str()))
        .text("category", |row| Some(row.category.as_str()))
        .counts(|row| &row.counts)
        .estimate("accuracy", |row| row.accuracy.as_ref())
        .estimate("accuracy_of_all", |row| row.accuracy_of_all.as_ref())
        .frame()
}

fn extractors(rows: &[ExtractorRow]) -> PolarsResult<DataFrame> {
    Columns::of(rows)
        .text("task", |row| Some(row.task.as_str()))
        .text("extractor", |row| Some(row.extractor.as_str()))
        .text("model", |row| Some(row.model.as_str()))
        .count("answered", |row| Some(row.answered))
        .count("unparsed", |row| Some(row.unparsed))
        .estimate("accuracy_of_all", |row| row.accuracy_of_all.as_ref())
        .frame()
}

/// The columns of a table: what each reads off every row, once it is wanted. A column of many rows
/// then takes memory only while it is written.
pub(super) struct Columns<'a, R> {
    rows: &'a [R],
    columns: Vec<Box<dyn FnOnce() -> Column + Send + 'a>>,
}

impl<'a, R: Sync> Columns<'a, R> {
    /// No columns yet.
    pub(super) fn of(rows: &'a [R]) -> Self {
        Self { rows, columns: Vec::new() }
    }

    /// A column of text.
    pub(super) fn text<T: AsRef<str>>(
        self,
        name: &str,
        value: impl Fn(&'a R) -> Option<T> + Send + 'a,
    ) -> Self {
        self.with::<StringType, _>(name, value)
    }

    /// A column of measures.
    pub(super) fn number(
        self,
        name: &str,
        value: impl Fn(&'a R) -> Option<f64> + Send + 'a,
    ) -> Self {
        self.with::<Float64Type, _>(name, value)
    }

    /// A column of counts that may be large.
    pub(super) fn count(
        self,
        name: &str,
        value: impl Fn(&'a R) -> Option<u64> + Send + 'a,
    ) -> Self {
        self.with::<UInt64Type, _>(name, value)
    }

    /// A column of counts that stay small, or of 0 for no and 1 for yes.
    pub(super) fn small(
        self,
        name: &str,
        value: impl Fn(&'a R) -> Option<u32> + Send + 'a,
    ) -> Self {
        self.with::<UInt32Type, _>(name, value)
    }

    fn with<T: PolarsDataType, V>(
        mut self,
        name: &str,
        value: impl Fn(&'a R) -> Option<V> + Send + 'a,
    ) -> Self
    where
        ChunkedArray<T>: NewChunkedArray<T, V> + IntoColumn,
    {
        let (name, rows) = (name.into(), self.rows);
        let read = || ChunkedArray::from_iter_options(name, rows.iter().map(value)).into_column();
        self.columns.push(Box::new(read));
        self
    }

    /// The columns, each read when its turn comes.
    pub(super) fn read(self) -> impl IndexedParallelIterator<Item = Column> + 'a {
        self.columns.into_par_iter().map(|column| column())
    }

    /// All of them at once.
    pub(super) fn frame(self) -> PolarsResult<DataFrame> {
        let columns = self.columns.into_iter().map(|column| column());
        DataFrame::new(self.rows.len(), columns.collect())
    }

    /// A figure under its own name, and its interval.
    pub(super) fn estimate(
        self,
        name: &str,
        of: impl Fn(&'a R) -> Option<&'a Estimate> + Copy + Send + 'a,
    ) -> Self {
        self.number(name, move |row| of(row).map(|estimate| estimate.point)).interval(name, of)
    }

    pub(super) fn interval(
        self,
        name: &str,
        of: impl Fn(&'a R) -> Option<&'a Estimate> + Copy + Send + 'a,
    ) -> Self {
        let part = |part: &str| format!("{name}_{part}");
        self.number(&part("low"), move |row| of(row).map(|estimate| estimate.low))
            .number(&part("high"), move |row| of(row).map(|estimate| estimate.high))
            .number(&part("level"), move |row| of(row).map(|estimate| estimate.level))
            .count(&part("n"), move |row| of(row).map(|estimate| estimate.n))
            .text(&part("method"), move |row| of(row).map(|estimate| estimate.method.as_str()))
    }

    fn counts(self, of: impl Fn(&'a R) -> &'a Counts + Copy + Send + 'a) -> Self {
        self.count("asked", move |row| Some(of(row).asked))
            .count("answered", move |row| Some(of(row).answered))
            .count("abstained", move |row| Some(of(row).abstained))
            .count("unparsed", move |row| Some(of(row).unparsed))
            .count("refused", move |row| Some(of(row).refused))
            .count("failed", move |row| Some(of(row).failed))
            .count("not_run", move |row| Some(of(row).not_run))
    }

    fn quantiles(
        self,
        name: &str,
        of: impl Fn(&'a R) -> Option<Quantiles> + Copy + Send + 'a,
    ) -> Self {
        let part = |part: &str| format!("{name}_{part}_ms");
        self.number(&part("p50"), move |row| of(row).map(|quantiles| quantiles.p50))
            .number(&part("p90"), move |row| of(row).map(|quantiles| quantiles.p90))
            .number(&part("p95"), move |row| of(row).map(|quantiles| quantiles.p95))
            .number(&part("p99"), move |row| of(row).map(|quantiles| quantiles.p99))
            .number(&part("mean"), move |row| of(row).map(|quantiles| quantiles.mean))
    }

    fn measures(self, of: impl Fn(&'a R) -> &'a Measures + Copy + Send + 'a) -> Self {
        self.counts(move |row| &of(row).counts)
            .text("failures", move |row| serde_json::to_string(&of(row).failures).ok())
            .estimate("accuracy", move |row| of(row).accuracy.as_ref())
            .estimate("accuracy_of_all", move |row| of(row).accuracy_of_all.as_ref())
            .number("cost_usd_total", move |row| of(row).cost_usd.map(|cost| cost.total))
            .number("cost_usd_per_1k", move |row| of(row).cost_usd.and_then(|cost| cost.per_1k))
            .count("tokens_input", move |row| of(row).tokens.map(|tokens| tokens.input))
            .count("tokens_output", move |row| of(row).tokens.map(|tokens| tokens.output))
            .quantiles("latency", move |row| of(row).latency_ms)
            .quantiles("ttft", move |row| of(row).ttft_ms)
            .number("tokens_per_second", move |row| of(row).tokens_per_second)
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::DataType;

    use super::*;
    use crate::report::sample;

    #[test]
    fn columns_are_flat_and_carry_their_units() {
        let names = |(_, frame): &Table| {
            let names = frame.get_column_names();
            names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(" ")
        };
        let frames = tables(&sample::triage(), Path::new("")).unwrap();
        let [models, policies, categories] = [0, 1, 2].map(|table| names(&frames[table]));
        let measures = "asked answered abstained unparsed refused failed not_run failures \
            accuracy accuracy_low accuracy_high accuracy_level accuracy_n accuracy_method \
            accuracy_of_all accuracy_of_all_low accuracy_of_all_high accuracy_of_all_level \
            accuracy_of_all_n accuracy_of_all_method cost_usd_total cost_usd_per_1k \
            tokens_input tokens_output latency_p50_ms latency_p90_ms latency_p95_ms \
            latency_p99_ms latency_mean_ms ttft_p50_ms ttft_p90_ms ttft_p95_ms ttft_p99_ms \
            ttft_mean_ms tokens_per_second";
        assert_eq!(models, format!("task model {measures}"));
        assert_eq!(
            policies,
            format!(
                "task policy kind members {measures} calls_per_item strong_share tied rungs \
                 fitting in_sample flips versus_policy versus_metric versus_difference versus_low \
                 versus_high versus_level versus_n versus_method versus_p versus_p_holm \
                 versus_together_low versus_together_high versus_detectable wins losses"
            )
        );
        assert!(categories.starts_with("task policy category asked "), "{categories}");
    }

    #[test]
    fn an_empty_summary_has_typed_columns_and_no_table() {
        assert!(tables(&sample::empty(), Path::new("")).unwrap().is_empty());
        for (name, frame) in all(&sample::empty()) {
            let frame = frame.unwrap();
            assert_eq!(frame.height(), 0, "{name}");
            assert!(frame.dtypes().iter().all(|dtype| *dtype != DataType::Null), "{name}");
        }
    }

    #[test]
    fn unknown_stays_null_and_members_are_joined() {
        let (_, policies) = tables(&sample::triage(), Path::new("")).unwrap().swap_remove(1);
        let row =
            |name: &str, idx: usize| policies.column(name).unwrap().get(idx).unwrap().to_string();
        let trio = sample::triage().policies.iter().position(|row| row.policy.as_str() == "trio");
        let trio = trio.unwrap();
        assert_eq!(row("members", trio), "\"flash + haiku + mini\"");
        assert_eq!(row("ttft_p50_ms", trio), "null");
        assert_eq!(row("versus_difference", trio), "0.021");
        assert_eq!(row("rungs", trio), "\"{\"trio\":224}\"");
    }
}
