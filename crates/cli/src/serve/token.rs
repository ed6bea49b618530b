//! The token that requests bring.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::error::ServeError;

/// Comparing two of them takes as long whatever is in them, and whatever length a token has.
type Sum = [u8; 32];

/// A token, as its file has it.
pub struct Token {
    path: PathBuf,
    sum: RwLock<Sum>,
}

impl Token {
    /// Reads the file.
    pub fn read(path: &Path) -> Result<Self, ServeError> {
        Ok(Self { path: path.to_owned(), sum: RwLock::new(read(path)?) })
    }

    /// Reads the file anew and gives its name. The old token is kept if there is no other.
    pub fn reload(&self) -> Result<String, ServeError> {
        let sum = read(&self.path)?;
        *self.sum.write().unwrap_or_else(PoisonError::into_inner) = sum;
        Ok(self.path.display().to_string())
    }

    /// Whether it is the one that was brought.
    pub fn is(&self, brought: &[u8]) -> bool {
        let sum = *self.sum.read().unwrap_or_else(PoisonError::into_inner);
        let brought: Sum = Sha256::digest(brought).into();
        brought.ct_eq(&sum).into()
    }
}

fn read(path: &Path) -> Result<Sum, ServeError> {
    let refused = |problem| ServeError::Token { path: path.to_owned(), problem };
    let text = fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
    match text.trim() {
        "" => Err(refused("it is empty".into())),
        token if !token.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Err(refused("a token has no blanks and nothing but ASCII".into()))
        }
        token => Ok(Sha256::digest(token).into()),
    }
}
