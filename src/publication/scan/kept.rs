//! Private values as bytes that one program writes and the same one reads again.
//!
//! They are as private as the record itself: whoever writes them to a file lets no one else read it. The token is not among
//! them; the configuration has it.

use serde::{Deserialize, Serialize};

use super::Secrets;
use super::numbers::Numbers;
use super::secrets::{PUBLIC, TOKEN};
use crate::config::Config;
use crate::static_text;

/// What stands before the numbers.
#[derive(Serialize, Deserialize)]
struct Head {
    accounts: Vec<String>,
    people: Vec<String>,
    names: Vec<(String, String)>,
    meanings: Vec<String>,
    /// How many bytes of rows the amounts have; those of public numbers follow.
    amounts: usize,
}

impl Secrets {
    /// All of them but the token, as bytes; `None` where one does not fit.
    pub fn written(&self) -> Option<Vec<u8>> {
        let names = self.names().filter(|(_, what)| *what != TOKEN);
        let mut names: Vec<_> = names.map(|(name, what)| (name.to_owned(), what.to_owned())).collect();
        names.sort_unstable();
        let (meanings, amounts) = self.amounts().in_order()?;
        let (_, public) = self.public().in_order()?;
        let head = Head {
            accounts: self.accounts.clone(),
            people: self.people.clone(),
            names,
            meanings: meanings.into_iter().map(str::to_owned).collect(),
            amounts: amounts.len(),
        };
        let mut bytes = serde_json::to_vec(&head).ok()?;
        bytes.push(b'\n');
        bytes.extend(amounts);
        bytes.extend(public);
        Some(bytes)
    }

    /// The private values that were written as these bytes, with the token of the same configuration.
    pub fn read(bytes: &[u8], config: &Config) -> Option<Self> {
        let end = memchr::memchr(b'\n', bytes)?;
        let Head { accounts, people, names, meanings, amounts } = serde_json::from_slice(bytes.get(..end)?).ok()?;
        let (amounts, public) = bytes.get(end + 1..)?.split_at_checked(amounts)?;
        let meanings: Vec<_> = meanings.iter().map(|meaning| static_text::of(meaning)).collect();
        let mut secrets =
            Self::of_numbers(Numbers::kept(meanings, amounts.to_vec()), Numbers::kept(vec![PUBLIC], public.to_vec()));
        secrets.accounts = accounts;
        secrets.people = people;
        secrets.configure(config);
        secrets.sign(&config.site.author);
        names.iter().for_each(|(name, what)| secrets.name(name, static_text::of(what)));
        secrets.tokens(config);
        Some(secrets)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::file_content::FileContent;
    use crate::record::testing::fill;
    use crate::record::{Execution, Record};

    #[test]
    fn private_values_are_found_as_before() {
        let config: Config =
            toml::from_str("[flex]\ntoken = \"123456789012\"\n[account]\nid = \"U7654321\"").unwrap();
        let large = Execution { quantity: "16890.25".parse().unwrap(), price: 10.into(), ..fill("0000E0D5.1") };
        let record = Record { executions: vec![large], ..Record::default() };
        let secrets = Secrets::of(&record, &config);
        let bytes = secrets.written().unwrap();
        assert!(memchr::memmem::find(&bytes, b"123456789012").is_none(), "the token is not written");
        let back = Secrets::read(&bytes, &config).unwrap();
        for text in ["168,903", "168902.5 and U7654321", "x123456789012", "0000e0d5.1", "168904", "188.25", "nothing"]
        {
            let files: BTreeMap<String, FileContent> = [("a.html".to_owned(), text.as_bytes().into())].into();
            assert_eq!(back.search(&files), secrets.search(&files), "{text}");
        }
        assert!(Secrets::read(&bytes[..20], &config).is_none());
    }
}
