//! How much memory a training may take.

/// Least memory that a training can do with.
const LEAST: u64 = 64 << 20;

/// Bytes, as typed: `512MB`, `2GB`, `1.5GiB`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    bytes: u64,
    typed: String,
}

impl Memory {
    /// The parser of the option.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no amount of memory; write it as 512MB or 2GB");
        let typed = text.trim();
        let digits = typed.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(typed.len());
        let (number, unit) = typed.split_at(digits);
        let number: f64 = number.parse().map_err(|_| wrong())?;
        let unit: u64 = match unit.trim().to_ascii_lowercase().as_str() {
            "mb" | "m" => 1_000_000,
            "gb" | "g" => 1_000_000_000,
            "mib" => 1 << 20,
            "gib" => 1 << 30,
            _ => return Err(wrong()),
        };
        let bytes = (number * unit as f64) as u64;
        if bytes < LEAST {
            return Err(format!("{text:?} is too little: at least 68MB are needed"));
        }
        Ok(Self { bytes, typed: typed.to_owned() })
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// As it was typed.
    pub fn typed(&self) -> &str {
        &self.typed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        let bytes = |text| Memory::parse(text).map(|memory| memory.bytes());
        assert_eq!(bytes("512MB"), Ok(512_000_000));
        assert_eq!(bytes("1.5 gib"), Ok(1_610_612_736));
        assert_eq!(bytes("68M"), Ok(68_000_000));
        for wrong in ["", "512", "MB", "12 parsecs", "1MB", "-2GB", "1..2GB", "nanGB"] {
            assert!(bytes(wrong).is_err(), "{wrong:?}");
        }
    }
}
