//! Who is answered: those who bring the token, and by the names this host has.

use std::net::{SocketAddr, ToSocketAddrs};

use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::{HeaderMap, Uri};

use super::args::ServeArgs;
use super::error::ServeError;
use super::refusal::Refusal;
use super::token::Token;

/// What a request must bring.
pub struct Access {
    token: Option<Token>,
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
        let token = args.token_file.as_deref().map(Token::read).transpose()?;
        let names = addresses.iter().all(is_loopback).then(|| {
            let own = ["localhost", "127.0.0.1", "::1"].map(String::from);
            let given = args.allow_host.iter().chain([&args.host]).map(|name| bare(name));
            own.into_iter().chain(given).collect()
        });
        Ok(Self { token, names })
    }

    /// The token that is asked for, if one is.
    pub fn token(&self) -> Option<&Token> {
        self.token.as_ref()
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
        let token = self.token.as_ref()?;
        let brought = headers.get(AUTHORIZATION);
        let is_open = match uri.path() {
            // They tell nothing of the model.
            "/health" | "/page.css" | "/page.js" => true,
            // A page that asks for the token.
            "/" => brought.is_none(),
            _ => false,
        };
        if is_open {
            return None;
        }
        let brought = brought.map_or(&b""[..], |value| value.as_bytes());
        let brought = match brought.split_at_checked(7) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case(b"bearer ") => token,
            _ => b"",
        };
        (!token.is(brought.trim_ascii())).then_some(Refusal::Token)
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
