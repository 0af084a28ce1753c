//! Functions of the server that the vendor's web interface asks for: what a user has to choose from, counts under
//! several names at once, weekly series.
//!
//! Evidence: scripts of the web interface, which read what is made here. Where weeks begin and how they are numbered is
//! assumed; the interface only looks for the numbers next below the current one.

use super::bound::{At, Bound, Sequence};
use super::sequence::with_filter;
use super::{Binder, Result};
use crate::query::ast::{self, Span};
use crate::query::error::Error;
use crate::query::ir::{Expr, Fold, FoldBy, Source};
use crate::value::{Value, ValueType};

/// The longest series; the web interface asks for 16 weeks.
const LONGEST: i64 = 52;

const MONDAY: &str = "DateTime.Now.WeekToMonday";

impl Binder<'_> {
    /// `AvailableProjects()` and its like on a user, `name` in lower case.
    pub fn available(&self, at: &At, name: &str) -> Option<Bound> {
        let (set, shown) = match name {
            "availableprojects" => ("projects", "AvailableProjects"),
            "availableteams" => ("teams", "AvailableTeams"),
            _ => return None,
        };
        let catalog = self.catalog();
        let described = catalog.set(set)?;
        let end = |name: &str| catalog.entity(described.entity).member(name)?.reference().map(|r| r.target);
        let (key, user) = (end(&described.key)?, end(&described.user)?);
        if user != at.entity {
            return None;
        }
        let source = Source::Available { user: at.path.clone(), set: set.to_owned() };
        let (rows, item) = self.rows(key, source);
        let item = Box::new(Bound::Entity(item));
        Some(Bound::Sequence(Sequence { rows, item, name: shown.to_owned(), touched: true }))
    }

    /// What the catalog counts of a collection under this name, in lower case.
    pub fn counts(&self, sequence: &Sequence, name: &str, span: Span) -> Result<Option<Bound>> {
        let Bound::Entity(at) = sequence.item.as_ref() else { return Ok(None) };
        let Some(counts) = self.catalog().entity(at.entity).counts.get(name) else { return Ok(None) };
        let members = counts.iter().map(|(name, text)| {
            let test = self.parsed(text, span)?;
            Ok((name.clone(), count(&with_filter(sequence, self.condition(&test, &sequence.item)?))))
        });
        Ok(Some(Bound::Object { presence: None, members: members.collect::<Result<_>>()? }))
    }

    /// `Sparkline(n)`: how many items were added and finished in each of the last weeks.
    pub fn sparkline(&self, sequence: &Sequence, weeks: &ast::Expr, span: Span) -> Result<Bound> {
        let Expr::Value(Value::Int(weeks), ValueType::Int) = self.typed(weeks, &sequence.item)?.expr else {
            return Err(Error::expected("Int32", span));
        };
        if !(0..=LONGEST).contains(&weeks) {
            return Err(Error::not_emulated(&format!("Sparkline({weeks})"), span));
        }
        let series = |date: &str| {
            let week = |back: i64| {
                let within = format!(
                    "{date} >= {MONDAY}.AddDays({}) and {date} < {MONDAY}.AddDays({})",
                    -7 * back,
                    7 - 7 * back
                );
                let test = self.condition(&*self.parsed(&within, span)?, &sequence.item)?;
                let members = vec![
                    ("key".to_owned(), self.week(back, &sequence.item, span)?),
                    ("count".to_owned(), count(&with_filter(sequence, test))),
                ];
                Ok(Bound::Object { presence: None, members })
            };
            Ok(Bound::Array((0..=weeks).rev().map(week).collect::<Result<_>>()?))
        };
        let members = vec![
            ("len".to_owned(), Bound::scalar(Expr::int(weeks), false)),
            ("currentWeek".to_owned(), self.week(0, &sequence.item, span)?),
            ("opened".to_owned(), series("CreateDate")?),
            ("closed".to_owned(), series("EndDate")?),
        ];
        Ok(Bound::Object { presence: None, members })
    }

    /// The number of the week so many weeks ago, counted from the first Monday of the calendar.
    fn week(&self, back: i64, it: &Bound, span: Span) -> Result<Bound> {
        let text = format!("Convert.ToInt32(({MONDAY} - DateTime.Parse(\"0001-01-01\")).TotalDays / 7) - {back}");
        self.expr(&*self.parsed(&text, span)?, it)
    }

    fn parsed(&self, text: &str, span: Span) -> Result<std::sync::Arc<ast::Expr>> {
        self.scene.model.computed(text).ok_or_else(|| Error::not_emulated(text, span))
    }
}

fn count(sequence: &Sequence) -> Bound {
    let fold = Fold { rows: sequence.rows.clone(), by: FoldBy::Count, ty: ValueType::Int };
    Bound::scalar(Expr::Fold(Box::new(fold)), false)
}
