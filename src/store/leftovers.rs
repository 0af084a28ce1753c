//! Folders of servers that were killed. A server holds a lock in its own; one that nobody holds is left over.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Once;

/// How the name of a server's folder begins.
pub(super) const PREFIX: &str = "tpmock-";
/// The file whose lock says that the server lives.
const LOCK: &str = "server.lock";

/// Marks a server's new folder as in use for as long as the file that comes back is open.
///
/// # Errors
/// The system's, such as a file system without locks.
pub(super) fn claim(folder: &Path) -> io::Result<File> {
    // locked before it has its name: who finds it finds it locked
    let draft = folder.join("lock.new");
    let file = File::create(&draft)?;
    file.try_lock()?;
    fs::rename(&draft, folder.join(LOCK))?;
    Ok(file)
}

/// Starts to remove what is left over below `parent`, once in the life of a process. Nobody waits for it.
pub(super) fn sweep_beside(parent: &Path) {
    static SWEPT: Once = Once::new();
    SWEPT.call_once(|| {
        let parent = parent.to_path_buf();
        // without a thread it is left to the next start
        let _ = std::thread::Builder::new().name("tpmock-sweep".to_owned()).spawn(move || sweep(&parent));
    });
}

fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        // the kind of the entry itself: links are not followed
        if ours && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_if_left(&entry.path());
        }
    }
}

/// What cannot be opened, locked or removed stays; a folder without a lock was never known to be a server's.
fn remove_if_left(folder: &Path) {
    let lock = folder.join(LOCK);
    let Ok(file) = File::open(&lock) else { return };
    if file.try_lock().is_err() {
        return;
    }
    let content: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    // the lock goes last, so that an interrupted sweep can be taken up again
    for path in content.iter().filter(|path| **path != lock) {
        let _ = fs::remove_file(path);
    }
    let _ = fs::remove_dir_all(folder);
}

#[cfg(test)]
mod tests {
    use super::{LOCK, claim, sweep};

    #[test]
    fn only_folders_of_the_dead_go() {
        let parent = tempfile::tempdir().expect("folder");
        let folder = |name: &str| {
            let folder = parent.path().join(name);
            std::fs::create_dir(&folder).expect("folder");
            std::fs::write(folder.join("1.db"), "rows").expect("file");
            folder
        };
        let (dead, alive) = (folder("tpmock-dead"), folder("tpmock-alive"));
        let (unmarked, other) = (folder("tpmock-unmarked"), folder("other"));
        drop(claim(&dead).expect("lock"));
        let held = claim(&alive).expect("lock");
        std::fs::write(other.join(LOCK), "").expect("file");
        sweep(parent.path());
        assert!(!dead.exists());
        for kept in [&alive, &unmarked, &other] {
            assert!(kept.join("1.db").exists(), "{}", kept.display());
        }
        drop(held);
        sweep(parent.path());
        assert!(!alive.exists());
    }
}
