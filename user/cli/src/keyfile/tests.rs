use super::*;
use crate::testing::{ada, key_of};

const ADA: &str = "wrale-key/v1\n\
    name ada\n\
    person per_ifsgclbanzxw64teixg2uy3pmu\n\
    seed 0606060606060606060606060606060606060606060606060606060606060606\n\
    fleet nord\n\
    url http://localhost:8440\n";

fn refused(text: &str) -> String {
    KeyFile::parse(text).unwrap_err().to_string()
}

fn with(line: usize, text: &str) -> String {
    let mut lines: Vec<_> = ADA.lines().collect();
    lines[line - 1] = text;
    lines.join("\n") + "\n"
}

#[test]
fn a_key_file_says_what_was_put_into_it() {
    let mut key = ada();
    key.fleet = Some("nord".parse().unwrap());
    key.url = Some("http://localhost:8440".into());
    let read = KeyFile::parse(&key.text()).unwrap();
    assert_eq!(
        (read.name.as_str(), read.person, read.fleet, read.url),
        ("ada", key.person, key.fleet, key.url)
    );
    assert_eq!(read.seed, key.seed);

    let bare = KeyFile::parse(&ada().text()).unwrap();
    assert_eq!((bare.fleet, bare.url), (None, None));
}

#[test]
fn the_text_of_a_key_file_is_the_same_to_the_byte() {
    let read =
        KeyFile::parse(&ADA.replace("per_ifsgclbanzxw64teixg2uy3pmu", &ada().person.to_string())).unwrap();
    assert_eq!(read.text().lines().count(), 6);
    assert_eq!(
        *ada().text(),
        format!("wrale-key/v1\nname ada\nperson {}\nseed {}\n", ada().person, "06".repeat(32))
    );
}

#[test]
fn each_line_that_is_not_in_order_is_named() {
    let person = ada().person.to_string();
    let good = |text: String| text.replace("per_ifsgclbanzxw64teixg2uy3pmu", &person);
    assert!(KeyFile::parse(&good(ADA.into())).is_ok());
    for (line, text, why) in [
        (
            1,
            "wrale-key/v2",
            "line 1: this is version `v2` of the format, and this program reads `wrale-key/v1`",
        ),
        (1, "wrale-person/v1", "line 1: this file should begin with `wrale-key/v1`; is it another one?"),
        (2, "nam ada", "line 2: `name …` should stand here"),
        (2, "name ", "line 2: `name`: the name is empty"),
        (
            3,
            "person dev_aaaa",
            "line 3: `person`: this is not an id: expected `per_` and 26 characters of a-z and 2-7",
        ),
        (4, "seed 06", "line 4: `seed`: 64 lower-case hexadecimal digits belong here, not 2"),
        (5, "fleet Nord!", "line 5: `fleet`: a name of this kind cannot hold 'N'"),
        (6, "url two words", "line 6: `url`: a text without spaces should follow"),
        (6, "colour blue", "line 6: nothing should follow here"),
    ] {
        assert_eq!(refused(&good(with(line, text))), why);
    }
    let seed_in_capitals = with(4, &format!("seed {}", "0A".repeat(32)));
    assert_eq!(
        refused(&good(seed_in_capitals)),
        "line 4: `seed`: only lower-case hexadecimal digits may stand here, 0 to 9 and a to f"
    );
}

#[test]
fn what_is_missing_doubled_or_cut_off_is_named_by_its_line() {
    let text = ADA.replace("per_ifsgclbanzxw64teixg2uy3pmu", &ada().person.to_string());
    let without = |line: usize| {
        let lines = text.lines().enumerate().filter(|(at, _)| at + 1 != line);
        lines.map(|(_, line)| format!("{line}\n")).collect::<String>()
    };
    assert_eq!(refused(&without(3)), "line 3: `person …` should stand here");
    assert_eq!(refused(&format!("{text}url http://localhost\n")), "line 7: nothing should follow here");
    assert_eq!(refused(&text[..text.len() - 1]), "line 6: the line does not end; the file was cut off");
    assert_eq!(refused("wrale-key/v1\nname ada\n"), "line 3: the file ends too early");
    assert_eq!(refused(""), "line 1: the file ends too early");
    assert_eq!(refused(&"x".repeat(LIMIT + 1)), "line 1: the file is longer than 4096 bytes");
    assert_eq!(
        refused(&text.replace('\n', "\r\n")),
        "line 1: a line ends with a line feed alone; this one has a carriage return too"
    );
}

#[test]
fn a_secret_is_in_no_message_and_in_no_debug_text() {
    let seed = "06".repeat(32);
    assert!(!format!("{:?}", ada()).contains(&seed));
    assert!(!refused(&with(4, &format!("sead {seed}"))).contains("0606"));
    let root = RootFile::new([6; 32]);
    assert!(root.text().contains(&seed) && !format!("{root:?}").contains(&seed));
}

#[test]
fn the_public_file_holds_the_public_half_alone() {
    let public = ada().public();
    assert_eq!(PersonFile::parse(&public.text()), Ok(public.clone()));
    assert_eq!(public.key, PersonKey::File(key_of(&ada())));
    assert!(!public.text().contains(&"06".repeat(32)));

    let key = hex::encode(public.key.as_bytes());
    let refused = |text: String| PersonFile::parse(&text).unwrap_err().line;
    assert_eq!(refused(public.text().replace(&key, &key[1..])), 4);
    assert_eq!(refused(public.text().replace(&key, &"00".repeat(32))), 4, "a point of small order");
    assert_eq!(refused(ada().text().to_string()), 1, "a secret file is not taken for a public one");
}

#[test]
fn a_root_file_is_read_back_and_its_public_half_is_one_line_of_digits() {
    let root = RootFile::new([1; 32]);
    let read = RootFile::parse(&root.text()).unwrap();
    assert_eq!(read.public(), root.public());
    assert_eq!(root.public_text(), format!("{}\n", hex::encode(root.public().as_bytes())));
    assert_eq!(RootFile::parse("wrale-root-key/v1\nseed xx\n").unwrap_err().line, 2);
    assert_eq!(RootFile::parse(&format!("{}more\n", *root.text())).unwrap_err().line, 3);
}
