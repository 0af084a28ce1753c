//! What the three languages do alike with pest: parse an entry rule, find spans, open pairs.

use pest::iterators::Pair;
use pest::{Parser, RuleType};

use super::diagnose::{Language, diagnose};
use super::{Error, limit};
use crate::query::ast::Span;

/// Measures `text`, then parses it as `entry`.
pub(super) fn parse<'t, G: Parser<R>, R: RuleType>(
    language: &Language,
    entry: R,
    text: &'t str,
) -> Result<Pair<'t, R>, Error> {
    limit::check(text, language.brackets)?;
    let mut pairs = G::parse(entry, text).map_err(|error| diagnose(text, language, &error))?;
    Ok(pairs.next().unwrap_or_else(|| unreachable!("{entry:?} always yields a pair")))
}

/// Where a pair stands, without the blanks that pest may leave at its end.
pub(super) fn span<R: RuleType>(pair: &Pair<'_, R>) -> Span {
    let start = pair.as_span().start();
    Span { start, end: start + pair.as_str().trim_end().len() }
}

/// The first pair inside, which the rule promises.
pub(super) fn first<R: RuleType>(pair: Pair<'_, R>) -> Pair<'_, R> {
    let rule = pair.as_rule();
    pair.into_inner().next().unwrap_or_else(|| unreachable!("{rule:?} is never empty"))
}

/// Exactly `N` inner pairs, which the rule promises.
pub(super) fn children<R: RuleType, const N: usize>(pair: Pair<'_, R>) -> [Pair<'_, R>; N] {
    let rule = pair.as_rule();
    let pairs: Vec<_> = pair.into_inner().collect();
    pairs.try_into().unwrap_or_else(|_| unreachable!("{rule:?} holds {N} pairs"))
}

/// Ends every `match` over rules: the grammar lets nothing else through.
#[cold]
pub(super) fn unexpected<R: RuleType>(pair: &Pair<'_, R>) -> ! {
    unreachable!("the grammar does not put {:?} here", pair.as_rule())
}
