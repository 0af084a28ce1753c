//! The corpora of the fuzzers, and mutations of them, through the functions that the fuzzers call.
//!
//! `FUZZ_CASES` sets how many mutations of each target are tried.

use std::fs;
use std::path::Path;

#[path = "../fuzz/src/targets.rs"]
mod targets;

/// Stack that queries are parsed and bound on in the program, too.
const STACK: usize = 32 * 1024 * 1024;

#[test]
fn corpora_and_their_mutations_keep_every_promise() {
    for (name, target) in targets::ALL {
        let inputs = corpus(name);
        assert!(inputs.len() >= 10, "{name}: {} inputs", inputs.len());
        let work = move || {
            inputs.iter().for_each(|input| tried(name, target, input));
            let mut random = Random(0x5eed_0000 + name.len() as u64);
            // a seed is stored and taken back, which takes as long as many queries
            let cases = if name == "seed" { cases() / 10 } else { cases() };
            for _ in 0..cases {
                tried(name, target, &mutated(&inputs, &mut random));
            }
        };
        let thread = std::thread::Builder::new().stack_size(STACK).spawn(work).expect("a thread");
        assert!(thread.join().is_ok(), "{name}");
    }
}

fn cases() -> usize {
    std::env::var("FUZZ_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(2_000)
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(name);
    let mut paths: Vec<_> = fs::read_dir(folder).expect("a corpus").flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("an input")).collect()
}

/// A failure is reported with the input that caused it.
fn tried(name: &str, target: targets::Target, input: &[u8]) {
    if std::panic::catch_unwind(|| target(input)).is_err() {
        panic!("{name}: {:?}", String::from_utf8_lossy(input));
    }
}

/// The head of one input with the tail of another, and a few bytes changed, doubled, dropped or taken from elsewhere.
fn mutated(inputs: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let pick = |random: &mut Random| &inputs[random.below(inputs.len())];
    let (head, tail) = (pick(random), pick(random));
    let mut made = head[..random.below(head.len() + 1)].to_vec();
    made.extend_from_slice(&tail[random.below(tail.len() + 1)..]);
    for _ in 0..random.below(4) {
        if made.is_empty() {
            break;
        }
        let at = random.below(made.len());
        match random.below(5) {
            0 => made[at] = (random.next() & 0x7f) as u8,
            1 => drop(made.remove(at)),
            2 => made.insert(at, made[at]),
            3 => {
                let other = pick(random);
                let from = random.below(other.len() + 1);
                let piece = other[from..(from + random.below(12)).min(other.len())].to_vec();
                drop(made.splice(at..at, piece));
            }
            _ => {
                let piece = made[at..(at + 1 + random.below(12)).min(made.len())].to_vec();
                let times = 1 + random.below(40);
                drop(made.splice(at..at, piece.repeat(times)));
            }
        }
    }
    made
}

/// The generator of Marsaglia with three shifts; every run takes the same way.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}
