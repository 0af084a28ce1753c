//! A labelled tree, drawn by indentation.

/// A node: what it is, the type of its value where it has one, and its parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outline {
    pub label: String,
    /// The .NET name of the type.
    pub kind: Option<&'static str>,
    pub parts: Vec<Outline>,
}

impl Outline {
    pub fn leaf(label: impl Into<String>) -> Self {
        Self { label: label.into(), kind: None, parts: Vec::new() }
    }

    pub fn of(label: impl Into<String>, parts: Vec<Outline>) -> Self {
        Self { label: label.into(), kind: None, parts }
    }

    /// The node with a word in front of its label.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.label = format!("{name} {}", self.label);
        self
    }

    /// Every node as a line: its depth, label and type.
    pub fn lines(&self) -> Vec<(usize, &str, Option<&'static str>)> {
        fn add<'o>(node: &'o Outline, depth: usize, lines: &mut Vec<(usize, &'o str, Option<&'static str>)>) {
            lines.push((depth, &node.label, node.kind));
            for part in &node.parts {
                add(part, depth + 1, lines);
            }
        }
        let mut lines = Vec::new();
        add(self, 0, &mut lines);
        lines
    }
}
