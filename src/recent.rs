//! What was used lately, up to a limit: a cache that forgets by halves.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Values by text. What was not asked for while `limit` others came in is gone.
#[derive(Debug)]
pub struct Recent<V> {
    limit: usize,
    halves: Mutex<Halves<V>>,
}

#[derive(Debug)]
struct Halves<V> {
    young: HashMap<String, Arc<V>>,
    old: HashMap<String, Arc<V>>,
}

impl<V> Recent<V> {
    pub fn new(limit: usize) -> Self {
        Self { limit, halves: Mutex::new(Halves { young: HashMap::new(), old: HashMap::new() }) }
    }

    pub fn get(&self, key: &str) -> Option<Arc<V>> {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = halves.young.get(key) {
            return Some(Arc::clone(value));
        }
        let (key, value) = halves.old.remove_entry(key)?;
        halves.put(self.limit, key, Arc::clone(&value));
        Some(value)
    }

    pub fn put(&self, key: String, value: Arc<V>) {
        self.halves.lock().unwrap_or_else(PoisonError::into_inner).put(self.limit, key, value);
    }
}

impl<V> Halves<V> {
    fn put(&mut self, limit: usize, key: String, value: Arc<V>) {
        if self.young.len() >= limit {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_the_rest_goes() {
        let recent = Recent::new(2);
        for n in 0..10 {
            recent.put(n.to_string(), Arc::new(n));
            assert_eq!(recent.get("0").as_deref(), Some(&0), "used in round {n}");
        }
        assert_eq!(recent.get("1"), None);
        assert_eq!(recent.get("9").as_deref(), Some(&9));
    }
}
