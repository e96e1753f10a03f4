//! What an operator has to mend before this fleet can run.

use std::{
    error::Error,
    fmt, io,
    path::{Path, PathBuf},
};

use crypto::refusal::Refusal;

/// An operator's, in the configuration or in a file that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// The clock shows a time at which this version did not exist.
    Clock,
    /// A response document cannot be read.
    Document(PathBuf, settings::Mistake),
    /// The response documents say what no fleet may be told.
    DocumentUnsound(policy::lint::Lint),
    /// The fleet's folder belongs to another user than the one who runs this.
    FolderOther {
        /// The folder.
        folder: PathBuf,
        /// Whose it is.
        owner: u32,
        /// Who runs this.
        runner: u32,
    },
    /// A key of the file that cannot be turned to what it asks for.
    Held(&'static str, &'static str),
    /// The key-encryption key stands in the folder whose keys it is to seal.
    KekInside(PathBuf),
    /// The file holds no key.
    KekMalformed(PathBuf),
    /// There is no key-encryption key.
    KekMissing(PathBuf),
    /// Others than its owner may read it; its mode is this.
    KekOpen(PathBuf, u32),
    /// What a sealed file held is no key of its name.
    KeyMalformed(PathBuf),
    /// A sealed file is missing.
    KeyMissing(PathBuf),
    /// A sealed file does not open.
    KeySealed(PathBuf, crypto::seal::Refusal),
    /// No key of this role that the keyset names is valid now and in the folder.
    KeysOver(&'static str),
    /// There are signing keys, and nothing says for what they were made.
    KeysUnasked(PathBuf),
    /// A letter is not signed by the root for this fleet.
    Letter(PathBuf, Refusal),
    /// A letter is missing.
    LetterMissing(PathBuf),
    /// The keyset names other zone roots than those of the folder.
    LetterOther(PathBuf),
    /// A name with characters that no name of its kind has.
    Name(String),
    /// There is no such folder.
    NoFolder(PathBuf),
    /// Nobody of the roster has this name.
    Nobody(String),
    /// Devices cannot be told where this listener is.
    Nowhere(&'static str),
    /// No browser names a page of ours like this.
    Page(String),
    /// This person stands twice in the file.
    PersonTwice(String),
    /// The root's public key is missing.
    RootMissing(PathBuf),
    /// The root's public key is none.
    RootMalformed(PathBuf),
    /// A file cannot be read.
    Unreadable(PathBuf, io::ErrorKind),
    /// A file cannot be written.
    Unwritable(PathBuf, io::ErrorKind),
}

impl Mistake {
    /// `fleetd/<reason>`, or the document's own `policy/<reason>`; stable.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Clock => "fleetd/clock",
            Self::Document(..) => "fleetd/document",
            Self::DocumentUnsound(lint) => lint.code(),
            Self::FolderOther { .. } => "fleetd/folder-other",
            Self::Held(..) => "fleetd/held",
            Self::KekInside(_) => "fleetd/kek-inside",
            Self::KekMalformed(_) => "fleetd/kek-malformed",
            Self::KekMissing(_) => "fleetd/kek-missing",
            Self::KekOpen(..) => "fleetd/kek-open",
            Self::KeyMalformed(_) => "fleetd/key-malformed",
            Self::KeyMissing(_) => "fleetd/key-missing",
            Self::KeySealed(..) => "fleetd/key-sealed",
            Self::KeysOver(_) => "fleetd/keys-over",
            Self::KeysUnasked(_) => "fleetd/keys-unasked",
            Self::Letter(..) => "fleetd/letter",
            Self::LetterMissing(_) => "fleetd/letter-missing",
            Self::LetterOther(_) => "fleetd/letter-other",
            Self::Name(_) => "fleetd/name",
            Self::NoFolder(_) => "fleetd/no-folder",
            Self::Nobody(_) => "fleetd/nobody",
            Self::Nowhere(_) => "fleetd/nowhere",
            Self::Page(_) => "fleetd/page",
            Self::PersonTwice(_) => "fleetd/person-twice",
            Self::RootMalformed(_) => "fleetd/root-malformed",
            Self::RootMissing(_) => "fleetd/root-missing",
            Self::Unreadable(..) => "fleetd/unreadable",
            Self::Unwritable(..) => "fleetd/unwritable",
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clock => f.write_str(
                "the clock of this machine shows a time before this version was made; set it, then start again",
            ),
            Self::Document(file, why) => write!(f, "{}: {why}", file.display()),
            Self::DocumentUnsound(lint) => lint.fmt(f),
            Self::FolderOther { folder, owner, runner } => other(f, folder, *owner, *runner),
            Self::Held(key, why) => write!(f, "`{key}` cannot be so: {why}"),
            Self::KekInside(file) => write!(
                f,
                "{} lies in the folder whose keys it is to seal, and would be in every backup of them; name a place outside",
                file.display()
            ),
            Self::KekMalformed(file) => write!(
                f,
                "{} holds no key of 64 hexadecimal digits; put back the one that `fleetd init` made",
                file.display()
            ),
            Self::KekMissing(file) => write!(
                f,
                "{} is missing, and without it the fleet's keys stay closed; put it back, or run `fleetd init` for a new fleet",
                file.display()
            ),
            Self::KekOpen(file, mode) => write!(
                f,
                "{} can be read by others (mode {mode:o}); chmod 600, and ask who has read it",
                file.display()
            ),
            Self::KeyMalformed(file) => {
                write!(f, "{} opens and holds no such key; put back a backup of it", file.display())
            }
            Self::KeyMissing(file) => write!(
                f,
                "{} is missing; run `fleetd init` for a new fleet, or put back a backup of it",
                file.display()
            ),
            Self::KeySealed(file, crypto::seal::Refusal::OtherKek { sealed_by, ours }) => {
                let file = file.display();
                write!(f, "{file} was sealed by the key {sealed_by} and the file `kek` holds {ours}; put back the right one")
            }
            Self::KeySealed(file, why) => {
                write!(f, "{} is damaged ({why}); put back a backup of it", file.display())
            }
            Self::KeysOver(role) => write!(
                f,
                "no {role} key of keyset.letter is valid now and in the folder; run `fleetd init --next`, and have the root sign"
            ),
            Self::KeysUnasked(file) => write!(
                f,
                "{} is a signing key that no request and no letter here names; if the root has signed for it, bring its letters, and otherwise move the file away and run `fleetd init` again",
                file.display()
            ),
            Self::Letter(file, why) => write!(
                f,
                "{} is not signed by root.pub for this fleet ({why}); have the root sign keyset.request again",
                file.display()
            ),
            Self::LetterMissing(file) => write!(
                f,
                "{} is missing; run `wrale root sign` over keyset.request where the root is, and bring its letters here",
                file.display()
            ),
            Self::LetterOther(file) => write!(
                f,
                "{} names other zone roots than those in the folder; have the root sign this folder's keyset.request",
                file.display()
            ),
            Self::Name(name) => write!(f, "`{name}` is no such name; use letters, digits and hyphens"),
            Self::NoFolder(folder) => {
                write!(f, "there is no folder {}; run `fleetd init` first", folder.display())
            }
            Self::Nobody(name) => write!(
                f,
                "`people` names {name}, and the roster does not; have the root sign a roster with them, or remove the name"
            ),
            Self::Page(page) => {
                write!(f, "`{page}` of `origins` is no page; write https://host:port, in small letters")
            }
            Self::Nowhere(listener) => write!(
                f,
                "the {listener} listener listens on every address, so devices cannot be told one; write `public.{listener}`"
            ),
            Self::PersonTwice(name) => {
                write!(f, "`{name}` stands twice under `people:`; give one line all the roles")
            }
            Self::RootMalformed(file) => {
                write!(f, "{} is no key; copy the 64 digits of the root's root.pub", file.display())
            }
            Self::RootMissing(file) => {
                write!(f, "{} is missing; bring the root.pub that `wrale root new` made", file.display())
            }
            Self::Unreadable(file, why) => {
                write!(f, "{} cannot be read ({why}); look at its path and its rights", file.display())
            }
            Self::Unwritable(file, why) => write!(
                f,
                "{} cannot be written ({why}); look at the disk, and whether the folder is this user's",
                file.display()
            ),
        }
    }
}

fn other(f: &mut fmt::Formatter<'_>, folder: &Path, owner: u32, runner: u32) -> fmt::Result {
    write!(
        f,
        "{} belongs to the user {owner} and this runs as the user {runner}, whose files the other could not read; \
         run it as the folder's owner, as in `runuser -u wrale -- fleetd init --next`",
        folder.display()
    )
}

impl Error for Mistake {}
