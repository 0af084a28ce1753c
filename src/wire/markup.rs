//! The layout of every XML document the service writes: no declaration, two blanks a level, LF, `<Tag />`.
//!
//! Knows elements and attributes only; entities, errors and descriptions are put together elsewhere.

use std::ops::Range;

use crate::wire::escape::{xml_attribute, xml_text};

/// A line break and the indentation that most elements get by.
const LINE: &[u8] = b"\n                                ";

/// Writes elements one after another. A start tag stays open for attributes until its first child.
#[derive(Debug, Default)]
pub struct Markup {
    out: Vec<u8>,
    /// The names of the open elements, one behind the other.
    names: Vec<u8>,
    /// Where each of them starts in `names`.
    starts: Vec<usize>,
    tag_is_open: bool,
    /// Whether nothing stands in front, so that the next element needs no line of its own.
    blank: bool,
}

impl Markup {
    /// Appends to `out`.
    pub fn new(out: Vec<u8>) -> Self {
        Self { out, blank: true, ..Self::default() }
    }

    pub fn finish(self) -> Vec<u8> {
        self.out
    }

    /// A line in front of the root element, written as it stands.
    pub fn prolog(&mut self, line: &str) {
        self.put(line.as_bytes());
        self.blank = false;
    }

    pub fn start(&mut self, name: &str) {
        self.line();
        self.out.push(b'<');
        self.put(name.as_bytes());
        self.starts.push(self.names.len());
        self.names.extend_from_slice(name.as_bytes());
        self.tag_is_open = true;
    }

    pub fn end(&mut self) {
        let Some(start) = self.starts.pop() else { return };
        if self.tag_is_open {
            self.put(b" />");
            self.tag_is_open = false;
        } else {
            self.line();
            self.put(b"</");
            self.out.extend_from_slice(&self.names[start..]);
            self.out.push(b'>');
        }
        self.names.truncate(start);
    }

    /// Whether attributes can still be written.
    pub fn takes_attributes(&self) -> bool {
        self.tag_is_open
    }

    pub fn attribute(&mut self, name: &str, value: &str) {
        self.attribute_of(name, |out| xml_attribute(out, value));
    }

    /// An attribute whose escaped value `write` appends.
    pub fn attribute_of(&mut self, name: &str, write: impl FnOnce(&mut Vec<u8>)) {
        self.out.push(b' ');
        self.put(name.as_bytes());
        self.put(b"=\"");
        write(&mut self.out);
        self.out.push(b'"');
    }

    /// `<name>text</name>`, also where the text is empty.
    pub fn leaf(&mut self, name: &str, text: &str) {
        self.leaf_of(name, |out| xml_text(out, text));
    }

    /// A leaf whose escaped content `write` appends.
    pub fn leaf_of(&mut self, name: &str, write: impl FnOnce(&mut Vec<u8>)) {
        self.line();
        self.out.push(b'<');
        self.put(name.as_bytes());
        self.out.push(b'>');
        write(&mut self.out);
        self.put(b"</");
        self.put(name.as_bytes());
        self.out.push(b'>');
    }

    /// `<name nil="true" />`.
    pub fn nil(&mut self, name: &str) {
        self.line();
        self.out.push(b'<');
        self.put(name.as_bytes());
        self.put(b" nil=\"true\" />");
    }

    /// The place in the buffer where the next byte goes.
    pub fn position(&self) -> usize {
        self.out.len()
    }

    /// Replaces a part of a tag that is long closed.
    pub fn replace(&mut self, part: Range<usize>, text: Vec<u8>) {
        if self.out[part.clone()] != *text {
            self.out.splice(part, text);
        }
    }

    /// How many elements are open.
    pub fn depth(&self) -> usize {
        self.starts.len()
    }

    pub fn since(&self, position: usize) -> Option<&[u8]> {
        self.out.get(position..)
    }

    /// Writes an element again as it stood after a position as deep as this one.
    pub fn again(&mut self, element: &[u8]) {
        if std::mem::take(&mut self.tag_is_open) {
            self.out.push(b'>');
        }
        self.put(element.strip_prefix(b">").unwrap_or(element));
        self.blank = false;
    }

    fn put(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// Closes the tag that is open and begins the line of the next tag.
    fn line(&mut self) {
        if self.tag_is_open {
            self.out.push(b'>');
            self.tag_is_open = false;
        }
        if !self.blank {
            let width = 1 + 2 * self.starts.len();
            match LINE.get(..width) {
                Some(line) => self.out.extend_from_slice(line),
                None => {
                    self.out.push(b'\n');
                    self.out.resize(self.out.len() + width - 1, b' ');
                }
            }
        }
        self.blank = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // source: recorded 2016 and 2017 (two blanks, blank before the slash, empty strings not self-closed)
    #[test]
    fn layout() {
        let mut markup = Markup::new(Vec::new());
        markup.start("A");
        markup.attribute("Name", "x\"y");
        markup.leaf("Tags", "");
        markup.nil("StartDate");
        markup.start("B");
        markup.end();
        markup.start("C");
        markup.leaf("D", "<&>");
        markup.end();
        markup.end();
        let expected = "<A Name=\"x&quot;y\">\n  <Tags></Tags>\n  <StartDate nil=\"true\" />\n  <B />\n  <C>\n    <D>&lt;&amp;&gt;</D>\n  </C>\n</A>";
        assert_eq!(String::from_utf8(markup.finish()).unwrap(), expected);
    }

    #[test]
    fn a_prolog_has_its_own_line() {
        let mut markup = Markup::new(Vec::new());
        markup.prolog("<?p?>");
        markup.start("A");
        markup.end();
        assert_eq!(markup.finish(), b"<?p?>\n<A />");
    }
}
