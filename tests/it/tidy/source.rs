//! Source files → code without comments, string literals with their lines, and no tests.

use std::fs;
use std::path::Path;

/// A file below `src`.
pub struct Source {
    /// Below `src`, with slashes.
    pub path: String,
    pub text: String,
    /// Comments and the insides of literals are blank; lines stay where they are.
    pub code: String,
    /// Line and text of each string literal, as written between its quotes.
    pub literals: Vec<(usize, String)>,
    /// Lines without test modules.
    pub lines: usize,
}

impl Source {
    /// The module of the first level that the file belongs to.
    pub fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// Lines of the code with a path that begins with this word.
    pub fn lines_with(&self, root: &str) -> Vec<usize> {
        let path = format!("{root}::");
        let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':');
        let hit = |line: &str| line.match_indices(&path).any(|(at, _)| !is_part(line[..at].chars().next_back()));
        self.code.lines().zip(1..).filter(|(line, _)| hit(line)).map(|(_, number)| number).collect()
    }
}

/// All product code, ordered by path: files of tests are left out, test modules within files are blank.
pub fn all() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    find(&root, &mut files);
    files.sort();
    let mut sources: Vec<Source> = files
        .iter()
        .map(|file| {
            let text = fs::read_to_string(file).expect("a readable source file");
            let path = file.strip_prefix(&root).expect("a file below src").to_string_lossy().replace('\\', "/");
            read(path, text)
        })
        .collect();
    let tests: Vec<String> = sources.iter().flat_map(test_files).collect();
    sources.retain(|source| !tests.iter().any(|test| source.path.starts_with(test)));
    assert!(sources.len() > 50, "only {} files below {}", sources.len(), root.display());
    sources
}

fn find(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            find(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

/// Paths of modules that are declared for tests alone.
fn test_files(source: &Source) -> Vec<String> {
    let folder = source
        .path
        .strip_suffix("mod.rs")
        .map_or_else(|| source.path.strip_suffix(".rs").map(|f| format!("{f}/")).unwrap_or_default(), str::to_owned);
    let folder = if source.path == "lib.rs" { String::new() } else { folder };
    let mut found = Vec::new();
    let mut lines = source.text.lines();
    while let Some(line) = lines.next() {
        if line.trim() == "#[cfg(test)]"
            && let Some(name) = lines.next().and_then(|l| l.trim().strip_suffix(';'))
            && let Some(name) = name.rsplit("mod ").next()
        {
            found.push(format!("{folder}{name}.rs"));
            found.push(format!("{folder}{name}/"));
        }
    }
    found
}

fn read(path: String, text: String) -> Source {
    let (code, literals) = scan(&text);
    let (code, blanked) = without_tests(&code);
    let literals = literals.into_iter().filter(|(line, _)| !blanked.contains(line)).collect();
    let lines = code.lines().count() - blanked.len();
    Source { path, text, code, literals, lines }
}

/// Blanks `#[cfg(test)] mod … { … }`; braces in literals are gone already.
fn without_tests(code: &str) -> (String, Vec<usize>) {
    let mut out = Vec::new();
    let mut blanked = Vec::new();
    let lines: Vec<&str> = code.lines().collect();
    let mut at = 0;
    while at < lines.len() {
        let opens = lines[at].trim() == "#[cfg(test)]"
            && lines.get(at + 1).is_some_and(|l| l.contains("mod ") && l.trim_end().ends_with('{'));
        if !opens {
            out.push(lines[at]);
            at += 1;
            continue;
        }
        let mut depth = 0;
        while let Some(line) = lines.get(at) {
            depth += line.matches('{').count();
            depth -= line.matches('}').count();
            out.push("");
            at += 1;
            blanked.push(at);
            if depth == 0 && line.contains('}') {
                break;
            }
        }
    }
    (out.join("\n"), blanked)
}

/// A small lexer: enough of Rust to know comments, strings, raw strings, characters and lifetimes.
fn scan(text: &str) -> (String, Vec<(usize, String)>) {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut literals = Vec::new();
    let mut at = 0;
    let blank = |code: &mut String, part: &[char]| {
        code.extend(part.iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
    };
    while at < chars.len() {
        let rest = &chars[at..];
        let end = match rest {
            ['/', '/', ..] => rest.iter().position(|c| *c == '\n').unwrap_or(rest.len()),
            ['/', '*', ..] => block_comment(rest),
            ['r', '"' | '#', ..] if !continues_a_word(&chars, at) => match raw_string(rest) {
                Some((open, close, end)) => {
                    literals.push((line(&code), rest[open..close].iter().collect()));
                    end
                }
                None => 0,
            },
            ['"', ..] => {
                let end = string(rest);
                literals.push((line(&code), rest[1..end - 1].iter().collect()));
                end
            }
            ['\'', '\\', ..] => 3 + rest[3..].iter().position(|c| *c == '\'').unwrap_or(0),
            ['\'', _, '\'', ..] => 3,
            _ => 0,
        };
        if end == 0 {
            code.push(chars[at]);
            at += 1;
        } else {
            blank(&mut code, &rest[..end]);
            at += end;
        }
    }
    (code, literals)
}

fn line(code: &str) -> usize {
    code.matches('\n').count() + 1
}

fn continues_a_word(chars: &[char], at: usize) -> bool {
    at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_') && chars[at - 1] != 'b'
}

fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match &rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn string(rest: &[char]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// Where the text of a raw string begins and ends, and where the literal ends.
fn raw_string(rest: &[char]) -> Option<(usize, usize, usize)> {
    let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
    let open = hashes + 2;
    if rest.get(open - 1) != Some(&'"') {
        return None;
    }
    let close = (open..rest.len())
        .find(|i| rest[*i] == '"' && rest[i + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes)?;
    Some((open, close, close + 1 + hashes))
}

#[test]
fn the_lexer_knows_what_is_code() {
    let text = "let a = \"x\\\"//y\"; // \"no\"\nlet b = r#\"q\"z\"#; let c = '\"'; fn f<'a>() {}\n\
                #[cfg(test)]\nmod tests {\n    const T: &str = \"t}\";\n}\nlet d = \"last\";";
    let source = read("x.rs".into(), text.into());
    let found: Vec<(usize, &str)> = source.literals.iter().map(|(l, t)| (*l, t.as_str())).collect();
    assert_eq!(found, [(1, "x\\\"//y"), (2, "q\"z"), (7, "last")]);
    assert_eq!(source.lines, 3);
    let source = read("x.rs".into(), "use a::b;\nlet x = c::a::d;\nlet y = \"a::b\"; // a::b\nza::b();".into());
    assert_eq!((source.lines_with("a"), source.lines_with("b")), (vec![1], vec![]));
}
