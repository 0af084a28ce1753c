//! Packs the texts that the program carries: the catalog and the seeds.

use std::path::Path;
use std::{env, fs, io};

const TEXTS: [&str; 4] = ["catalog", "seed/demo", "seed/small", "seed/empty"];

fn main() -> io::Result<()> {
    let out = env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    for name in TEXTS {
        let source = format!("fixtures/{name}.json");
        println!("cargo::rerun-if-changed={source}");
        let target = Path::new(&out).join(name).with_extension("lz4");
        fs::create_dir_all(target.with_file_name(""))?;
        fs::write(target, lz4_flex::compress_prepend_size(&fs::read(source)?))?;
    }
    Ok(())
}
