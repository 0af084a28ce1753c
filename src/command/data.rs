//! Commands that ask a running server: env, reset, snapshots, export, import.

use std::fs;
use std::io::Write;

use serde_json::Value;

use super::remote;
use crate::cli::{Ask, Env, Export, Import, SnapshotCommand};

pub fn print(bytes: &[u8]) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        // whoever reads has seen enough
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|e| format!("the output cannot be written: {e}")),
    }
}

fn ask_json(ask: &Ask, method: &str, path: &str) -> Result<(Vec<u8>, Value), String> {
    let body = remote::ask(ask, method, path, &[])?;
    let value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    Ok((body, value))
}

/// Prints an answer as it is, or what the sentence makes of it.
fn say(ask: &Ask, (body, value): &(Vec<u8>, Value), sentence: impl FnOnce(&Value) -> String) -> Result<(), String> {
    if ask.json { print(body) } else { print(format!("{}\n", sentence(value)).as_bytes()) }
}

/// Lines for `eval "$(tpmock env)"`.
pub fn env(env: &Env) -> Result<(), String> {
    let ask = &env.ask;
    let answer = ask_json(ask, "GET", if env.proxy { "env?proxy" } else { "env" })?;
    say(ask, &answer, |value| {
        let line = |(name, value): (&String, &Value)| {
            value.as_str().map(|text| format!("export {name}='{}'", text.replace('\'', "'\\''")))
        };
        let exports = value.as_object().into_iter().flatten().filter_map(line);
        let hints = if env.proxy { hints(value, &ask.url) } else { Vec::new() };
        exports.chain(hints).collect::<Vec<_>>().join("\n")
    })
}

/// What has no variable of its own, as comments.
fn hints(value: &Value, url: &str) -> Vec<String> {
    let authority = text(value, "SSL_CERT_FILE");
    let proxy = text(value, "HTTPS_PROXY").trim_start_matches("http://");
    let (host, port) = proxy.rsplit_once(':').unwrap_or((proxy, "80"));
    vec![
        "# curl, Python, Go and .NET on Linux need no more; Node.js follows the proxy from version 24 on.".to_owned(),
        format!(
            "# On another machine or in a container: curl {url}/_tpmock/ca.pem > ca.pem, and name that file above."
        ),
        "# Java wants the certificate in a store of its own:".to_owned(),
        format!(
            "#   keytool -importcert -noprompt -alias tpmock -file '{authority}' -keystore tpmock.p12 -storepass tpmock"
        ),
        format!(
            "#   export JAVA_TOOL_OPTIONS='-Dhttps.proxyHost={host} -Dhttps.proxyPort={port} -Dhttp.proxyHost={host} \
             -Dhttp.proxyPort={port} -Djavax.net.ssl.trustStore=tpmock.p12 -Djavax.net.ssl.trustStorePassword=tpmock'"
        ),
    ]
}

pub fn reset(ask: &Ask) -> Result<(), String> {
    let answer = ask_json(ask, "POST", "reset")?;
    say(ask, &answer, |value| format!("workspace {} is at its beginning", text(value, "workspace")))
}

pub fn snapshot(command: &SnapshotCommand) -> Result<(), String> {
    match command {
        SnapshotCommand::Take { name, ask } => {
            let answer = ask_json(ask, "PUT", &format!("snapshots/{name}"))?;
            say(ask, &answer, |value| format!("snapshot {} holds {} bytes", text(value, "name"), value["bytes"]))
        }
        SnapshotCommand::Restore { name, ask } => {
            let answer = ask_json(ask, "POST", &format!("snapshots/{name}/restore"))?;
            say(ask, &answer, |value| format!("workspace {} holds snapshot {name}", text(value, "workspace")))
        }
        SnapshotCommand::Delete { name, ask } => {
            remote::ask(ask, "DELETE", &format!("snapshots/{name}"), &[])?;
            if ask.json { Ok(()) } else { print(format!("snapshot {name} is gone\n").as_bytes()) }
        }
        SnapshotCommand::List { ask } => {
            let answer = ask_json(ask, "GET", "snapshots")?;
            say(ask, &answer, |value| {
                let list = value["snapshots"].as_array().cloned().unwrap_or_default();
                let lines = list.iter().map(|s| format!("{:<32} {:>10} bytes", text(s, "name"), s["bytes"]));
                lines.collect::<Vec<_>>().join("\n")
            })
        }
    }
}

pub fn export(export: &Export) -> Result<(), String> {
    let seed = remote::ask(&export.ask, "GET", "export", &[])?;
    match &export.file {
        None => print(&seed),
        Some(file) => fs::write(file, seed).map_err(|e| format!("{} cannot be written: {e}", file.display())),
    }
}

pub fn import(import: &Import) -> Result<(), String> {
    let file = import.file.display();
    let seed = fs::read(&import.file).map_err(|e| format!("{file} cannot be read: {e}"))?;
    // mistakes are told by the name the server gave the text
    let body =
        remote::ask(&import.ask, "POST", "import", &seed).map_err(|e| e.replace("import:", &format!("{file}:")))?;
    let value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    say(&import.ask, &(body, value), |value| format!("workspace {} holds {file}", text(value, "workspace")))
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}
