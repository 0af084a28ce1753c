//! Passwords and service tokens: how they are kept and how they are checked. Knows no account and no HTTP.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// Rounds of PBKDF2. The accounts are made up, so this guards a copied file, not a bank; a thousand rounds keep the
/// seeding of a whole company within a few milliseconds.
const ROUNDS: u32 = 1_000;

/// The stored form of a password: salt and key, the salt made from the login so that equal seeds give equal bytes.
pub fn hash_password(login: &str, password: &str) -> String {
    let salt = &Sha256::digest(format!("tpmock:{}", login.to_lowercase()))[..16];
    let key = derive(password, salt);
    format!("{}${}", STANDARD.encode(salt), STANDARD.encode(key))
}

/// Whether `stored` was made from this password.
pub fn verify_password(stored: &str, password: &str) -> bool {
    let Some((salt, key)) = stored.split_once('$') else { return false };
    let (Ok(salt), Ok(key)) = (STANDARD.decode(salt), STANDARD.decode(key)) else { return false };
    let derived = derive(password, &salt);
    // every byte is looked at, so that time tells nothing
    derived.len() == key.len() && derived.iter().zip(&key).fold(0, |d, (a, b)| d | (a ^ b)) == 0
}

fn derive(password: &str, salt: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), salt, ROUNDS, &mut key);
    key
}

/// The service token of a user: `{id}:{32 hex digits}` in base64. It dies with the login or the password.
pub fn service_token(id: i64, login: &str, stored: &str) -> String {
    let digest = Sha256::digest(format!("token:{id}:{}:{stored}", login.to_lowercase()));
    let hex: String = digest[..16].iter().map(|b| format!("{b:02X}")).collect();
    STANDARD.encode(format!("{id}:{hex}"))
}

/// What a base64 credential says: the part before the first colon, and the rest.
pub fn decode_pair(text: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok()?;
    let (left, right) = text.split_once(':')?;
    Some((left.to_owned(), right.to_owned()))
}

/// A digest that stands for a credential in memory.
pub fn fingerprint(kind: &str, text: &str) -> [u8; 32] {
    Sha256::digest(format!("{kind}\0{text}")).into()
}

/// The GUID that follows from a seed and a counter.
pub fn guid(seed: &str, counter: u64) -> String {
    let digest = Sha256::digest(format!("guid:{seed}:{counter}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    guid_text(bytes)
}

/// A GUID for everything that is counted: cheap, and different for each number.
pub fn serial_guid(number: u64) -> String {
    let (high, low) = (scatter(number), scatter(!number));
    guid_text((u128::from(high) << 64 | u128::from(low)).to_be_bytes())
}

/// The output function of SplitMix64; no two numbers share a result.
fn scatter(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn guid_text(mut bytes: [u8; 16]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let mut text = String::with_capacity(36);
    for (i, byte) in bytes.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 0x0f)]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_recognised_and_another_is_not() {
        let stored = hash_password("admin", "admin");
        assert!(verify_password(&stored, "admin"));
        assert!(!verify_password(&stored, "Admin"));
        assert!(!verify_password("nonsense", "admin"));
        assert!(!stored.contains("admin"));
    }

    #[test]
    fn a_token_names_its_user_and_dies_with_the_password() {
        let token = service_token(7, "john", "stored");
        let (id, hex) = decode_pair(&token).unwrap();
        assert_eq!((id.as_str(), hex.len()), ("7", 32));
        assert_ne!(token, service_token(7, "john", "changed"));
    }

    #[test]
    fn guids_are_well_formed_and_follow_the_counter() {
        let guid = super::guid("seed", 1);
        assert_eq!(guid.len(), 36);
        assert_eq!(guid.as_bytes()[14], b'4');
        assert_ne!(guid, super::guid("seed", 2));
        assert_eq!(super::serial_guid(1).len(), 36);
        assert_ne!(super::serial_guid(1), super::serial_guid(2));
    }
}
