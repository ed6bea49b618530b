//! Who is answered: those who bring the token, and by the names this host has.

use std::fs;
use std::net::{SocketAddr, ToSocketAddrs};

use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::{HeaderMap, Uri};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::args::ServeArgs;
use super::error::ServeError;
use super::refusal::Refusal;

/// What a request must bring.
pub struct Access {
    /// A digest: comparing two of them takes as long whatever is in them, and whatever length a token has.
    token: Option<[u8; 32]>,
    /// The names of this host, if only this machine can reach it: a page of another name that leads here is
    /// somebody else's.
    names: Option<Vec<String>>,
}

/// The addresses of what was typed.
pub fn addresses(args: &ServeArgs) -> Result<Vec<SocketAddr>, ServeError> {
    let host = args.host.trim_start_matches('[').trim_end_matches(']');
    let failed =
        |source| ServeError::Listen { place: format!("{}:{}", args.host, args.port), source };
    let found: Vec<SocketAddr> = (host, args.port).to_socket_addrs().map_err(failed)?.collect();
    if !found.iter().all(is_loopback) && args.token_file.is_none() && !args.no_auth {
        return Err(ServeError::Open { host: args.host.clone() });
    }
    Ok(found)
}

fn is_loopback(address: &SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

impl Access {
    /// What was typed.
    pub fn new(args: &ServeArgs, addresses: &[SocketAddr]) -> Result<Self, ServeError> {
        let token = args.token_file.as_ref().map(|path| {
            let refused = |problem| ServeError::Token { path: path.clone(), problem };
            let text = fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
            match text.trim() {
                "" => Err(refused("it is empty".into())),
                token if !token.bytes().all(|byte| byte.is_ascii_graphic()) => {
                    Err(refused("a token has no blanks and nothing but ASCII".into()))
                }
                token => Ok(Sha256::digest(token).into()),
            }
        });
        let names = addresses.iter().all(is_loopback).then(|| {
            let own = ["localhost", "127.0.0.1", "::1"].map(String::from);
            let given = args.allow_host.iter().chain([&args.host]).map(|name| bare(name));
            own.into_iter().chain(given).collect()
        });
        Ok(Self { token: token.transpose()?, names })
    }

    /// Why a request is not answered, if it is not.
    pub fn refuse(&self, uri: &Uri, headers: &HeaderMap) -> Option<Refusal> {
        if let (Some(names), Some(host)) = (&self.names, headers.get(HOST)) {
            let host = String::from_utf8_lossy(host.as_bytes());
            let host = bare(without_port(&host));
            if !names.contains(&host) {
                return Some(Refusal::Host(format!("{host:?}")));
            }
        }
        let token = self.token.as_ref().filter(|_| uri.path() != "/health")?;
        let brought = headers.get(AUTHORIZATION).map_or(&b""[..], |value| value.as_bytes());
        let brought = match brought.split_at_checked(7) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case(b"bearer ") => token,
            _ => b"",
        };
        let brought: [u8; 32] = Sha256::digest(brought.trim_ascii()).into();
        (!bool::from(brought.ct_eq(token))).then_some(Refusal::Token)
    }
}

fn bare(name: &str) -> String {
    name.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_ascii_lowercase()
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_a_host() {
        let names = ["[::1]:80", "LocalHost:8080", "localhost.", "127.0.0.1"];
        let bare = names.map(|name| bare(without_port(name)));
        assert_eq!(bare, ["::1", "localhost", "localhost", "127.0.0.1"]);
    }
}
