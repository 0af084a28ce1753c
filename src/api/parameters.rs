//! Query parameters: names in any case, values as text. A form body of a GET adds to them.

use super::error::Error;
use super::percent;

#[derive(Debug, Clone, Default)]
pub struct Parameters {
    pairs: Vec<(String, String)>,
}

impl Parameters {
    /// # Errors
    /// A broken escape.
    pub fn parse(query: &str) -> Result<Self, Error> {
        let mut parameters = Self::default();
        parameters.extend(query)?;
        Ok(parameters)
    }

    /// # Errors
    /// A broken escape.
    pub fn extend(&mut self, query: &str) -> Result<(), Error> {
        for pair in query.split('&').filter(|p| !p.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let broken = || Error::bad_request("The request address has a broken percent escape.");
            let name = percent::decode(name, true).ok_or_else(broken)?;
            let value = percent::decode(value, true).ok_or_else(broken)?;
            self.pairs.push((name.to_ascii_lowercase(), value));
        }
        Ok(())
    }

    /// All of them, in the order they came.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value of a parameter, even an empty one. `name` is given in lower case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The value of a parameter that says something.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|v| !v.trim().is_empty())
    }

    /// All values of a parameter that may be repeated (`ids[]=1&ids[]=2`).
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}
