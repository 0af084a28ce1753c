//! HTTPS with a CA of our own, made once and kept, so that clients trust it once.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::app::StartError;

/// The certificate that clients are told to trust.
pub const CA_FILE: &str = "ca.pem";
/// Held while the others are made.
const LOCK_FILE: &str = ".lock";
const CA_KEY_FILE: &str = "ca-key.pem";
const CERTIFICATE_FILE: &str = "server.pem";
const KEY_FILE: &str = "server-key.pem";

/// Names the certificate is good for.
const NAMES: [&str; 5] = ["localhost", "127.0.0.1", "::1", "tpondemand.com", "*.tpondemand.com"];

/// Reads or makes the CA and the certificate in `dir`.
///
/// # Errors
/// A folder that cannot be used, or files in it that are no certificates.
pub fn acceptor(dir: &Path) -> Result<TlsAcceptor, StartError> {
    make(dir)?;
    let broken = |what: &str| {
        StartError(format!("{} holds no usable {what}; delete the folder to make new ones", dir.display()))
    };
    let certificates = CertificateDer::pem_file_iter(dir.join(CERTIFICATE_FILE))
        .and_then(|found| found.collect::<Result<Vec<_>, _>>())
        .map_err(|_| broken("certificate"))?;
    let key = PrivateKeyDer::from_pem_file(dir.join(KEY_FILE)).map_err(|_| broken("key"))?;
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(certificates, key);
    Ok(TlsAcceptor::from(Arc::new(config.map_err(|_| broken("pair of certificate and key"))?)))
}

/// Makes what is not there yet; of several programs that start together, one does.
fn make(dir: &Path) -> Result<(), StartError> {
    if dir.join(CERTIFICATE_FILE).exists() {
        return Ok(());
    }
    let failed = |what: &dyn std::fmt::Display| {
        StartError(format!("the certificates in {} cannot be made: {what}", dir.display()))
    };
    std::fs::create_dir_all(dir).map_err(|e| failed(&e))?;
    let lock = std::fs::File::create(dir.join(LOCK_FILE)).map_err(|e| failed(&e))?;
    lock.lock().map_err(|e| failed(&e))?;
    if dir.join(CERTIFICATE_FILE).exists() {
        return Ok(());
    }
    let (ca, certificate) = certificates().map_err(|e| failed(&e))?;
    let write = |name: &str, text: &str| std::fs::write(dir.join(name), text).map_err(|e| failed(&e));
    let write_secret = |name: &str, text: &str| secret(&dir.join(name), text).map_err(|e| failed(&e));
    write_secret(CA_KEY_FILE, &ca.1)?;
    write(CA_FILE, &ca.0)?;
    write_secret(KEY_FILE, &certificate.1)?;
    // last, since its presence says that all is there
    write(CERTIFICATE_FILE, &certificate.0)
}

/// A file that nobody else may read.
fn secret(file: &Path, text: &str) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600).open(file)?.write_all(text.as_bytes())
}

type Pair = (String, String);

/// A CA and a certificate it signed, each with its key, as PEM.
fn certificates() -> Result<(Pair, Pair), rcgen::Error> {
    let ca_key = KeyPair::generate()?;
    let mut ca = CertificateParams::default();
    ca.distinguished_name = named("tpmock local CA");
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca_certificate = ca.self_signed(&ca_key)?;
    let key = KeyPair::generate()?;
    let mut leaf = CertificateParams::new(NAMES.map(str::to_owned))?;
    leaf.distinguished_name = named("localhost");
    // strict verifiers want to see which CA signed
    leaf.use_authority_key_identifier_extension = true;
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let ca_pem = (ca_certificate.pem(), ca_key.serialize_pem());
    let issuer = Issuer::new(ca, ca_key);
    let certificate = leaf.signed_by(&key, &issuer)?;
    Ok((ca_pem, (certificate.pem(), key.serialize_pem())))
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}
