//! What counts as code, what as a test, and where things stand.

use super::mask::mask;
use super::shape;
use super::{Role, Source};

fn source(path: &str, text: &str) -> Source {
    Source::new(path.to_owned(), Some("guard".to_owned()), "metal/guard", text.to_owned())
}

#[test]
fn comments_and_the_insides_of_literals_are_no_code() {
    // A dot stands for a blank.
    let cases = [
        ("a // std::x\nb", "a .........\nb"),
        ("a /* x /* y */ z */ b", "a ................. b"),
        (r#"f("std \" x", 'x', '\'', '\u{1f}')"#, r#"f("........", '.', '..', '......')"#),
        (r##"r"a\" + r#"b " c"# + br"d""##, r##"r".." + r#"....."# + br".""##),
        ("fn f<'a>(x: &'a str) -> char { 'é' }", "fn f<'a>(x: &'a str) -> char { '..' }"),
        ("let r#type = 1; for\"x\"", "let r#type = 1; for\".\""),
    ];
    for (text, code) in cases {
        assert_eq!(mask(text).replace(' ', "."), code.replace(' ', "."), "{text}");
    }
}

#[test]
fn masking_keeps_every_place_of_a_cut_off_text() {
    let text = "fn a() { \"x\\\"é\" /* ü */ 'z' } // ö\nr#\"q\"#";
    for (end, _) in text.char_indices() {
        assert_eq!(mask(&text[..end]).len(), end);
    }
}

#[test]
fn a_word_stands_alone_unless_a_star_lets_it_grow() {
    let code = "rand brand rand_core generate generate_key generation";
    assert_eq!(shape::words(code, "rand").collect::<Vec<_>>(), [0]);
    assert_eq!(shape::words(code, "generate*").collect::<Vec<_>>(), [21, 30]);
}

#[test]
fn a_function_ends_with_its_brace_and_a_signature_has_no_body() {
    let text = "trait T { fn read(&self) -> [u8; 4]; }\nfn act(x: [u8; 2]) -> u8 { if x[0] > 1 { 2 } else { 3 } }\nfn z() {}";
    let found = shape::functions(text);
    let names: Vec<_> = found.iter().map(|one| (one.name.as_str(), &text[one.body.clone()])).collect();
    assert_eq!(names, [("read", ""), ("act", "{ if x[0] > 1 { 2 } else { 3 } }"), ("z", "{}")]);
}

#[test]
fn the_subject_of_an_impl_is_its_type() {
    let text = "impl Posture {}\nimpl<T: Ord> Signed<T> {}\nimpl fmt::Display for wire::Refusal {}\n\
                impl<'a, T> From<T> for Run<'a> where T: Ord {}\nfn f() -> impl Iterator {}";
    let subjects: Vec<_> = shape::impls(text).into_iter().map(|one| one.subject).collect();
    assert_eq!(subjects, ["Posture", "Signed", "Refusal", "Run"]);
}

#[test]
fn code_for_tests_alone_is_told_from_code_that_ships() {
    let text = "use core::fmt;\n#[cfg(test)]\nextern crate std;\n#[cfg(not(test))]\nmod real;\n\
                #[cfg(test)]\nmod tests {\n    use std::vec;\n}\nfn after() {}\n";
    let source = source("metal/guard/src/boot.rs", text);
    assert_eq!(source.words("std").count(), 2);
    assert_eq!(source.shipped("std").count(), 0);
    assert_eq!(source.shipped("real").count(), 1);
    assert_eq!(source.shipped("after").count(), 1);
}

#[test]
fn a_module_declared_for_tests_alone_is_named() {
    let code = "#[cfg(test)]\nmod vectors;\nmod real;\n#[cfg(test)]\n#[path = \"x.rs\"]\nmod more;\n";
    assert_eq!(shape::test_modules(code), ["vectors", "more"]);
}

#[test]
fn a_file_knows_its_module_and_its_role() {
    let cases = [
        ("metal/guard/src/lib.rs", "", Role::Shipped),
        ("metal/guard/src/bank/rule.rs", "bank::rule", Role::Shipped),
        ("metal/guard/src/bank/tests.rs", "bank::tests", Role::Test),
        ("metal/guard/tests/power_cut.rs", "power_cut", Role::Test),
    ];
    for (path, module, role) in cases {
        let source = source(path, "");
        assert_eq!((source.module.as_str(), source.role), (module, role), "{path}");
    }
}

#[test]
fn a_module_holds_itself_and_what_is_below_it() {
    let source = source("metal/guard/src/bank/rule.rs", "");
    assert!(source.within("") && source.within("bank") && source.within("bank::rule"));
    assert!(!source.within("ban") && !source.within("bank::ru"));
}

#[test]
fn literals_come_with_their_places() {
    let text = "fn code() { match x { A => \"wire/late\", B => \"a\\\"b\" } } fn other() { \"no\" }";
    let source = source("metal/guard/src/lib.rs", text);
    let body = source.functions()[0].body.clone();
    let found: Vec<_> = source.literals(&body).into_iter().map(|(_, text)| text).collect();
    assert_eq!(found, ["wire/late", "a\\\"b"]);
}
