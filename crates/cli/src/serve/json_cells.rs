//! Names and values of JSON as a table would have them.

use std::fmt::Write;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::model::{Named, Served};

/// The name before a value.
pub struct Key<'m> {
    pub model: &'m Served,
    /// The place it is likely to have.
    pub guess: usize,
}

/// What it stands for.
pub enum Name {
    Known(Named),
    Unknown(String),
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Name, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Name;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the name of a column")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name, E> {
        Ok(match self.model.named(name, self.guess) {
            Named::Unknown => Name::Unknown(name.to_owned()),
            known => Name::Known(known),
        })
    }
}

/// A value, which becomes text as a table would have it. Gives what it is where it is no cell.
pub struct Cell<'r> {
    pub model: &'r Served,
    pub column: usize,
    pub text: &'r mut String,
}

impl<'de> DeserializeSeed<'de> for Cell<'_> {
    type Value = Option<&'static str>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Cell<'_> {
    type Value = Option<&'static str>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Self::Value, E> {
        self.text.push_str(self.model.truth(self.column, truth));
        Ok(None)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        write!(self.text, "{number}").map_err(E::custom)?;
        Ok(None)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        write!(self.text, "{number}").map_err(E::custom)?;
        Ok(None)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        // Digits enough to give the same number again, and not hundreds of zeros.
        match number.abs() {
            0.0 | 1e-5..1e16 => write!(self.text, "{number}"),
            _ => write!(self.text, "{number:e}"),
        }
        .map_err(E::custom)?;
        Ok(None)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        self.text.push_str(text);
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        // An empty cell is missing.
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Some("a list"))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        IgnoredAny::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        Ok(Some("an object"))
    }
}
