//! Which entries are meant: by workspace, method, path, status, entity and text.

use super::entry::Entry;

/// Every given condition must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// `None` is every workspace.
    pub workspace: Option<String>,
    pub method: Option<String>,
    /// How the path begins, without workspace prefix; in any case of letters.
    pub path: Option<String>,
    pub status: Option<Status>,
    pub entity: Option<String>,
    /// A text in the address or in the body of the request.
    pub contains: Option<String>,
    /// Those that hit a fault, or those that did not.
    pub fault: Option<bool>,
}

/// `404`, or `4xx` for a hundred of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    first: u16,
    last: u16,
}

impl std::str::FromStr for Status {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("'{text}' is no status; write it like 404 or 4xx");
        let lower = text.to_ascii_lowercase();
        match lower.strip_suffix("xx") {
            Some(class) => {
                let class: u16 = class.parse().map_err(|_| wrong())?;
                if (1..=5).contains(&class) {
                    Ok(Self { first: class * 100, last: class * 100 + 99 })
                } else {
                    Err(wrong())
                }
            }
            None => lower.parse().map(|status| Self { first: status, last: status }).map_err(|_| wrong()),
        }
    }
}

impl Filter {
    pub fn fits(&self, entry: &Entry) -> bool {
        let begins = |prefix: &String| {
            let path = entry.path().as_bytes();
            path.len() >= prefix.len() && path[..prefix.len()].eq_ignore_ascii_case(prefix.as_bytes())
        };
        let holds = |text: &String| {
            entry.address.contains(text.as_str())
                || entry.body.bytes.windows(text.len().max(1)).any(|w| w == text.as_bytes())
        };
        self.workspace.as_ref().is_none_or(|w| *w == entry.workspace)
            && self.method.as_ref().is_none_or(|m| m.eq_ignore_ascii_case(entry.method.as_str()))
            && self.path.as_ref().is_none_or(begins)
            && self.status.is_none_or(|s| (s.first..=s.last).contains(&entry.status))
            && self.entity.as_ref().is_none_or(|e| entry.entity.as_ref().is_some_and(|n| n.eq_ignore_ascii_case(e)))
            && self.contains.as_ref().is_none_or(holds)
            && self.fault.is_none_or(|f| f == entry.fault.is_some())
    }

    /// The conditions in words, for messages.
    pub fn words(&self) -> String {
        let mut words = vec![self.method.clone().unwrap_or_else(|| "any method".to_owned()).to_ascii_uppercase()];
        words.extend(self.path.clone());
        words.extend(self.entity.as_ref().map(|e| format!("of {e}")));
        words.extend(self.status.map(|s| {
            if s.first == s.last { format!("answered {}", s.first) } else { format!("answered {}xx", s.first / 100) }
        }));
        words.extend(self.contains.as_ref().map(|c| format!("with '{c}'")));
        words.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::Status;

    #[test]
    fn statuses_read() {
        assert_eq!("404".parse(), Ok(Status { first: 404, last: 404 }));
        assert_eq!("4XX".parse(), Ok(Status { first: 400, last: 499 }));
        for bad in ["", "x", "9xx", "xx", "4x"] {
            assert!(bad.parse::<Status>().is_err(), "{bad}");
        }
    }
}
