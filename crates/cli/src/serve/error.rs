//! Why a service does not start.

use std::io;
use std::path::PathBuf;

/// A reason not to start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// No such place on this machine.
    #[error("cannot listen on {place}: {source}")]
    Listen {
        /// Host and port.
        place: String,
        /// What the system said.
        source: io::Error,
    },
    /// Others could ask, and nothing says that they may.
    #[error("{host} can be reached from other machines, and nothing says who may ask")]
    Open {
        /// The host that was typed.
        host: String,
    },
    /// A token that cannot be used.
    #[error("the token file {}: {problem}", path.display())]
    Token {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A system that gives no threads or signals.
    #[error("the service cannot be set up: {0}")]
    System(#[source] io::Error),
}

impl ServeError {
    /// What may help.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Open { .. } => {
                "--token-file FILE lets in who brings the token in it; --no-auth lets in everybody"
            }
            Self::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse => {
                "another program listens there; --port chooses another port, 0 any that is free"
            }
            _ => return None,
        };
        Some(hint.into())
    }
}
