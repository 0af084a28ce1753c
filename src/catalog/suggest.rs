//! Nearest names, for "did you mean".

/// Names that are worth reading beside a refusal.
const MOST: usize = 3;

/// The candidate closest to `name`, when it is close enough to be a slip of the keyboard.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_names(name, candidates).first().copied()
}

/// The candidates close enough to `name` to be meant, the closest first; at most three.
pub fn nearest_names<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = name.to_lowercase();
    let limit = (wanted.chars().count() / 3).max(1);
    let mut close: Vec<(usize, &str)> = candidates
        .into_iter()
        .map(|candidate| (distance(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    close.sort_by_key(|(distance, _)| *distance);
    close.into_iter().take(MOST).map(|(_, candidate)| candidate).collect()
}

/// Levenshtein distance, in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{nearest, nearest_names};

    #[test]
    fn a_slip_finds_its_name_and_nonsense_finds_none() {
        let names = ["Name", "Effort", "EntityState"];
        assert_eq!(nearest("Nam", names), Some("Name"));
        assert_eq!(nearest("entitystat", names), Some("EntityState"));
        assert_eq!(nearest("xyzzy", names), None);
        assert_eq!(nearest_names("EndDat", ["StartDate", "EndDate", "Date"]), ["EndDate"]);
        assert_eq!(nearest_names("TaskCount", ["TasksCount", "BugCount", "TaskCounts"]), ["TasksCount", "TaskCounts"]);
    }
}
