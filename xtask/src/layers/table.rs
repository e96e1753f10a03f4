//! A TOML table that is read key by key and refuses what nobody read.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

/// A table and its name, for what the errors say.
pub(crate) struct Table {
    name: String,
    keys: Map<String, Value>,
}

impl Table {
    /// The file's outermost table.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let keys = basic_toml::from_str(text).context("layers.toml is not TOML")?;
        Ok(Self { name: "layers.toml".to_owned(), keys })
    }

    /// A table inside this one.
    pub(crate) fn table(&mut self, key: &str) -> Result<Self> {
        let value = self.take(key)?;
        Self::of(format!("{}.{key}", self.name), value)
    }

    /// A table of tables, each read by `read`.
    pub(crate) fn each<T>(
        &mut self,
        key: &str,
        read: fn(&mut Self) -> Result<T>,
    ) -> Result<BTreeMap<String, T>> {
        let table = self.table(key)?;
        let rows = table.keys.into_iter().map(|(name, value)| {
            let row = Self::of(format!("{}.{name}", table.name), value)?;
            Ok((name, row.whole(read)?))
        });
        rows.collect()
    }

    /// An array of tables, each read by `read`.
    pub(crate) fn rows<T>(&mut self, key: &str, read: fn(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let Value::Array(rows) = self.take(key)? else {
            bail!("{}.{key} is not a list of tables", self.name)
        };
        let tables = rows.into_iter().map(|row| Self::of(format!("{}.{key}", self.name), row)?.whole(read));
        tables.collect()
    }

    /// A string.
    pub(crate) fn string(&mut self, key: &str) -> Result<String> {
        let value = self.take(key)?;
        Ok(value.as_str().with_context(|| format!("{}.{key} is not a string", self.name))?.to_owned())
    }

    /// A list of strings.
    pub(crate) fn list(&mut self, key: &str) -> Result<Vec<String>> {
        let value = self.take(key)?;
        strings(&value).with_context(|| format!("{}.{key} is not a list of strings", self.name))
    }

    /// A number of lines.
    pub(crate) fn number(&mut self, key: &str) -> Result<usize> {
        let value = self.take(key)?;
        let number = value.as_u64().and_then(|number| usize::try_from(number).ok());
        number.with_context(|| format!("{}.{key} is not a number", self.name))
    }

    /// True or false; false where nothing is said.
    pub(crate) fn flag(&mut self, key: &str) -> Result<bool> {
        let Some(value) = self.keys.remove(key) else { return Ok(false) };
        value.as_bool().with_context(|| format!("{}.{key} is neither true nor false", self.name))
    }

    /// All keys, each a list of strings.
    pub(crate) fn rest_lists(self) -> Result<BTreeMap<String, Vec<String>>> {
        let lists = self.keys.into_iter().map(|(key, value)| {
            let list =
                strings(&value).with_context(|| format!("{}.{key} is not a list of strings", self.name))?;
            Ok((key, list))
        });
        lists.collect()
    }

    /// All keys, each a string.
    pub(crate) fn rest_strings(self) -> Result<BTreeMap<String, String>> {
        let rows = self.keys.into_iter().map(|(key, value)| {
            let text = value.as_str().with_context(|| format!("{}.{key} is not a string", self.name))?;
            Ok((key, text.to_owned()))
        });
        rows.collect()
    }

    /// Refuses what nobody read.
    pub(crate) fn finish(self) -> Result<()> {
        match self.keys.keys().next() {
            Some(key) => bail!("{} has a key `{key}` that nothing reads", self.name),
            None => Ok(()),
        }
    }

    fn whole<T>(mut self, read: fn(&mut Self) -> Result<T>) -> Result<T> {
        let read = read(&mut self).with_context(|| format!("in {}", self.name))?;
        self.finish()?;
        Ok(read)
    }

    fn of(name: String, value: Value) -> Result<Self> {
        let Value::Object(keys) = value else { bail!("{name} is not a table") };
        Ok(Self { name, keys })
    }

    fn take(&mut self, key: &str) -> Result<Value> {
        self.keys.remove(key).with_context(|| format!("{} lacks `{key}`", self.name))
    }
}

fn strings(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|one| one.as_str().map(str::to_owned)).collect()
}
