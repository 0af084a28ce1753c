//! A query file: directives, the forms of a query, and its stages.

/// One section behind `----`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    pub name: String,
    pub text: String,
}

#[derive(Debug)]
pub struct File {
    /// Everything in front of the stages, as written.
    head: String,
    pub entity: String,
    /// Bound for a plain member instead of an administrator.
    pub member: bool,
    /// `v1`, `v2`, `filter`, `select`, `result` or `order` with its text.
    pub forms: Vec<(String, String)>,
    pub stages: Vec<Stage>,
}

impl File {
    pub fn read(text: &str) -> Result<Self, String> {
        let head_end = text.find("---- ").unwrap_or(text.len());
        let (head, rest) = text.split_at(head_end);
        let (mut entity, mut member, mut forms) = (None, false, Vec::new());
        for line in head.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')) {
            let (name, value) = line.split_once(':').ok_or_else(|| format!("no directive: {line}"))?;
            match (name.trim(), value.trim()) {
                ("entity", value) => entity = Some(value.to_owned()),
                ("caller", "member") => member = true,
                (form, value) => forms.push((form.to_owned(), value.to_owned())),
            }
        }
        let stages = rest.split("---- ").filter(|s| !s.trim().is_empty()).map(|section| {
            let (name, text) = section.split_once('\n').unwrap_or((section, ""));
            Stage { name: name.trim().to_owned(), text: text.trim_end().to_owned() }
        });
        let entity = entity.ok_or("no entity")?;
        Ok(Self { head: head.trim_end().to_owned(), entity, member, forms, stages: stages.collect() })
    }

    /// The file with other stages.
    pub fn with(&self, stages: &[Stage]) -> String {
        let mut text = format!("{}\n", self.head);
        for stage in stages {
            text.push_str(&format!("---- {}\n{}\n", stage.name, stage.text));
        }
        text
    }
}
