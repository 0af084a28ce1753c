//! Clients that know only the real service's address, and this server as their proxy.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use tpmock::{Auth, Config, SeedSource, Server};

struct Proxy {
    server: Server,
    folder: tempfile::TempDir,
}

impl Proxy {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config {
            seed: SeedSource::Small,
            auth: Auth::Open,
            proxy: Some(folder.path().join("tls")),
            ..Config::default()
        };
        Self { server: Server::start(config).expect("a server"), folder }
    }

    /// What a program prints that is told of the proxy by its environment alone.
    fn run(&self, program: &str, arguments: &[&str]) -> String {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.folder.path()).env_remove("NO_PROXY").env_remove("no_proxy");
        command.envs(self.server.proxy_environment("acme"));
        let output = command.output().unwrap_or_else(|error| panic!("{program} is needed: {error}"));
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{program}: {out}{err}");
        out.into_owned()
    }

    /// Bytes sent as they are, and what comes back until the end.
    fn raw(&self, request: &str) -> String {
        let address = self.server.url().trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).expect("a connection");
        stream.write_all(request.as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    /// Requests that the account of the tests was asked, by address.
    fn asked(&self) -> Vec<String> {
        let workspace = self.server.workspace("acme").expect("a workspace");
        workspace.requests().into_iter().map(|request| request.url).collect()
    }
}

const WANTED: &str = r#"{"Next":"https://acme.tpondemand.com/api/v1/Bugs/"#;

#[test]
fn curl_finds_an_account_behind_the_proxy() {
    let proxy = Proxy::start();
    let address = "https://acme.tpondemand.com/api/v1/Bugs?take=1&format=json";
    let said = proxy.run("curl", &["-sS", "--fail", address]);
    assert!(said.starts_with(WANTED), "{said}");
    let said = proxy.run("curl", &["-sS", "--fail", "http://ACME.tpondemand.com/api/v1/Bugs?take=1&format=json"]);
    assert!(said.starts_with(r#"{"Next":"http://ACME.tpondemand.com/api/v1/Bugs/"#), "{said}");
    assert_eq!(proxy.asked(), ["/api/v1/Bugs?take=1&format=json"; 2]);
}

#[test]
fn python_finds_an_account_behind_the_proxy() {
    let proxy = Proxy::start();
    let script = "import os, urllib.request as r\n\
        print(r.urlopen(os.environ['TP_URL'] + '/api/v1/Bugs?take=1&format=json').read().decode())";
    let said = proxy.run("python3", &["-c", script]);
    assert!(said.starts_with(WANTED), "{said}");
}

#[test]
fn node_finds_an_account_behind_the_proxy() {
    let proxy = Proxy::start();
    // Node.js follows the environment from version 24 on; older programs bring an agent that does just this
    let script = r"
        const http = require('http'), https = require('https'), proxy = new URL(process.env.HTTPS_PROXY);
        const target = new URL('/api/v1/Bugs?take=1&format=json', process.env.TP_URL);
        http.request({host: proxy.hostname, port: proxy.port, method: 'CONNECT', path: target.hostname + ':443'})
            .on('connect', (_, socket) => https.get(target, {socket, agent: false}, answer => {
                answer.pipe(process.stdout); answer.on('end', () => socket.destroy());
            })).end();";
    let said = proxy.run("node", &["-e", script]);
    assert!(said.starts_with(WANTED), "{said}");
}

#[test]
fn nothing_is_fetched_from_anywhere_else() {
    let proxy = Proxy::start();
    for host in ["example.com", "tpondemand.com", "a.b.tpondemand.com", "10.0.0.1", "127.0.0.1.tpondemand.com.evil"] {
        let sentence = format!("tpmock stands in for NAME.tpondemand.com only; nothing is fetched from '{host}'.");
        let tunnel = proxy.raw(&format!("CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n"));
        assert!(tunnel.starts_with("HTTP/1.1 403 ") && tunnel.contains(&sentence), "{tunnel}");
        let plain = proxy.raw(&format!("GET http://{host}/ HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
        assert!(plain.starts_with("HTTP/1.1 403 ") && plain.contains(&sentence), "{plain}");
    }
    assert_eq!(proxy.asked(), Vec::<String>::new());
}

#[test]
fn what_is_for_the_server_itself_goes_on_as_ever() {
    let proxy = Proxy::start();
    let address = proxy.server.url();
    let answer = proxy.raw(&format!("GET {address}/_tpmock/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let answer = proxy.raw("GET /w/own/api/v1/Bugs?take=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    for broken in ["CONNECT", "CONNECT \r\n\r\n", "CONNECT x HTTP/1.1\r\n\r\n", "C\r\n\r\n"] {
        let address = address.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).expect("a connection");
        stream.write_all(broken.as_bytes()).expect("a request");
        stream.shutdown(std::net::Shutdown::Write).expect("an end");
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{broken:?}: {answer}");
    }
}

#[test]
fn a_tunnel_may_hold_plain_requests() {
    let proxy = Proxy::start();
    let answer = proxy.raw(
        "CONNECT acme.tpondemand.com:80 HTTP/1.1\r\n\r\nGET /api/v1/Bugs?take=1 HTTP/1.1\r\nHost: acme.tpondemand.com\r\n\
         Connection: close\r\n\r\n",
    );
    assert!(answer.contains("HTTP/1.1 200 OK") && answer.contains("<Bugs Next=\"http://acme."), "{answer}");
}

#[test]
fn the_certificate_may_be_fetched_and_a_server_that_is_no_proxy_says_so() {
    let proxy = Proxy::start();
    let own = std::fs::read_to_string(proxy.folder.path().join("tls/ca.pem")).expect("a certificate");
    let fetched = proxy.raw("GET /_tpmock/ca.pem HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(fetched.ends_with(&own), "{fetched}");
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(proxy.folder.path().join("tls/ca-key.pem")).expect("a key").permissions(),
    );
    assert_eq!(mode & 0o077, 0, "the key is nobody else's");
    let plain = super::Server::new();
    plain.refused("GET", "/_tpmock/env?proxy", "", 409, "start it with --proxy");
    assert_eq!(plain.send("GET", "/_tpmock/ca.pem", "").0, 404);
}

#[test]
fn the_command_says_what_to_export() {
    let proxy = Proxy::start();
    let program = env!("CARGO_BIN_EXE_tpmock");
    let said = proxy.run(program, &["env", "--proxy", "--url", proxy.server.url(), "--workspace", "acme"]);
    let url = proxy.server.url();
    for wanted in [
        "export TP_URL='https://acme.tpondemand.com'".to_owned(),
        format!("export HTTPS_PROXY='{url}'"),
        "export NODE_EXTRA_CA_CERTS='".to_owned(),
        "#   keytool -importcert".to_owned(),
    ] {
        assert!(said.contains(&wanted), "{wanted}: {said}");
    }
    let script = format!(
        "eval \"$('{program}' env --proxy --url '{url}' --workspace acme)\" && curl -sS --fail \"$TP_URL/api/v1/Bugs?take=1&format=json\""
    );
    assert!(proxy.run("sh", &["-c", &script]).starts_with(WANTED));
}

#[test]
fn exec_takes_a_program_along_that_knows_no_other_address() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = r#"curl -sS --fail "https://default.tpondemand.com/api/v1/Bugs?take=1&format=json""#;
    let output = Command::new(env!("CARGO_BIN_EXE_tpmock"))
        .args(["exec", "--seed", "small", "--auth", "open", "--proxy", "--tls-dir"])
        .arg(folder.path())
        .args(["--", "sh", "-c", script])
        .env_remove("PORT")
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.contains("https://default.tpondemand.com/api/v1/Bugs/"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
